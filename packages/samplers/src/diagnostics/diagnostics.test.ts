import { Random } from '@flowzoo/core';
import { describe, expect, it } from 'vitest';
import { expectStandardNormal, faultOf, meanOf, seeds, varianceOf } from '../test-statistics.ts';
import { autocorrelation } from './autocorrelation.ts';
import { effectiveSampleSize } from './effective-sample-size.ts';
import { splitRHat } from './split-r-hat.ts';

/** A stationary chain x′ = ρ x + √(1 − ρ²) ξ: ρₜ = ρᵗ, ESS = n (1 − ρ)/(1 + ρ). */
function autoregressive(rho: number, length: number, random: Random): Float64Array {
  let x = random.normal();
  return Float64Array.from({ length }, () => (x = rho * x + Math.sqrt(1 - rho * rho) * random.normal()));
}

describe('autocorrelation', () => {
  it('is exact on a small series', () => {
    // Centred −1.5 −0.5 0.5 1.5: lag 1 (0.75 − 0.25 + 0.75)/5.
    expect([...autocorrelation([1, 2, 3, 4], { maximumLag: 1 })]).toEqual([1, expect.closeTo(0.25, 12)]);
  });

  it('is ρᵗ on an autoregressive chain', () => {
    const values = autocorrelation(autoregressive(0.8, 40_000, new Random(5)), { maximumLag: 5 });
    values.forEach((value, lag) => expect(Math.abs(value - 0.8 ** lag)).toBeLessThan(0.05));
  });

  it('refuses a lag beyond the chain', async () => {
    expect(await faultOf(() => autocorrelation([1, 2], { maximumLag: 2 }))).toContain('E_OPTION');
    expect(await faultOf(() => autocorrelation([1, 2], { maximumLag: -1 }))).toContain('E_OPTION: maximumLag');
  });
});

describe('effective sample size', () => {
  it.each([-0.4, 0, 0.5, 0.9])('of an autoregressive chain of ρ = %s is that of theory', (rho) => {
    const chains = 4;
    const length = 2000;
    const sizes = seeds.map((seed) => {
      const random = new Random(seed);
      return effectiveSampleSize(Array.from({ length: chains }, () => autoregressive(rho, length, random)));
    });
    const theory = (chains * length * (1 - rho)) / (1 + rho);
    const error = Math.sqrt(varianceOf(sizes) / sizes.length);
    expect(Math.abs(meanOf(sizes) - theory)).toBeLessThan(4 * error + 0.04 * theory);
  });

  it('sums the monotone sequence of pairs where correlations swing', () => {
    // Slow noise and a swing of period 6: ρₜ = 0.6 · 0.95ᵗ + 0.4 · 0.93ᵗ cos(πt/3), whose pairs rise again.
    const rho = (t: number): number => 0.6 * 0.95 ** t + 0.4 * 0.93 ** t * Math.cos((Math.PI * t) / 3);
    const pairs = Array.from({ length: 300 }, (_, k) => rho(2 * k) + rho(2 * k + 1));
    let least = Infinity;
    const monotone = pairs.reduce((sum, pair) => sum + (least = Math.min(least, pair)), 0);
    const length = 100_000;
    const random = new Random(8);
    const slow = autoregressive(0.95, length, random);
    let [real, imaginary] = [random.normal(), random.normal()];
    const [cosine, sine] = [0.93 * Math.cos(Math.PI / 3), 0.93 * Math.sin(Math.PI / 3)];
    const noise = Math.sqrt(1 - 0.93 ** 2);
    const chain = slow.map((value) => {
      [real, imaginary] = [
        cosine * real - sine * imaginary + noise * random.normal(),
        sine * real + cosine * imaginary + noise * random.normal(),
      ];
      return Math.sqrt(0.6) * value + Math.sqrt(0.4) * real;
    });
    const time = length / effectiveSampleSize([chain]);
    const all = pairs.reduce((sum, pair) => sum + pair, 0);
    expect((2 * all - 1) / (2 * monotone - 1)).toBeGreaterThan(1.25);
    expect(time / (2 * monotone - 1)).toBeGreaterThan(0.88);
    expect(time / (2 * monotone - 1)).toBeLessThan(1.12);
  });

  it('makes the standard error of a mean right, over many seeds', () => {
    expectStandardNormal(
      seeds.map((seed) => {
        const chain = autoregressive(0.7, 2000, new Random(seed));
        return (meanOf(chain) / Math.sqrt(varianceOf(chain))) * Math.sqrt(effectiveSampleSize([chain]));
      }),
    );
  });

  it('is 0 for chains stuck apart, NaN when nothing ever moved, small for chains that disagree', () => {
    const stuck = (value: number): Float64Array => new Float64Array(100).fill(value);
    expect(effectiveSampleSize([stuck(0), stuck(1)])).toBe(0);
    expect(effectiveSampleSize([stuck(1), stuck(1)])).toBeNaN();
    const random = new Random(1);
    const far = [-5, 5].map((shift) => random.normals(500).map((value) => value + shift));
    expect(effectiveSampleSize(far)).toBeLessThan(10);
  });
});

describe('split-R̂', () => {
  it('is near 1 on stationary chains, and far above on stuck, shifted and drifting ones', () => {
    const values = seeds.map((seed) => {
      const random = new Random(seed);
      return splitRHat([1, 2, 3, 4].map(() => random.normals(500)));
    });
    for (const value of values) expect(Math.abs(value - 1)).toBeLessThan(0.02);
    const random = new Random(1);
    expect(splitRHat([0, 4].map((shift) => random.normals(500).map((value) => value + shift)))).toBeGreaterThan(1.5);
    expect(splitRHat([random.normals(500).map((value, i) => value + i / 50)])).toBeGreaterThan(1.5);
    expect(splitRHat([new Float64Array(10).fill(1), new Float64Array(10).fill(2)])).toBe(Infinity);
  });

  const faults: readonly (readonly [name: string, chains: number[][], message: string])[] = [
    ['no chain', [], 'E_OPTION: chains: diagnostics need one or more chains of the same length'],
    ['three draws', [[1, 2, 3]], '(expected four draws or more in each, got lengths 3)'],
    [
      'different lengths',
      [
        [1, 2, 3, 4],
        [1, 2, 3, 4, 5],
      ],
      'got lengths 4, 5',
    ],
    ['NaN', [[1, 2, Number.NaN, 4]], 'E_NOT_FINITE_LOSS: chain 0, draw 2: a draw is not finite (got NaN)'],
  ];
  it.each(faults)('refuses %s', async (_name, chains, message) => {
    expect(await faultOf(() => splitRHat(chains))).toContain(message);
    expect(await faultOf(() => effectiveSampleSize(chains))).toContain(message);
  });
});
