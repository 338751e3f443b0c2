import { Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance, leaked, normalBatch, scatter } from '../../test/checks.ts';
import { ActNorm } from '../actnorm/actnorm.ts';
import { InvertibleConvolution } from '../convolution/invertible-convolution.ts';
import { mixedAtOnce } from './mixing.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

function layersOf(dataShape: readonly number[]): { actnorm: ActNorm; convolution: InvertibleConvolution } {
  const actnorm = new ActNorm({ dataShape, initialization: 'identity' });
  const convolution = new InvertibleConvolution({ dataShape, random: new Random('rotation') });
  scatter(actnorm, 0.5);
  scatter(convolution, 0.8);
  // Weights of elsewhere may bring negative scales.
  const signs = Float32Array.from({ length: dataShape.at(-1)! }, (_, i) => (i % 3 === 1 ? -1 : 1));
  actnorm.state.get('sign')!.assign(tf.tensor1d(signs));
  return { actnorm, convolution };
}

type Loss = (x: tf.Tensor) => tf.Scalar;

describe('actnorm and 1×1 convolution as one product', () => {
  it.each([[[3, 2, 4]], [[2, 2, 7]], [[1, 1, 1]], [[5]]])('are the two layers one after the other: %j', (dataShape) => {
    const { actnorm, convolution } = layersOf(dataShape);
    const variables = [...actnorm.variables.values(), ...convolution.variables.values()];
    const [x, weights] = [normalBatch(3, dataShape), normalBatch(3, dataShape, 'weights')];
    const lossOf =
      (apply: (x: tf.Tensor) => { value: tf.Tensor; logDet: tf.Tensor }): Loss =>
      (input) => {
        const { value, logDet } = apply(input);
        return tf.add(tf.sum(tf.mul(tf.sin(value), weights)), tf.sum(tf.square(logDet)));
      };
    const oneByOne = lossOf((input) => {
      const first = actnorm.inverse(input);
      const second = convolution.inverse(first.value);
      return { value: second.value, logDet: tf.add(first.logDet, second.logDet) };
    });
    const atOnce = lossOf((input) => mixedAtOnce(input, actnorm, convolution)!);
    const [expected, found] = [oneByOne, atOnce].map((loss) => {
      const { value, grads } = tf.variableGrads(() => loss(x), variables);
      return [value, tf.grad(loss)(x), ...variables.map(({ name }) => grads[name]!)];
    }) as [tf.Tensor[], tf.Tensor[]];
    expected.forEach((each, index) => {
      const largest = Math.max(1, tf.max(tf.abs(each)).dataSync()[0]!);
      expect(distance(found[index]!, each) / largest, String(index)).toBeLessThan(1e-5);
    });
    actnorm.dispose();
    convolution.dispose();
  });

  it('are left to the layers in other forms', () => {
    const { actnorm, convolution } = layersOf([2, 2, 4]);
    const x = normalBatch(2, [2, 2, 4]);
    const fixed = new InvertibleConvolution({ dataShape: [2, 2, 4], form: 'orthogonal' });
    const softplus = new ActNorm({ dataShape: [2, 2, 4], scale: 'softplus', initialization: 'identity' });
    expect(mixedAtOnce(x, actnorm, convolution)).not.toBeNull();
    expect(mixedAtOnce(x, actnorm, fixed)).toBeNull();
    expect(mixedAtOnce(x, softplus, convolution)).toBeNull();
    for (const layer of [actnorm, convolution, fixed, softplus]) layer.dispose();
  });

  it('leave nothing behind', () => {
    const { actnorm, convolution } = layersOf([2, 2, 4]);
    const x = normalBatch(2, [2, 2, 4]);
    const run = (): void => {
      tf.tidy(() => {
        tf.grad((input) => tf.tidy(() => mixedAtOnce(input, actnorm, convolution)!.value))(x);
      });
    };
    run();
    expect(leaked(run)).toBe(0);
    actnorm.dispose();
    convolution.dispose();
  });
});
