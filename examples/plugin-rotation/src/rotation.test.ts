import { createRegistry, fit, type Bijector, type FlowModel } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { rotation } from './index.ts';
import { pairing } from './pairing.ts';

const registry = createRegistry().use(rotation);

function layerFor(dataShape: readonly number[], rounds: number): Bijector {
  const config = { type: 'acme/rotation', rounds };
  return registry.bijector(config, { dataShape, seed: 1 });
}

describe('acme/rotation', () => {
  beforeAll(async () => void (await tf.setBackend('wasm')));

  it('turns two features anticlockwise by its angle', () => {
    const layer = layerFor([2], 1);
    layer.variables.get('rounds.0.angles')!.assign(tf.tensor1d([Math.PI / 6]));
    const { value: x, logDet } = layer.forward(tf.tensor2d([[2, 0]]));
    expect(x.dataSync()[0]).toBeCloseTo(Math.sqrt(3), 6);
    expect(x.dataSync()[1]).toBeCloseTo(1, 6);
    expect(Array.from(logDet.dataSync())).toEqual([0]);
  });

  it.each([2, 5, 8])('is orthogonal in %i dimensions at angles of any size', (features) => {
    const layer = layerFor([features], features);
    for (const angles of layer.variables.values()) angles.assign(tf.mul(angles, 10));
    const matrix = layer.forward(tf.eye(features)).value as tf.Tensor2D;
    const gram = tf.matMul(matrix, tf.transpose(matrix));
    expect(tf.max(tf.abs(tf.sub(gram, tf.eye(features)))).dataSync()[0]).toBeLessThan(1e-5);
  });

  it.each([2, 3, 6, 7])('lets each two of %i features meet once', (features) => {
    const rounds = features % 2 === 0 ? features - 1 : features;
    const met = Array.from({ length: rounds }, (_, round) =>
      pairing(features, round).partners.flatMap((j, i) => (i < j ? [`${i} ${j}`] : [])),
    ).flat();
    expect(met).toHaveLength((features * (features - 1)) / 2);
    expect(new Set(met).size).toBe(met.length);
  });

  it('turns the channels of an image at each pixel alike', () => {
    const layer = layerFor([2, 2, 3], 3);
    const pixel = layerFor([3], 3);
    const z = tf.reshape(tf.range(0, 12), [1, 2, 2, 3]);
    const image = layer.forward(z).value.dataSync();
    const pixels = pixel.forward(tf.reshape(z, [4, 3])).value.dataSync();
    expect(Array.from(image)).toEqual(Array.from(pixels));
  });

  it('passes a single feature through, with nothing to train', () => {
    const layer = layerFor([1], 4);
    expect(layer.variables.size).toBe(0);
    expect(Array.from(layer.inverse(tf.tensor2d([[3], [-4]])).value.dataSync())).toEqual([3, -4]);
  });

  it('finds the axes of correlated data', async () => {
    const flow = registry.build<FlowModel>({
      format: 'flowzoo/model',
      version: 1,
      event: [2],
      seed: 3,
      model: { type: 'flow', layers: [{ type: 'acme/rotation', rounds: 1 }, { type: 'scale' }] },
    });
    // Standard deviations 3 and 0.3 along axes at 30 degrees.
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const axes = tf.tensor2d([3 * cos, 3 * sin, -0.3 * sin, 0.3 * cos], [2, 2]);
    const x = tf.matMul(tf.randomNormal<tf.Rank.R2>([512, 2], 0, 1, 'float32', 5), axes);
    await fit(flow, { x }, { steps: 200, batchSize: 512, average: null, optimizer: { learningRate: 0.05 } });
    const entropy = Math.log(2 * Math.PI * Math.E) + Math.log(3 * 0.3);
    expect(tf.mean(flow.logProb(x)).dataSync()[0]! + entropy).toBeGreaterThan(-0.1);
    expect(flow.spec.requires).toEqual({ 'flowzoo-plugin-rotation': '^1.0.0' });
  });

  it('says what is wrong with its options and shapes', () => {
    expect(() => layerFor([2], 0)).toThrow('acme/rotation.rounds: must be ≥ 1 (got 0)');
    expect(() => layerFor([], 1)).toThrow('acme/rotation: a scalar cannot be rotated (expected [features], got [])');
  });
});
