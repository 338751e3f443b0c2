import { createRegistry, type Bijector } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbersOf, radial64, scatter, type Map64 } from '../../test/float64.ts';
import { expectAgrees } from '../../test/two-way-checks.ts';
import { planar } from '../plugin.ts';

const registry = createRegistry().use(planar);

function build(size: number, config: object = {}): Bijector {
  return registry.bijector({ type: 'radial', ...config }, { dataShape: [size], seed: 3 });
}

function reference(layer: Bijector, minimumSlope: number): Map64 {
  const [centers, alphas, betas] = [numbersOf(layer, 'center'), numbersOf(layer, 'alpha'), numbersOf(layer, 'beta')];
  const size = layer.dataShape[0]!;
  const maps = alphas.map((alpha, k) =>
    radial64({ center: centers.slice(k * size, (k + 1) * size), alpha, beta: betas[k]! }, { minimumSlope }),
  );
  return (x) => maps.reduceRight((value, map) => map(value), [...x]);
}

describe.each(['cpu', 'wasm'])('radial on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  describe.each([1, 10])('with parameters of order %d', (scale) => {
    it.each([1, 2, 3, 64])('agrees with float64 in %d dimensions', (size) => {
      const layer = build(size);
      scatter(layer, scale);
      expectAgrees(layer, reference(layer, 0.001), { logDet: true });
      layer.dispose();
    });
  });

  it('runs a stack as the chain of its layers, and the formula of the paper with minimumSlope 0', () => {
    const layer = build(2, { layers: 3, minimumSlope: 0 });
    scatter(layer, 1);
    expectAgrees(layer, reference(layer, 0), { logDet: true });
    layer.dispose();
  });

  it('has finite values and gradients at its center', () => {
    const layer = build(2);
    const center = tf.tensor2d(numbersOf(layer, 'center'), [1, 2]);
    for (const direction of ['forward', 'inverse'] as const) {
      const gradient = tf.grad((x: tf.Tensor) => {
        const { value, logDet } = layer[direction](x);
        return tf.add(tf.sum(value), tf.sum(logDet));
      })(center);
      expect(Array.from(gradient.dataSync()).every(Number.isFinite)).toBe(true);
      gradient.dispose();
    }
    center.dispose();
    layer.dispose();
  });

  it('is a closed formula in both directions', () => {
    const layer = build(2);
    expect(layer.traits.method).toEqual({ forward: 'exact', inverse: 'exact' });
    layer.dispose();
  });
});
