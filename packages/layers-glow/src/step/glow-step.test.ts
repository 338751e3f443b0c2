import { loadWeights, packWeights } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, distance, normalBatch, numbersOf, scatter } from '../../test/checks.ts';
import { logDet64, step64 } from '../../test/float64.ts';
import type { GlowStep } from './glow-step.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

const network = { type: 'glow-network', hidden: 3, activation: 'tanh', padding: 'edge-channel' };
const paper = {
  type: 'glow-step',
  conditioner: network,
  transformer: { type: 'affine', order: 'shift-scale', scale: 'sigmoid' },
};

describe('a Glow step', () => {
  it.each([
    [3, 2, 4],
    [2, 3, 3],
    [2, 2, 2],
    [1, 1, 5],
    [2, 2, 1],
  ])('is what the paper writes, in float64: %i×%i with %i channels', (height, width, channels) => {
    const layer = build({ ...paper, initialization: 'identity' }, [height, width, channels]);
    scatter(layer, 0.7);
    const x = normalBatch(1, [height, width, channels]);
    const image = { height, width, channels, data: Array.from(x.dataSync()) };
    const reference = step64(layer, 3);
    const { value, logDet } = layer.inverse(x);
    const expected = reference(image).data;
    const scale = Math.max(1, ...expected.map(Math.abs));
    const largest = Math.max(...Array.from(value.dataSync(), (z, i) => Math.abs(z - expected[i]!)));
    expect(largest / scale).toBeLessThan(2e-5);
    expect(logDet.dataSync()[0]).toBeCloseTo(logDet64(reference, image), 2);
    layer.dispose();
  });

  it('initializes all of its normalizations in one pass, in their order', () => {
    const layer = build({ ...paper, conditioner: { ...network, hidden: 16 } }, [4, 4, 6]) as GlowStep;
    expect(layer.traits.needsInitialization).toBe(true);
    expect(() => layer.inverse(tf.zeros([1, 4, 4, 6]))).toThrow('layers[2].actnorm (actnorm): has no scale and shift');
    const x = tf.add(tf.mul(normalBatch(128, [4, 4, 6]), 5), 20);
    const z = layer.initialize(x);
    expect(layer.traits.needsInitialization).toBe(false);
    expect(numbersOf(layer, 'actnorm.initialized')).toEqual([1]);
    expect(numbersOf(layer, 'coupling.conditioner.initialized')).toEqual([1]);
    expect(distance(layer.inverse(x).value, z)).toBe(0);
    // The rotation of a standardized batch, and the couplings start at σ(2).
    const deviation = tf.sqrt(tf.moments(z, [0, 1, 2]).variance).dataSync();
    for (const each of deviation.subarray(0, 3)) expect(each).toBeCloseTo(1, 1);
    for (const each of deviation.subarray(3)) expect(each).toBeCloseTo(1 / (1 + Math.exp(-2)), 1);
    expect(numbersOf(layer, 'coupling.conditioner.hidden.1.shift').some((value) => value !== 0)).toBe(true);
    layer.dispose();
  });

  it('is not initialized again after save and load', async () => {
    const layer = build(paper, [2, 2, 4]) as GlowStep;
    layer.initialize(normalBatch(64, [2, 2, 4]));
    const loaded = build(paper, [2, 2, 4], { seed: 9 }) as GlowStep;
    loadWeights(loaded, await packWeights(layer), { at: 'a copy' });
    const before = numbersOf(loaded, 'coupling.conditioner.hidden.0.shift');
    loaded.initialize(tf.mul(normalBatch(64, [2, 2, 4], 'others'), 7));
    expect(numbersOf(loaded, 'coupling.conditioner.hidden.0.shift')).toEqual(before);
    const x = normalBatch(2, [2, 2, 4], 'x');
    expect(distance(loaded.inverse(x).value, layer.inverse(x).value)).toBe(0);
    layer.dispose();
    loaded.dispose();
  });

  it('keeps the first half of the mixed channels, of an odd number the smaller half', () => {
    const config = { type: 'glow-step', conditioner: network, transformer: { type: 'additive' } };
    const layer = build({ ...config, initialization: 'identity' }, [1, 1, 5]);
    scatter(layer);
    const jacobian = tf.tidy(() => {
      const x = tf.tile(normalBatch(1, [1, 1, 5]), [5, 1, 1, 1]);
      const mask = tf.reshape(tf.eye(5), [5, 1, 1, 5]);
      const weight = tf.grad((input) => tf.sum(tf.mul(layer.inverse(input).value, mask)))(x);
      const other = tf.grad((input) => tf.sum(tf.mul(layer.inverse(input).value, mask)))(tf.mul(x, -2));
      return tf.reshape(tf.sub(weight, other), [5, 5]).arraySync() as number[][];
    });
    // The map of what stays is linear, the other one is not.
    expect(jacobian.map((row) => row.some((value) => Math.abs(value) > 1e-4))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(layer.traits.constantLogDet).toBe(true);
    layer.dispose();
  });
});
