import type { FlowModel } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distance, leaked, normalBatch, registry, scatter } from '../../test/checks.ts';
import { digitImages } from '../../test/digits.ts';
import { glowSpec } from '../glow/glow-spec.ts';
import { alongDirection, attributeDirection } from './attribute-direction.ts';
import { encodeCentres } from './encode-centres.ts';
import { interpolate } from './interpolate.ts';
import { decodeLevels, encodeLevels } from './levels-of.ts';

let flow: FlowModel;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  flow = registry.build<FlowModel>(glowSpec({ event: [8, 8, 1], levels: 2, steps: 2, width: 8, values: 17 }));
  flow.initialize(digitImages(64));
  scatter(flow, 0.15);
});
afterAll(() => flow.dispose());

describe('interpolate', () => {
  it.each(['linear', 'spherical'] as const)('leads from one image to the other: %s', (path) => {
    const [a, b] = [digitImages(1), digitImages(1, 7)];
    const strip = interpolate(flow, a, b, { steps: 5, path });
    expect(strip.shape).toEqual([5, 8, 8, 1]);
    expect(distance(tf.slice(strip, [0], [1]), a)).toBe(0);
    expect(distance(tf.slice(strip, [4], [1]), b)).toBe(0);
    expect(leaked(() => interpolate(flow, a, b, { path }).dispose())).toBe(0);
  });

  it('keeps the length of latents on the arc, and halves the way on the line', () => {
    // A flow that does nothing shows the path itself.
    const identity = registry.build<FlowModel>({
      format: 'flowzoo/model',
      version: 1,
      event: [2],
      model: {
        type: 'flow',
        layers: [],
      } as never,
    });
    const [a, b] = [tf.tensor2d([[1, 0]]), tf.tensor2d([[0, 1]])];
    expect(distance(interpolate(identity, a, b, { steps: 3, path: 'linear' }), tf.tensor2d([[1, 0], [0.5, 0.5], [0, 1]]))).toBeLessThan(1e-6); // prettier-ignore
    const arc = interpolate(identity, a, b, { steps: 3 });
    expect(distance(tf.norm(arc, 2, 1), tf.ones([3]))).toBeLessThan(1e-6);
    expect(distance(interpolate(identity, a, a, { steps: 2 }), tf.tensor2d([[1, 0], [1, 0]]))).toBe(0); // prettier-ignore
    identity.dispose();
  });

  it('refuses what is no path', () => {
    const image = digitImages(1);
    expect(() => interpolate(flow, image, image, { steps: 1 })).toThrow(
      '"steps" is the number of points of the path (expected a whole number, 2 or more, got 1)',
    );
    expect(() => interpolate(flow, digitImages(2), image)).toThrow(
      'each end of a path is one example (expected [1, 8, 8, 1], got [2, 8, 8, 1])',
    );
  });
});

describe('attributeDirection', () => {
  it('is the difference of mean latents, however they are cut into batches', () => {
    const [examples, others] = [digitImages(5), digitImages(7, 100)];
    const mean = (rows: tf.Tensor): tf.Tensor => tf.mean(encodeCentres(flow, rows), 0, true);
    const whole = attributeDirection(flow, examples, others, { batchSize: 7 });
    expect(whole.shape).toEqual([1, 64]);
    expect(distance(whole, tf.sub(mean(examples), mean(others)))).toBeLessThan(1e-4);
    expect(leaked(() => attributeDirection(flow, examples, others, { batchSize: 2 }).dispose())).toBe(0);
    expect(attributeDirection(flow, examples, others, { batchSize: 2 }).shape).toEqual([1, 64]);
  });

  it('needs examples on both sides', () => {
    expect(() => attributeDirection(flow, digitImages(2), digitImages(0))).toThrow(
      'a mean latent needs examples (expected one row or more with the attribute, and one or more without it, got [0, 8, 8, 1])',
    );
  });
});

describe('alongDirection', () => {
  it('moves one example, and not at all at 0', () => {
    const direction = attributeDirection(flow, digitImages(5), digitImages(7, 100));
    const image = digitImages(1, 3);
    const strip = alongDirection(flow, image, direction, { amounts: [0, 2] });
    expect(strip.shape).toEqual([2, 8, 8, 1]);
    expect(distance(tf.slice(strip, [0], [1]), image)).toBe(0);
    const expected = flow.decode(tf.add(encodeCentres(flow, image), tf.mul(direction, 2)));
    expect(distance(tf.slice(strip, [1], [1]), expected)).toBe(0);
    expect(distance(expected, image)).toBeGreaterThan(0);
    expect(alongDirection(flow, image, direction).shape).toEqual([5, 8, 8, 1]);
    expect(leaked(() => alongDirection(flow, image, direction).dispose())).toBe(0);
  });

  it('refuses more than one example, and no amounts', () => {
    const direction = tf.zeros([1, 64]);
    expect(() => alongDirection(flow, digitImages(2), direction)).toThrow(
      'one example is moved along a direction (expected [1, 8, 8, 1], got [2, 8, 8, 1])',
    );
    expect(() => alongDirection(flow, digitImages(1), direction, { amounts: [] })).toThrow(
      '"amounts" are the factors of the direction (expected one number or more, got none)',
    );
  });
});

describe('encodeCentres', () => {
  it.each(['uniform', 'variational'] as const)(
    'decodes to the very levels of 8-bit images: %s noise',
    (dequantization) => {
      // Deep and with large parameters, so that float32 loses digits on the way.
      const deep = registry.build<FlowModel>(
        glowSpec({ event: [8, 8, 1], levels: 2, steps: 12, width: 8, values: 256, dequantization }),
      );
      const x = tf.mul(digitImages(64), 15);
      deep.initialize(x);
      scatter(deep, 0.1);
      const changed = (z: tf.Tensor): number => tf.sum(tf.notEqual(deep.decode(z), x)).dataSync()[0]!;
      expect(changed(encodeCentres(deep, x))).toBe(0);
      expect(distance(encodeCentres(deep, x), encodeCentres(deep, x))).toBe(0);
      expect(leaked(() => encodeCentres(deep, x).dispose())).toBe(0);
      deep.dispose();
    },
  );

  it('is encode for continuous data', () => {
    const flat = registry.build<FlowModel>(glowSpec({ event: [2, 2, 1], levels: 1, steps: 1, width: 2, values: null }));
    const x = normalBatch(32, [2, 2, 1]);
    flat.initialize(x);
    expect(distance(encodeCentres(flat, x), flat.encode(x))).toBe(0);
    flat.dispose();
  });
});

describe('latents by level', () => {
  it('are a list that decodes exactly', () => {
    const x = digitImages(3);
    const levels = encodeLevels(flow, x);
    expect(levels.map(({ value }) => value.shape)).toEqual([
      [3, 4, 4, 2],
      [3, 2, 2, 8],
    ]);
    const back = decodeLevels(
      flow,
      levels.map(({ value }) => value),
    );
    expect(distance(back, x)).toBe(0);
    expect(leaked(() => tf.dispose(encodeLevels(flow, x).map(({ value }) => value)))).toBe(0);
  });

  it('need a flow that has them', () => {
    const flat = registry.build<FlowModel>({
      format: 'flowzoo/model',
      version: 1,
      event: [2],
      model: {
        type: 'flow',
        layers: [{ type: 'exp' }],
      } as never,
    });
    expect(() => encodeLevels(flat, normalBatch(1, [2]))).toThrow(
      'model: the latents of this flow have no levels (expected a flow whose last layer is "glow" or "multi-scale", got exp)',
    );
    flat.dispose();
  });
});
