import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

describe('Random', () => {
  it('repeats itself for the same seed and differs for another', () => {
    expect(new Random(3).normals(8)).toEqual(new Random(3).normals(8));
    expect(new Random(3).bits()).not.toBe(new Random(4).bits());
  });

  it('follows xoshiro128** from a known state', () => {
    // The first outputs from state (1, 2, 3, 4), computed from the recurrence of the paper by hand.
    const random = Random.restore({ words: [1, 2, 3, 4], spare: null });
    expect([random.bits(), random.bits()]).toEqual([11520, 0]);
  });

  it('forks streams that do not depend on what else was drawn', () => {
    const a = new Random(1);
    const fork = a.fork('weights').normals(4);
    expect(a.fork('weights').normals(4)).toEqual(fork);
    expect(a.fork('bias').normals(4)).not.toEqual(fork);
  });

  it('restores the stream in the middle of a pair of normals', () => {
    const random = new Random(5);
    random.normal();
    const copy = Random.restore(random.save());
    expect(copy.normals(9)).toEqual(random.normals(9));
  });

  it('has the moments of its distributions', () => {
    const count = 200_000;
    const moments = (values: Float32Array): [number, number] => {
      const mean = values.reduce((sum, x) => sum + x, 0) / count;
      return [mean, values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count];
    };
    const random = new Random(11);
    const [normalMean, normalVariance] = moments(random.normals(count));
    expect(Math.abs(normalMean)).toBeLessThan(0.01);
    expect(Math.abs(normalVariance - 1)).toBeLessThan(0.02);
    const [uniformMean, uniformVariance] = moments(random.uniforms(count));
    expect(Math.abs(uniformMean - 0.5)).toBeLessThan(0.003);
    expect(Math.abs(uniformVariance - 1 / 12)).toBeLessThan(0.001);
    const [, logisticVariance] = moments(random.logistics(count));
    expect(Math.abs(logisticVariance - Math.PI ** 2 / 3)).toBeLessThan(0.06);
  });

  it('keeps float32 uniforms inside the open interval', () => {
    const values = new Random(2).uniforms(100_000);
    expect(Math.min(...values)).toBeGreaterThan(0);
    expect(Math.max(...values)).toBeLessThan(1);
  });

  it('permutes every position', () => {
    expect([...new Random(9).permutation(50)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});
