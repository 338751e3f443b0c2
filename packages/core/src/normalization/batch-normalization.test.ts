import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normal } from '../../test/numeric.ts';
import { drawVariables } from '../../test/part-checks.ts';
import { jacobians } from '../conformance/derivatives.ts';
import { evaluationMode, trainingMode } from '../contracts/mode.ts';
import { logAbsDeterminant } from '../linear-algebra/index.ts';
import { createRegistry, type FlowModel } from '../registry/registry.ts';
import { BatchNormalization } from './batch-normalization.ts';
import { calibrateBatchNormalization } from './calibrate.ts';

const distance = (a: tf.Tensor, b: tf.Tensor): number => tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);

afterAll(async () => {
  await tf.setBackend('cpu');
});

/** Data with another mean and deviation in each column. */
const columns = (): tf.Tensor =>
  tf.add(tf.mul(normal([64, 3], 'data'), tf.tensor([1, 5, 0.1])), tf.tensor([0, 10, -2]));

describe.each(['cpu', 'wasm'])('batch normalization on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('normalizes each batch in training, and says by how much', () => {
    const layer = new BatchNormalization({ dataShape: [3], epsilon: 1e-8 });
    layer.setMode(trainingMode(0));
    const x = columns();
    const { value, logDet } = layer.inverse(x);
    const { mean, variance } = tf.moments(value, 0);
    expect(distance(mean, tf.zeros([3]))).toBeLessThan(1e-4);
    expect(distance(variance, tf.ones([3]))).toBeLessThan(1e-3);
    const of = tf.moments(x, 0).variance.dataSync<'float32'>();
    const expected = -0.5 * of.reduce((sum, each) => sum + Math.log(each), 0);
    expect(logDet.shape).toEqual([64]);
    expect(logDet.dataSync()[7]).toBeCloseTo(expected, 3);
    layer.dispose();
  });

  it('lets the running statistics follow in training only', () => {
    const layer = new BatchNormalization({ dataShape: [3], momentum: 0.5 });
    const x = columns();
    const mean = layer.state.get('mean')!;
    layer.inverse(x);
    expect(distance(mean, tf.zeros([3]))).toBe(0);
    layer.setMode(trainingMode(0));
    layer.inverse(x);
    expect(distance(mean, tf.mul(tf.mean(x, 0), 0.5))).toBeLessThan(1e-4);
    layer.inverse(x);
    expect(distance(mean, tf.mul(tf.mean(x, 0), 0.75))).toBeLessThan(1e-4);
    layer.dispose();
  });

  it.each([[[3]], [[2, 2, 2]]])('is an exact bijection in evaluation: %j', (dataShape) => {
    const layer = new BatchNormalization({ dataShape });
    layer.calibrate(tf.add(tf.mul(normal([32, ...dataShape], 'data'), 3), 1)).dispose();
    drawVariables(layer, 1);
    const x = normal([4, ...dataShape], 'other');
    const there = layer.inverse(x);
    const back = layer.forward(there.value);
    expect(distance(back.value, x)).toBeLessThan(1e-4);
    expect(distance(back.logDet, tf.neg(there.logDet))).toBeLessThan(1e-5);
    const one = tf.slice(x, 0, 1);
    const expected = logAbsDeterminant(jacobians((input) => layer.inverse(input).value, [one])[0]!).logAbs;
    expect(there.logDet.dataSync()[0]).toBeCloseTo(expected, 4);
    // One example alone has what it has in a batch.
    expect(distance(layer.inverse(one).value, tf.slice(there.value, 0, 1))).toBe(0);
    layer.dispose();
  });

  it('takes its statistics from a full pass when asked to', () => {
    const layer = new BatchNormalization({ dataShape: [3], trainable: false });
    const x = columns();
    const z = layer.calibrate(x);
    expect(distance(tf.mean(z, 0), tf.zeros([3]))).toBeLessThan(1e-4);
    expect(distance(layer.state.get('mean')!, tf.mean(x, 0))).toBeLessThan(1e-5);
    expect(distance(layer.inverse(x).value, z)).toBe(0);
    expect([...layer.variables.keys()]).toEqual([]);
    layer.dispose();
  });

  it('trains through the statistics of the batch, and leaves no tensors behind', () => {
    const layer = new BatchNormalization({ dataShape: [3] });
    drawVariables(layer, 2);
    layer.setMode(trainingMode(1));
    const x = columns();
    const weights = normal([64, 3], 'weights');
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const loss = (): tf.Scalar => {
        const { value, logDet } = layer.inverse(x);
        return tf.sub(tf.mean(tf.mul(weights, tf.square(value))), tf.mean(logDet));
      };
      const { grads } = tf.variableGrads(loss, [...layer.variables.values()]);
      for (const gradient of Object.values(grads)) {
        expect(Array.from(gradient.dataSync()).every((each) => Number.isFinite(each) && each !== 0)).toBe(true);
      }
      expect(Object.keys(grads)).toHaveLength(2);
    });
    expect(tf.memory().numTensors).toBe(before);
    layer.dispose();
  });
});

describe('batch normalization in training', () => {
  it('does not go from latents to data', () => {
    const layer = new BatchNormalization({ dataShape: [3], path: 'layers[1]' });
    layer.setMode(trainingMode(0));
    expect(() => layer.forward(tf.zeros([2, 3]))).toThrow(
      'layers[1] (batch-normalization): batch normalization goes from latents to data in evaluation only (expected evaluation mode, got training mode). Call setMode(evaluationMode()) first',
    );
    layer.setMode(evaluationMode());
    expect(layer.forward(tf.zeros([2, 3])).value.shape).toEqual([2, 3]);
    layer.dispose();
  });
});

describe('calibration of a flow', () => {
  const registry = createRegistry();
  const normalization = { type: 'batch-normalization' };
  const scaling = { type: 'scale' };
  const build = (layers: readonly object[], event: readonly number[]): FlowModel =>
    registry.build<FlowModel>({ format: 'flowzoo/model', version: 1, event, model: { type: 'flow', layers } });

  it('gives every layer the moments of what reaches it, chains included', () => {
    const chain = { type: 'chain', layers: [scaling, normalization] };
    const flow = build([normalization, { type: 'shift', value: 3 }, chain], [3]);
    const x = columns();
    const before = tf.memory().numTensors;
    calibrateBatchNormalization(flow.layers, x);
    expect(tf.memory().numTensors).toBe(before);
    expect(distance(flow.state.get('layers.0.mean')!, tf.mean(x, 0))).toBeLessThan(1e-4);
    const shifted = flow.layers[1]!.inverse(flow.layers[0]!.inverse(x).value).value;
    expect(distance(flow.state.get('layers.2.layers.1.mean')!, tf.mean(shifted, 0))).toBeLessThan(1e-4);
    flow.dispose();
  });

  it('says when a layer holds statistics that it cannot reach', () => {
    const flow = build([{ type: 'multi-scale', levels: [{ layers: [normalization] }] }], [2, 2, 1]);
    expect(() => calibrateBatchNormalization(flow.layers, normal([8, 2, 2, 1], 'data'))).toThrow(
      'layers[0]: batch normalization inside "multi-scale" cannot be calibrated',
    );
    flow.dispose();
  });
});
