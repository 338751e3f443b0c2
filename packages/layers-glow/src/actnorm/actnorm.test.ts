import { loadWeights, packWeights } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, distance, leaked, normalBatch, numbersOf, registry } from '../../test/checks.ts';
import { ActNorm } from './actnorm.ts';
import { channelAffine } from './channel-affine.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

/** Two channels with means 3 and −5 and deviations 2 and 0.1. */
function images(seed = 'images'): tf.Tensor {
  return tf.tidy(() => tf.add(tf.mul(normalBatch(64, [3, 2, 2], seed), tf.tensor1d([2, 0.1])), tf.tensor1d([3, -5])));
}

describe('actnorm', () => {
  it.each([{ order: 'shift-scale' }, { order: 'scale-shift' }, { scale: 'softplus', logFactor: 1 }])(
    'standardizes the batch it is initialized from: %o',
    (options) => {
      const layer = build({ type: 'actnorm', ...options }, [3, 2, 2]);
      const x = images();
      const z = (layer as ActNorm).initialize(x);
      const { mean, variance } = tf.moments(z, [0, 1, 2]);
      expect(distance(mean, tf.zeros([2]))).toBeLessThan(1e-4);
      expect(distance(variance, tf.ones([2]))).toBeLessThan(1e-3);
      const { value, logDet } = layer.inverse(x);
      expect(distance(value, z)).toBe(0);
      // Six pixels, and the deviations of the two channels.
      const flat = tf.reshape(x, [64 * 6, 2]);
      const deviations = tf.sqrt(tf.moments(flat, 0).variance).dataSync();
      expect(logDet.dataSync()[0]).toBeCloseTo(-6 * Math.log(deviations[0]! * deviations[1]!), 2);
      layer.dispose();
    },
  );

  it('refuses both directions before, so that latents never set its scale', () => {
    const layer = build({ type: 'actnorm' }, [2]);
    expect(layer.traits.needsInitialization).toBe(true);
    const message =
      'layers[2] (actnorm): has no scale and shift yet, and takes them from data only. Call model.initialize(x)';
    expect(() => layer.forward(tf.zeros([1, 2]))).toThrow(message);
    expect(() => layer.inverse(tf.zeros([1, 2]))).toThrow(message);
    layer.dispose();
    const identity = build({ type: 'actnorm', initialization: 'identity' }, [2]);
    expect(identity.traits.needsInitialization).toBe(false);
    expect(Array.from(identity.forward(tf.tensor2d([[1, 2]])).value.dataSync())).toEqual([1, 2]);
    identity.dispose();
  });

  it('names a constant channel, and data that are not finite', () => {
    const layer = build({ type: 'actnorm' }, [1, 1, 2]) as ActNorm;
    expect(() => layer.initialize(tf.tensor4d([1, 0.3, 2, 0.3, 3, 0.3], [3, 1, 1, 2]))).toThrow(
      /cannot be initialized from a constant channel: it has no scale \(got 0\.3\d* throughout channel 1\)/,
    );
    expect(() => layer.initialize(tf.tensor4d([1, 2, 3, NaN], [2, 1, 1, 2]))).toThrow(
      'cannot be initialized from data that are not finite (got NaN in row 1, channel 1)',
    );
    expect(() => layer.initialize(tf.zeros([0, 1, 1, 2]))).toThrow('cannot be initialized from no data');
    expect(layer.traits.needsInitialization).toBe(true);
    layer.dispose();
  });

  it('is initialized once, also after it was saved and loaded', async () => {
    const layer = build({ type: 'actnorm' }, [3, 2, 2]) as ActNorm;
    const x = images();
    layer.initialize(x);
    const first = numbersOf(layer, 'shift');
    layer.initialize(images('others'));
    expect(numbersOf(layer, 'shift')).toEqual(first);
    const loaded = build({ type: 'actnorm' }, [3, 2, 2]) as ActNorm;
    loadWeights(loaded, await packWeights(layer), { at: 'a copy' });
    expect(loaded.traits.needsInitialization).toBe(false);
    loaded.initialize(images('others'));
    expect(numbersOf(loaded, 'shift')).toEqual(first);
    expect(distance(loaded.inverse(x).value, layer.inverse(x).value)).toBe(0);
    layer.dispose();
    loaded.dispose();
  });

  it('takes negative scales from its state', () => {
    const layer = build({ type: 'actnorm', initialization: 'identity' }, [2]);
    layer.state.get('sign')!.assign(tf.tensor1d([1, -1]));
    layer.variables.get('logScale')!.assign(tf.tensor1d([0, Math.log(2) / 3]));
    const x = tf.tensor2d([[3, 4]]);
    const { value, logDet } = layer.inverse(x);
    expect(distance(value, tf.tensor2d([[3, -8]]))).toBeLessThan(1e-5);
    expect(logDet.dataSync()[0]).toBeCloseTo(Math.log(2), 5);
    expect(distance(layer.forward(value).value, x)).toBeLessThan(1e-5);
    layer.dispose();
  });

  it('says which options it has not', () => {
    const make = (): unknown => registry.bijector({ type: 'actnorm', order: 'other' } as never, { dataShape: [2] });
    expect(make).toThrow('order: must be one of');
    expect(() => build({ type: 'actnorm' }, [])).toThrow('there are no channels');
  });

  it('leaves nothing behind', () => {
    const x = images();
    expect(
      leaked(() => {
        const layer = new ActNorm({ dataShape: [3, 2, 2] });
        layer.initialize(x).dispose();
        tf.dispose(Object.values(layer.inverse(x)));
        layer.dispose();
      }),
    ).toBe(0);
  });
});

describe('channelAffine', () => {
  it.each(['cpu', 'wasm'])('has the gradients of the plain formula on %s', async (backend) => {
    await tf.setBackend(backend);
    const x = normalBatch(3, [2, 2, 3]);
    const [scale, shift] = [tf.tensor1d([2, -1, 0.5]), tf.tensor1d([1, 0, -3])];
    const weights = normalBatch(3, [2, 2, 3], 'weights');
    const own = tf.grads((a, b, c) => tf.sum(tf.mul(weights, channelAffine(a!, b as tf.Tensor1D, c as tf.Tensor1D))))([
      x,
      scale,
      shift,
    ]);
    const plain = tf.grads((a, b, c) => tf.sum(tf.mul(weights, tf.add(tf.mul(a!, b!), c!))))([x, scale, shift]);
    own.forEach((gradient, i) => expect(distance(gradient, plain[i]!)).toBeLessThan(1e-5));
    await tf.setBackend('wasm');
  });
});
