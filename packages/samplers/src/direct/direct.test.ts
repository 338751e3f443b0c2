import { Random } from '@flowzoo/core';
import { describe, expect, it } from 'vitest';
import { plainProposal } from '../proposals/plain-proposal.ts';
import { plainTarget } from '../targets/plain-target.ts';
import { expectStandardNormal, faultOf, meanOf, seeds } from '../test-statistics.ts';
import { boxMuller, boxMullerNormals } from './box-muller.ts';
import { invertCategorical, sampleCategorical } from './categorical.ts';
import { invertCdf, sampleInverseCdf } from './inverse-cdf.ts';
import { rejectionSample } from './rejection.ts';

describe('Box–Muller', () => {
  it('is the formula', () => {
    const [z0, z1] = boxMuller(0.5, 0.25);
    expect(z0).toBeCloseTo(0, 15);
    expect(z1).toBeCloseTo(Math.sqrt(2 * Math.LN2), 15);
    expect(boxMuller(1, 0.7)).toEqual([expect.closeTo(0, 15), expect.closeTo(0, 15)]);
    const random = new Random(3);
    const [first, second] = boxMuller(random.uniform(), random.uniform());
    expect([...boxMullerNormals(2, { seed: 3 })]).toEqual([first, second]);
    expect(boxMullerNormals(3, { seed: 3 })).toHaveLength(3);
  });

  it('gives means, variances and a correlation of pairs as independent normals have, over many seeds', () => {
    const count = 2000;
    const draws = seeds.map((seed) => boxMullerNormals(count, { seed }));
    expectStandardNormal(draws.map((z) => meanOf(z) * Math.sqrt(count)));
    expectStandardNormal(draws.map((z) => (meanOf(z.map((value) => value * value)) - 1) * Math.sqrt(count / 2)));
    const products = draws.map((z) => meanOf(Array.from({ length: count / 2 }, (_, i) => z[2 * i]! * z[2 * i + 1]!)));
    expectStandardNormal(products.map((value) => value * Math.sqrt(count / 2)));
  });
});

describe('inverse CDF', () => {
  it('gives the quantiles of a cumulative distribution that it inverts', () => {
    for (const u of [1e-9, 0.1, 0.5, 0.9, 1 - 1e-9]) {
      expect(invertCdf((x) => 1 / (1 + Math.exp(-x)), u)).toBeCloseTo(Math.log(u / (1 - u)), 6);
      expect(invertCdf((x) => Math.min(1, x * x), u, { support: [0, 5] })).toBeCloseTo(Math.sqrt(u), 12);
    }
    // A jump of 0.4 at 0 and a flat part between 1 and 2.
    const steps = (x: number): number =>
      x < 0 ? 0 : x < 1 ? 0.4 + 0.3 * x : x < 2 ? 0.7 : Math.min(1, 0.7 + 0.3 * (x - 2));
    expect(invertCdf(steps, 0.2)).toBeCloseTo(0, 12);
    expect(invertCdf(steps, 0.7)).toBeCloseTo(1, 12);
    expect(invertCdf(steps, 0.71)).toBeCloseTo(2 + 1 / 30, 9);
  });

  it('draws the same by quantile function and by inversion, with the right moments over many seeds', () => {
    const count = 400;
    const exact = seeds.map((seed) => sampleInverseCdf({ quantile: (u) => -Math.log1p(-u) }, { count, seed }));
    const numeric = sampleInverseCdf(
      { cdf: (x) => -Math.expm1(-x), support: [0, Infinity] },
      { count, seed: seeds[0]! },
    );
    numeric.forEach((value, i) => expect(value).toBeCloseTo(exact[0]![i]!, 9));
    expectStandardNormal(exact.map((values) => (meanOf(values) - 1) * Math.sqrt(count)));
  });

  const faults: readonly (readonly [name: string, run: () => unknown, message: string])[] = [
    [
      'a falling function',
      () => invertCdf((x) => 1 / (1 + Math.exp(x)), 0.3),
      'E_OPTION: cdf: a cumulative distribution',
    ],
    ['values below 0', () => invertCdf((x) => x, 0.3), 'E_OPTION: cdf(-1): a cumulative distribution must lie between'],
    ['NaN', () => invertCdf(() => Number.NaN, 0.3), 'must lie between 0 and 1 (got NaN)'],
    ['u = 1', () => invertCdf((x) => x, 1), 'E_OPTION: u: a cumulative distribution is inverted between 0 and 1'],
    ['an empty support', () => invertCdf((x) => x, 0.5, { support: [1, 0] }), 'E_OPTION: support: '],
    ['one that stays at ½', () => invertCdf(() => 0.5, 0.9), 'does not reach this probability'],
    [
      'a NaN quantile',
      () => sampleInverseCdf({ quantile: () => Number.NaN }, { count: 1 }),
      'E_NOT_FINITE_LOSS: quantile(',
    ],
    ['a negative count', () => sampleInverseCdf({ quantile: (u) => u }, { count: -1 }), 'E_OPTION: count: '],
  ];
  it.each(faults)('refuses %s', async (_name, run, message) => {
    expect(await faultOf(run)).toContain(message);
  });
});

describe('categorical', () => {
  it('has the frequencies of its weights, and never draws what has none', () => {
    const count = 600;
    const runs = seeds.map((seed) => sampleCategorical({ weights: [0, 1, 0, 3, 0] }, { count, seed }));
    expect(new Set(runs.flatMap((run) => [...run]))).toEqual(new Set([1, 3]));
    expectStandardNormal(
      runs.map((run) => (run.filter((k) => k === 3).length / count - 0.75) / Math.sqrt((0.75 * 0.25) / count)),
    );
    const logWeights = [-Infinity, -1000, -Infinity, -1000 + Math.log(3), -Infinity];
    expect(sampleCategorical({ logWeights }, { count, seed: seeds[0]! })).toEqual(runs[0]);
  });

  it('inverts where a category begins, and passes over what has no probability', () => {
    const cumulative = Float64Array.of(0, 0.25, 0.25, 1, 1);
    expect([0, 0.2, 0.25, 0.99].map((u) => invertCategorical(cumulative, u))).toEqual([1, 1, 3, 3]);
  });

  const faults: readonly (readonly [weights: number[], message: string])[] = [
    [[1, -1], 'E_OPTION: category 1: the weight of a category must be a finite number, 0 or more (got -1)'],
    [[Number.NaN], 'E_OPTION: category 0: '],
    [[0, 0], 'must have a sum above 0 (got sum 0)'],
    [[], 'must have a sum above 0 (got no category)'],
  ];
  it.each(faults)('refuses weights %j', async (weights, message) => {
    expect(await faultOf(() => sampleCategorical({ weights }, { count: 1 }))).toContain(message);
  });

  it('refuses log-weights that are all −∞ or NaN', async () => {
    expect(await faultOf(() => sampleCategorical({ logWeights: [-Infinity] }, { count: 1 }))).toContain(
      'a sum above 0',
    );
    expect(await faultOf(() => sampleCategorical({ logWeights: [0, Number.NaN] }, { count: 1 }))).toContain(
      'category 1',
    );
  });
});

describe('rejection sampling', () => {
  // Beta(2, 2) under a uniform: density 6 x (1 − x), bound 1.5, variance 1/20.
  const beta = plainTarget({
    eventShape: [1],
    logDensity: (x) => Math.log(6 * x[0]! * (1 - x[0]!)),
  });
  const uniform = plainProposal({ eventShape: [1], draw: (random) => [random.uniform()], logDensity: () => 0 });

  it('draws the target, and accepts 1/M of the proposals, over many seeds', async () => {
    const count = 500;
    const results = await Promise.all(
      seeds.map((seed) => rejectionSample(beta, uniform, { count, logBound: Math.log(1.5), seed })),
    );
    expectStandardNormal(results.map(({ positions }) => (meanOf(positions.values) - 0.5) * Math.sqrt(20 * count)));
    // Trials until `count` successes are negative binomial: mean count · M, variance count · M (M − 1).
    expectStandardNormal(results.map(({ trials }) => (trials - 1.5 * count) / Math.sqrt(count * 1.5 * 0.5)));
    for (const { acceptance, trials } of results) expect(acceptance).toBe(count / trials);
  });

  it('names the point where the envelope is violated', async () => {
    const fault = await faultOf(() => rejectionSample(beta, uniform, { count: 500, logBound: Math.log(1.2), seed: 1 }));
    expect(fault).toMatch(/^E_OUT_OF_DOMAIN: \[0\.\d+\]: the envelope lies below the target .* Raise logBound/);
  });

  const faults: readonly (readonly [name: string, run: () => unknown, message: string])[] = [
    [
      'a hopeless bound',
      () => rejectionSample(beta, uniform, { count: 1, logBound: 50, maximumTrials: 200 }),
      'E_NO_CONVERGENCE: rejectionSample: too few proposals are accepted (got 0 accepted of 200 proposals)',
    ],
    ['a NaN bound', () => rejectionSample(beta, uniform, { count: 1, logBound: Number.NaN }), 'E_OPTION: logBound: '],
    ['no draws', () => rejectionSample(beta, uniform, { count: 0, logBound: 1 }), 'E_OPTION: count: '],
    [
      'another space',
      () => rejectionSample(plainTarget({ eventShape: [2], logDensity: () => 0 }), uniform, { count: 1, logBound: 1 }),
      'E_EVENT_SHAPE: proposal: target and proposal have different event shapes (expected [2], got [1])',
    ],
    [
      'an aborted signal',
      () => rejectionSample(beta, uniform, { count: 1, logBound: 1, signal: AbortSignal.abort() }),
      'E_ABORTED',
    ],
  ];
  it.each(faults)('refuses %s', async (_name, run, message) => {
    expect(await faultOf(run)).toContain(message);
  });
});
