import { Random } from '@flowzoo/core';
import { describe, expect, it } from 'vitest';
import { plainProposal } from '../proposals/plain-proposal.ts';
import { plainTarget } from '../targets/plain-target.ts';
import { expectStandardNormal, faultOf, meanOf, seeds } from '../test-statistics.ts';
import { fitGeneralizedPareto, generalizedParetoQuantile } from './generalized-pareto.ts';
import { importanceEstimate, importanceSample, resample } from './importance-sampling.ts';
import { paretoSmooth } from './pareto-smoothing.ts';
import { effectiveWeightCount, logEvidence, normalizeLogWeights } from './weights.ts';

/** A normal of some width as a proposal, normalised. */
const normal = (scale: number) =>
  plainProposal({
    eventShape: [1],
    draw: (random) => [scale * random.normal()],
    logDensity: (x) => -0.5 * (x[0]! / scale) ** 2 - Math.log(scale * Math.sqrt(2 * Math.PI)),
  });
// Z = 5 √(2π).
const target = plainTarget({ eventShape: [1], logDensity: (x) => Math.log(5) - 0.5 * x[0]! ** 2 });
const logZ = Math.log(5 * Math.sqrt(2 * Math.PI));

describe('weights', () => {
  it('are stable far from zero', () => {
    expect([...normalizeLogWeights([-1e4, -1e4 + Math.log(3)])]).toEqual([
      expect.closeTo(0.25, 9),
      expect.closeTo(0.75, 9),
    ]);
    expect([...normalizeLogWeights([1e4, -Infinity])]).toEqual([1, 0]);
    expect(effectiveWeightCount([7, 7, 7, 7])).toBeCloseTo(4, 12);
    expect(effectiveWeightCount([0, -Infinity, -Infinity])).toBeCloseTo(1, 12);
    expect(logEvidence([1000, 1000]).value).toBeCloseTo(1000, 9);
    expect(logEvidence([1000, 1000]).standardError).toBeLessThan(1e-6);
    // Weights 1 and 3: mean 2, deviation √2, over √2 of them.
    expect(logEvidence([0, Math.log(3)]).standardError).toBeCloseTo(Math.SQRT2 / 2 / Math.SQRT2, 9);
  });

  const faults: readonly (readonly [weights: number[], message: string])[] = [
    [
      [-Infinity, -Infinity],
      'E_NOT_FINITE_LOSS: logWeights: all importance weights are zero (got 2 times -Infinity). The proposal',
    ],
    [[0, Number.NaN], 'E_NOT_FINITE_LOSS: sample 1: a log-weight is not a number below infinity (got NaN)'],
    [[Infinity], 'E_NOT_FINITE_LOSS: sample 0: a log-weight is not a number below infinity (got Infinity)'],
    [[], 'E_OPTION: logWeights: there are no weights'],
  ];
  it.each(faults)('refuses %j', async (weights, message) => {
    for (const f of [normalizeLogWeights, effectiveWeightCount, logEvidence, paretoSmooth]) {
      expect(await faultOf(() => f(weights))).toContain(message);
    }
  });
});

describe('importance sampling', () => {
  it('gives moments, evidence and their errors as they are, over many seeds', async () => {
    const results = await Promise.all(
      seeds.map((seed) => importanceSample(target, normal(1.5), { count: 1000, seed })),
    );
    const scores = (f: (x: number) => number, truth: number): number[] =>
      results.map((result) => {
        const { mean, standardError } = importanceEstimate(result, (x) => f(x[0]!));
        return (mean - truth) / standardError;
      });
    expectStandardNormal(scores((x) => x, 0));
    expectStandardNormal(scores((x) => x * x, 1));
    expectStandardNormal(results.map(({ logEvidence: { value, standardError } }) => (value - logZ) / standardError));
    for (const result of results) expect(result.paretoShape).toBeLessThan(0.5);
    // E w² / (E w)² = ∫ p²/q = s² / √(2 s² − 1) for p = N(0, 1), q = N(0, s²).
    const share = Math.sqrt(2 * 1.5 ** 2 - 1) / 1.5 ** 2;
    expect(meanOf(results.map((result) => result.effectiveSampleSize)) / 1000).toBeCloseTo(share, 2);
  });

  it('says by Pareto-k that a proposal is too narrow', async () => {
    const result = await importanceSample(target, normal(0.25), { count: 4000, seed: 1 });
    // The tail of w under N(0, s²) is Pareto with k = 1 − s² = 0.94, up to a slowly varying factor.
    expect(result.paretoShape).toBeGreaterThan(0.7);
  });

  it('has equal weights when the proposal is the target', async () => {
    const result = await importanceSample(target, normal(1), { count: 50, seed: 1 });
    expect(result.effectiveSampleSize).toBeCloseTo(50, 6);
    expect(result.logEvidence.value).toBeCloseTo(logZ, 9);
    expect(result.paretoShape).toBe(-Infinity);
  });

  it('does not depend on the batch size, and reports progress', async () => {
    const done: number[] = [];
    const whole = await importanceSample(target, normal(2), { count: 100, seed: 4 });
    const parts = await importanceSample(target, normal(2), {
      count: 100,
      seed: 4,
      batchSize: 30,
      onProgress: (progress) => done.push(progress.done),
    });
    expect(parts).toEqual(whole);
    expect(done).toEqual([30, 60, 90, 100]);
  });

  it('resamples in proportion to the weights', () => {
    const positions = { values: Float64Array.of(10, 20, 30), count: 3, size: 1 };
    const drawn = resample({ positions, weights: Float64Array.of(0.5, 0, 0.5) }, { count: 10, seed: 1 });
    expect([...drawn.values].sort()).toEqual([10, 10, 10, 10, 10, 30, 30, 30, 30, 30]);
  });

  const faults: readonly (readonly [name: string, logDensity: (x: Float64Array) => number, message: string])[] = [
    [
      'a target without support here',
      () => -Infinity,
      'E_NOT_FINITE_LOSS: logWeights: all importance weights are zero',
    ],
    [
      'a target of NaN',
      (x) => (x[0]! > 0 ? 0 : Number.NaN),
      'the log-density is not a number below infinity (expected a finite number, or -Infinity outside the support, got NaN)',
    ],
  ];
  it.each(faults)('refuses %s', async (_name, logDensity, message) => {
    const bad = plainTarget({ eventShape: [1], logDensity });
    expect(await faultOf(() => importanceSample(bad, normal(1), { count: 50, seed: 1 }))).toContain(message);
  });

  it('names the sample of a NaN, and refuses what it cannot count', async () => {
    const bad = plainTarget({ eventShape: [1], logDensity: () => Number.NaN });
    expect(await faultOf(() => importanceSample(bad, normal(1), { count: 5 }))).toMatch(
      /E_NOT_FINITE_LOSS: sample 0 at \[/,
    );
    expect(await faultOf(() => importanceSample(target, normal(1), { count: 1.5 }))).toContain('E_OPTION: count: ');
    const misspelt = { count: 5, batchsize: 2 };
    expect(await faultOf(() => importanceSample(target, normal(1), misspelt))).toContain(
      'batchsize: there is no such option',
    );
  });
});

describe('the generalized Pareto fit', () => {
  it.each([-0.3, 0.2, 0.7, 1.2])('finds the shape %s of a known tail, and its scale', (shape) => {
    const fits = seeds.map((seed) => {
      const random = new Random(seed);
      const values = Array.from({ length: 1500 }, () =>
        generalizedParetoQuantile({ shape, scale: 2 }, random.uniform()),
      );
      return fitGeneralizedPareto(values);
    });
    // The deviation of k̂ is near (1 + k)/√n for k > −½; of the mean over seeds √24 less.
    const error = (1 + shape) / Math.sqrt(1500 * seeds.length);
    expect(Math.abs(meanOf(fits.map((fit) => fit.shape)) - shape)).toBeLessThan(4 * error + 0.003);
    expect(Math.abs(meanOf(fits.map((fit) => fit.scale)) - 2)).toBeLessThan(0.06);
  });

  it('has the exponential quantiles at shape 0', () => {
    expect(generalizedParetoQuantile({ shape: 0, scale: 3 }, 0.5)).toBeCloseTo(3 * Math.LN2, 12);
    expect(generalizedParetoQuantile({ shape: 1e-9, scale: 3 }, 0.5)).toBeCloseTo(3 * Math.LN2, 6);
  });

  it('refuses what is no tail', async () => {
    expect(await faultOf(() => fitGeneralizedPareto([1, 2]))).toContain('E_OPTION: exceedances: ');
    expect(await faultOf(() => fitGeneralizedPareto([0, 1, 2, 3, 4]))).toContain('values from 0 to 4');
  });
});

describe('Pareto smoothing', () => {
  it('finds k of weights with a known tail, keeps order and lowers nothing above the largest', () => {
    const shapes = seeds.map((seed) => {
      const random = new Random(seed);
      // w = u^−k has a Pareto tail of shape k.
      const logWeights = Array.from({ length: 3000 }, () => -0.6 * Math.log(random.uniform()));
      const smoothed = paretoSmooth(logWeights);
      expect(Math.max(...smoothed.logWeights)).toBeLessThanOrEqual(Math.max(...logWeights));
      const order = Array.from(logWeights.keys()).sort((a, b) => logWeights[a]! - logWeights[b]!);
      const sorted = order.map((index) => smoothed.logWeights[index]!);
      expect(sorted.every((value, i) => i === 0 || value >= sorted[i - 1]!)).toBe(true);
      return smoothed.shape;
    });
    // 165 tail weights: k̂ is regularized to (165 · 0.6 + 5)/175 = 0.594, deviation 1.6/√165/√24 = 0.025.
    expect(Math.abs(meanOf(shapes) - 0.594)).toBeLessThan(0.1);
  });

  it('says ∞ when there is too little to tell', () => {
    expect(paretoSmooth([0, 1, 2]).shape).toBe(Infinity);
  });
});
