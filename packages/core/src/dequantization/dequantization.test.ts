import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, leaked } from '../../test/numeric.ts';
import { take, takeMapped } from '../../test/part-checks.ts';
import { evaluationMode, trainingMode } from '../contracts/mode.ts';
import { Random } from '../random/random.ts';
import { bitsPerDimension, Dequantize, dequantizationBijectors } from './index.ts';
import { gridNoise } from './grid-noise.ts';

const levelCounts = [2, 5, 17, 32, 255, 256, 1000, 65_535, 65_536];

describe.each(BACKENDS)('Dequantize on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it.each(levelCounts)('gives the integers back exactly, and stays inside [0, 1): K = %i', (levels) => {
    const layer = new Dequantize({ dataShape: [1], levels });
    const count = 20_000;
    // The largest values are where float32 is coarsest: half of the rows take them.
    const data = Float32Array.from({ length: count }, (_, i) =>
      i % 2 === 0 ? levels - 1 - ((i % 16) % levels) : i % levels,
    );
    const x = tf.tensor2d(
      data.map((value) => Math.max(0, value)),
      [count, 1],
    );
    for (const seed of [1, 2, 3]) {
      layer.setMode(evaluationMode(seed));
      const there = layer.inverse(x);
      const [low, high] = [take(tf.min(there.value))[0]!, take(tf.max(there.value))[0]!];
      expect(low).toBeGreaterThan(0);
      expect(high).toBeLessThan(1);
      const back = layer.forward(there.value);
      expect(take(tf.max(tf.abs(tf.sub(back.value, x))))).toEqual([0]);
      tf.dispose([there.value, there.logDet, back.value, back.logDet]);
    }
    x.dispose();
  });

  it('answers D log K per example in either direction', () => {
    const layer = new Dequantize({ dataShape: [2, 3], levels: 17 });
    const x = tf.fill([4, 2, 3], 16);
    const there = takeMapped(layer.inverse(x));
    const back = takeMapped(layer.forward(x));
    for (const logDet of there.logDet) expect(logDet).toBeCloseTo(-6 * Math.log(17), 4);
    for (const logDet of back.logDet) expect(logDet).toBeCloseTo(6 * Math.log(17), 4);
    expect(there.logDet).toHaveLength(4);
    x.dispose();
  });

  it('clips what leaves [0, 1)', () => {
    const layer = new Dequantize({ dataShape: [3], levels: 8 });
    const z = tf.tensor2d([[-0.2, 1, 1.7]]);
    expect(takeMapped(layer.forward(z)).value).toEqual([0, 7, 7]);
    z.dispose();
  });

  it('draws the same noise within a mode and other noise in another', () => {
    const layer = new Dequantize({ dataShape: [16] });
    const x = tf.zeros([2, 16]);
    const draw = (): number[] => takeMapped(layer.inverse(x)).value;
    layer.setMode(trainingMode(1));
    const first = draw();
    expect(draw()).toEqual(first);
    layer.setMode(trainingMode(2));
    expect(draw()).not.toEqual(first);
    layer.setMode(trainingMode(1));
    expect(draw()).toEqual(first);
    x.dispose();
  });

  it('leaves nothing behind', () => {
    const x = tf.zeros([2, 3]);
    expect(
      leaked(() => {
        const { value, logDet } = new Dequantize({ dataShape: [3] }).inverse(x);
        tf.dispose([value, logDet]);
      }),
    ).toBe(0);
    x.dispose();
  });
});

describe('the bound of Dequantize', () => {
  it('travels in its traits', () => {
    expect(new Dequantize({ dataShape: [1] }).traits).toMatchObject({ lowerBound: true, constantLogDet: true });
  });

  it('is tight for a density that is flat within each cell, and below the log-probability otherwise', () => {
    // One dimension, K = 2, p(z) = 2z: P(0) = 1/4, P(1) = 3/4, and E log p − log 2 is known in closed form.
    const layer = new Dequantize({ dataShape: [1], levels: 2 });
    const x = tf.tensor2d(Array.from({ length: 40_000 }, (_, i) => [i % 2]));
    const { value, logDet } = layer.inverse(x);
    const bound = Array.from(tf.tidy(() => tf.add(tf.log(tf.mul(tf.squeeze(value, [1]), 2)), logDet)).dataSync());
    const mean = (rest: number): number =>
      bound.filter((_, i) => i % 2 === rest).reduce((sum, each) => sum + each / 20_000, 0);
    // E_u log(2 (x + u)/2) − log 2 = ∫ log(x + u) du − log 2.
    expect(mean(0)).toBeCloseTo(-1 - Math.log(2), 1);
    expect(mean(1)).toBeCloseTo(2 * Math.log(2) - 1 - Math.log(2), 2);
    expect(mean(0)).toBeLessThan(Math.log(1 / 4));
    expect(mean(1)).toBeLessThan(Math.log(3 / 4));
    tf.dispose([x, value, logDet]);
  });

  it('rests on noise that is uniform on the grid', () => {
    const noise = gridNoise(50_000, { levels: 256, random: new Random(1) });
    const mean = noise.reduce((sum, u) => sum + u / noise.length, 0);
    const square = noise.reduce((sum, u) => sum + u ** 2 / noise.length, 0);
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(square).toBeCloseTo(1 / 3, 2);
    expect(noise.every((u) => u > 0 && u < 1 && Number.isInteger(u * 16384))).toBe(true);
  });

  it.each([1, 2.5, 65_537])('needs a sensible number of levels, not %d', (levels) => {
    expect(() => new Dequantize({ dataShape: [1], levels, path: 'layers[0]' })).toThrow(
      `layers[0] (dequantize): "levels" is the number of values that data take (expected a whole number, 2 … 65536, got ${levels})`,
    );
  });

  it('is registered as dequantize', () => {
    expect(Object.keys(dequantizationBijectors)).toEqual(['dequantize']);
  });
});

describe('bitsPerDimension', () => {
  it('is log₂ K for uniform guessing', () => {
    expect(bitsPerDimension(-3072 * Math.log(256), { dimensions: 3072 })).toBeCloseTo(8, 12);
    expect(bitsPerDimension(-64 * Math.log(17), { dimensions: 64 })).toBeCloseTo(4.0875, 4);
  });

  it.each([0, -1, 1.5])('refuses %d dimensions', (dimensions) => {
    expect(() => bitsPerDimension(-1, { dimensions })).toThrow(
      `"dimensions" is the number of elements of one example (expected a whole number, 1 or more, got ${dimensions})`,
    );
  });
});
