import {
  decomposeCholesky,
  loadWeights,
  matrixOf,
  packWeights,
  Random,
  type FlowModel,
  type PartConfig,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, distance, normalBatch, registry, scatter } from '../../test/checks.ts';
import { digitImages } from '../../test/digits.ts';
import type { Glow } from './glow.ts';
import { glowSpec } from './glow-spec.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

const digits = glowSpec({ event: [8, 8, 1], levels: 2, steps: 4, width: 16, values: 17 });

describe('a whole Glow on real images', () => {
  it('gives every digit back exactly, from latents as one row and as a list', () => {
    const flow = registry.build<FlowModel>(digits);
    const x = digitImages(64);
    flow.initialize(x);
    scatter(flow, 0.15);
    const z = flow.encode(x);
    expect(z.shape).toEqual([64, 64]);
    expect(distance(flow.decode(z), x)).toBe(0);
    const glow = flow.layers.at(-1) as Glow;
    expect(glow.parts).toEqual([
      [4, 4, 2],
      [2, 2, 8],
    ]);
    const levels = glow.split(z);
    expect(levels.map(({ name, value }) => [name, value.shape])).toEqual([
      ['level 0', [64, 4, 4, 2]],
      ['level 1', [64, 2, 2, 8]],
    ]);
    expect(distance(glow.join(levels.map(({ value }) => value)), z)).toBe(0);
    expect(() => glow.join([z])).toThrow('these are not the latents of the levels');
    flow.dispose();
  });

  it('is initialized in its order: every channel of the latents then has the spread of a standard normal, or less', () => {
    const flow = registry.build<FlowModel>(digits);
    expect(flow.traits.needsInitialization).toBe(true);
    expect(() => flow.decode(tf.zeros([1, 64]))).toThrow('has no scale and shift yet');
    const x = digitImages(256);
    flow.initialize(x);
    expect(flow.traits.needsInitialization).toBe(false);
    const { variance } = tf.moments(flow.encode(x));
    expect(variance.dataSync()[0]).toBeGreaterThan(0.8);
    expect(variance.dataSync()[0]).toBeLessThan(1.1);
    flow.dispose();
  });

  it('is the same after save and load, and does not initialize again', async () => {
    const flow = registry.build<FlowModel>(digits);
    const x = digitImages(64);
    flow.initialize(x);
    const loaded = registry.build<FlowModel>({ ...digits, seed: 5 });
    loadWeights(loaded, await packWeights(flow), { at: 'a copy' });
    loaded.initialize(digitImages(64, 500));
    expect(distance(loaded.logProb(x), flow.logProb(x))).toBe(0);
    flow.dispose();
    loaded.dispose();
  });

  it('scales every latent by the temperature, those of the priors too', async () => {
    const flow = registry.build<FlowModel>(glowSpec({ event: [4, 4, 2], levels: 2, steps: 1, width: 4, values: null }));
    flow.initialize(normalBatch(32, [4, 4, 2]));
    scatter(flow, 0.2);
    const one = flow.encode(await flow.sample(4, { seed: 3 }));
    const half = flow.encode(await flow.sample(4, { seed: 3, temperature: 0.5 }));
    expect(distance(half, tf.mul(one, 0.5))).toBeLessThan(1e-4);
    const frozen = await flow.sample(2, { seed: 1, temperature: 0 });
    expect(distance(frozen, flow.decode(tf.zeros([2, 32])))).toBe(0);
    flow.dispose();
  });

  it('draws by class from the top prior', async () => {
    const flow = registry.build<FlowModel>(
      glowSpec({ event: [4, 4, 1], levels: 2, steps: 1, width: 4, values: null, context: 3 }),
    );
    expect(flow.contextSize).toBe(3);
    const classes = tf.oneHot(tf.tensor1d([0, 2], 'int32'), 3).cast('float32');
    flow.initialize(normalBatch(32, [4, 4, 1]), tf.zeros([32, 3]));
    const before = flow.decode(tf.zeros([2, 16]), classes);
    expect(distance(tf.slice(before, [0], [1]), tf.slice(before, [1], [1]))).toBe(0);
    scatter(flow, 0.3);
    const after = await flow.sample(2, { temperature: 0, context: classes });
    expect(distance(tf.slice(after, [0], [1]), tf.slice(after, [1], [1]))).toBeGreaterThan(1e-2);
    flow.dispose();
  });
});

describe('the density of a tiny Glow', () => {
  it.each(['affine', 'additive'] as const)('integrates to 1, by importance sampling: %s', (coupling) => {
    const flow = registry.build<FlowModel>(
      glowSpec({ event: [2, 2, 1], levels: 1, steps: 2, width: 4, values: null, coupling }),
    );
    flow.initialize(normalBatch(64, [2, 2, 1]));
    scatter(flow, 0.35);
    // Proposals: normal, with mean and covariance of samples of the flow, and one and a half times their spread.
    const count = 40_000;
    const samples = tf.reshape(flow.decode(normalBatch(8000, [4])), [8000, 4]);
    const mean = tf.mean(samples, 0);
    const centred = tf.sub(samples, mean) as tf.Tensor2D;
    const covariance = tf.div(tf.matMul(centred, centred, true), 8000).dataSync();
    const { data } = decomposeCholesky(matrixOf({ rows: 4, columns: 4, values: covariance }));
    const factor = tf.mul(tf.tensor2d(Float32Array.from(data), [4, 4]), 1.5) as tf.Tensor2D;
    const logFactor = [0, 5, 10, 15].reduce((sum, k) => sum + Math.log(1.5 * data[k]!), 0);
    const noise = tf.tensor2d(new Random('proposals').normals(count * 4), [count, 4]);
    const logQ = tf.sub(tf.mul(tf.sum(tf.square(noise), 1), -0.5), logFactor + 2 * Math.log(2 * Math.PI));
    const proposals = tf.add(mean, tf.matMul(noise, factor, false, true));
    const logP = flow.logProb(tf.reshape(proposals, [count, 2, 2, 1]));
    const weights = tf.exp(tf.sub(logP, logQ)).dataSync<'float32'>();
    const integral = weights.reduce((sum, weight) => sum + weight / count, 0);
    const error = Math.sqrt(weights.reduce((sum, weight) => sum + (weight - integral) ** 2, 0)) / count;
    expect(error).toBeLessThan(0.02);
    expect(Math.abs(integral - 1)).toBeLessThan(4 * error);
    flow.dispose();
  });
});

describe('the squeeze of a Glow', () => {
  it('orders channels as the paper does, (c, i, j), or as tf.spaceToDepth, (i, j, c)', () => {
    // Pixel (i, j) of channel c holds the digits c i j.
    const x = tf.tensor4d([0, 100, 1, 101, 10, 110, 11, 111], [1, 2, 2, 2]);
    const orderOf = (order: string): number[] => {
      const layer = build({ type: 'squeeze', order }, [2, 2, 2]);
      const { value } = layer.inverse(x);
      expect(distance(layer.forward(value).value, x)).toBe(0);
      layer.dispose();
      return Array.from(value.dataSync());
    };
    expect(orderOf('channel-major')).toEqual([0, 1, 10, 11, 100, 101, 110, 111]);
    expect(orderOf('space-major')).toEqual([0, 100, 1, 101, 10, 110, 11, 111]);
  });
});

describe('the sizes of a Glow', () => {
  const glow = (levels: number): PartConfig & Record<string, unknown> => ({ type: 'glow', levels, steps: 1 });

  it('name the level that fails and the sizes that work', () => {
    expect(() => build(glow(3), [28, 28, 1])).toThrow(
      'layers[2] (glow): level 2 cannot be squeezed: [7, 7, 4] arrives there (expected height and width that are multiples of 8 for 3 levels, got [28, 28, 1]). Pad the images to [32, 32, 1], or take "levels": 2',
    );
    expect(() => build(glow(1), [5, 4, 3])).toThrow(
      'level 0 cannot be squeezed: [5, 4, 3] arrives there (expected height and width that are multiples of 2 for 1 levels, got [5, 4, 3]). Pad the images to [6, 4, 3]',
    );
    expect(() => build(glow(1), [16])).toThrow('an example of a Glow is an image');
  });

  it.each([
    [2, 2, 1],
    [4, 2, 3],
    [6, 10, 2],
    [2, 12, 5],
  ])('may be any even ones: %i×%i with %i channels', (...event) => {
    const layer = build({ ...glow(1), conditioner: { type: 'glow-network', hidden: 4 } }, event) as Glow;
    layer.initialize(normalBatch(16, event)).dispose();
    scatter(layer, 0.3);
    const x = normalBatch(1, event, 'x');
    const { value, logDet } = layer.inverse(x);
    const back = layer.forward(value);
    expect(distance(back.value, x)).toBeLessThan(1e-4);
    expect(distance(back.logDet, tf.neg(logDet))).toBeLessThan(1e-2);
    layer.dispose();
  });
});
