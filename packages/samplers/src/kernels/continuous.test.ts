import type { Random } from '@flowzoo/core';
import { describe, expect, it } from 'vitest';
import { summarizeChains, traces } from '../chains/chain-result.ts';
import type { ChainResult } from '../chains/chain-result.ts';
import { runChains } from '../chains/run-chains.ts';
import { plainProposal } from '../proposals/plain-proposal.ts';
import { plainTarget, shapeTarget } from '../targets/plain-target.ts';
import { expectStandardNormal, meanOf, seeds, varianceOf } from '../test-statistics.ts';
import { adjustedLangevin } from './adjusted-langevin.ts';
import { gibbs } from './gibbs.ts';
import { independenceMetropolisHastings } from './independence.ts';
import type { Kernel } from './kernel.ts';
import { metropolisHastings } from './metropolis-hastings.ts';
import { randomWalk } from './random-walk.ts';
import { stochasticGradientLangevin } from './stochastic-gradient-langevin.ts';
import { unadjustedLangevin } from './unadjusted-langevin.ts';

const normal = plainTarget({ eventShape: [1], logDensity: (x) => -0.5 * x[0]! ** 2, gradient: (x) => [-x[0]!] });
const wide = plainProposal({
  eventShape: [1],
  draw: (random) => [1.6 * random.normal()],
  logDensity: (x) => -0.5 * (x[0]! / 1.6) ** 2 - Math.log(1.6),
});

/** Many short chains from the target itself: ends are independent, so errors need no autocorrelation. */
async function ends(kernel: Kernel, options: { seed: number; steps: number; chains?: number }): Promise<Float64Array> {
  const result = await runChains(normal, kernel, {
    chains: options.chains ?? 400,
    samples: 1,
    warmup: 0,
    thin: options.steps,
    initial: (_chain, random) => [random.normal()],
    seed: options.seed,
  });
  return result.draws;
}

function expectStationary(runs: readonly Float64Array[]): void {
  const count = runs[0]!.length;
  expectStandardNormal(runs.map((run) => meanOf(run) * Math.sqrt(count)));
  expectStandardNormal(runs.map((run) => (meanOf(run.map((x) => x * x)) - 1) * Math.sqrt(count / 2)));
}

describe('kernels that have no bias', () => {
  const kernels: readonly (readonly [name: string, kernel: Kernel])[] = [
    ['random walk', randomWalk({ stepSize: 2.4 })],
    ['MALA', adjustedLangevin({ stepSize: 1.7 })],
    ['independence', independenceMetropolisHastings({ proposal: wide, block: 4 })],
    [
      'an asymmetric proposal',
      metropolisHastings({
        proposal: {
          draw: (x, { random }) => [0.6 * x[0]! + 0.3 + random.normal()],
          logDensity: (to, from) => -0.5 * (to[0]! - 0.6 * from[0]! - 0.3) ** 2,
        },
      }),
    ],
  ];
  it.each(kernels)('%s keeps the target, over many seeds', async (_name, kernel) => {
    expectStationary(await Promise.all(seeds.map((seed) => ends(kernel, { seed, steps: 8 }))));
  });

  it('reach the target from far away, and say how well', async () => {
    const result = await runChains(normal, randomWalk({ stepSize: 0.1, targetAcceptance: 0.44 }), {
      chains: 8,
      samples: 600,
      warmup: 400,
      initial: (chain) => [chain - 3.5],
      seed: 3,
    });
    const { mean, standardError, standardDeviation, effectiveSampleSize, rHat } = summarizeChains(result, 0);
    expect(Math.abs(mean) / standardError).toBeLessThan(4);
    expect(Math.abs(standardDeviation - 1)).toBeLessThan(0.1);
    expect(rHat).toBeLessThan(1.05);
    expect(effectiveSampleSize).toBeGreaterThan(500);
    expect(Math.abs(meanOf(result.acceptance) - 0.44)).toBeLessThan(0.05);
    // The best step for a normal in one dimension is near 2.4.
    expect(result.stepSize).toBeGreaterThan(1.5);
    expect(result.stepSize).toBeLessThan(4);
  });
});

describe('Langevin without rejection', () => {
  // The stationary law of x′ = (1 − ε²/2) x + ε ξ has variance ε²/(1 − (1 − ε²/2)²) = 1/(1 − ε²/4).
  it.each([0.5, 1, 1.4])('has the bias of theory at ε = %s', async (stepSize) => {
    const steps = Math.ceil(24 / stepSize ** 2);
    const theory = 1 / (1 - stepSize ** 2 / 4);
    const runs = await Promise.all(
      seeds.map((seed) => ends(unadjustedLangevin({ stepSize }), { seed, steps, chains: 200 })),
    );
    expectStandardNormal(runs.map((run) => (meanOf(run.map((x) => x * x)) / theory - 1) * Math.sqrt(100)));
    const pooled = runs.flatMap((run) => Array.from(run));
    expect(Math.abs(varianceOf(pooled) / theory - 1)).toBeLessThan(4 * Math.sqrt(2 / pooled.length));
    // And that bias shows: MALA at the same step has none.
    if (stepSize >= 1) expect(varianceOf(pooled)).toBeGreaterThan(1 + 4 * Math.sqrt(2 / pooled.length));
  });

  it('SGLD by the schedule of its paper: steps fall, and weighted means are right', async () => {
    const schedule = { a: 0.5, b: 5, gamma: 0.55 };
    const gradient = ({ values }: { values: Float64Array }, { random }: { random: Random }): Float64Array =>
      values.map((x) => -(x - 3) + 0.3 * random.normal());
    const result = await runChains(shapeTarget([1]), stochasticGradientLangevin({ schedule, gradient }), {
      chains: 200,
      samples: 300,
      warmup: 100,
      initial: new Float64Array(200),
      seed: 1,
    });
    expect(result.stepSizes[0]).toBeCloseTo(0.5 * 105 ** -0.55, 12);
    expect(result.stepSizes[299]).toBeCloseTo(0.5 * 404 ** -0.55, 12);
    const total = result.stepSizes.reduce((sum, step) => sum + step, 0);
    const weighted = traces(result, 0).map((trace) =>
      trace.reduce((sum, x, i) => sum + (x * result.stepSizes[i]!) / total, 0),
    );
    expect(Math.abs(meanOf(weighted) - 3) / Math.sqrt(varianceOf(weighted) / 200)).toBeLessThan(4);
    expect(result.logDensity.every(Number.isNaN)).toBe(true);
  });

  it('SGLD with the target’s own gradient and a constant step is ULA', async () => {
    const options = { chains: 3, samples: 5, initial: new Float64Array(3), seed: 2 };
    const sgld = await runChains(normal, stochasticGradientLangevin({ schedule: () => 0.25 }), options);
    const ula = await runChains(normal, unadjustedLangevin({ stepSize: 0.5 }), options);
    sgld.draws.forEach((x, i) => expect(x).toBeCloseTo(ula.draws[i]!, 12));
  });
});

describe('Gibbs', () => {
  const rho = 0.8;
  const conditional = (element: 0 | 1) => ({
    elements: [element],
    draw: (x: Float64Array, random: Random): number[] => [
      rho * x[1 - element]! + Math.sqrt(1 - rho * rho) * random.normal(),
    ],
  });
  const run = (seed: number, scan: 'systematic' | 'random'): Promise<ChainResult> =>
    runChains(shapeTarget([2]), gibbs({ conditionals: [conditional(0), conditional(1)], scan }), {
      chains: 200,
      samples: 1,
      warmup: 0,
      thin: scan === 'systematic' ? 20 : 45,
      initial: new Float64Array(400),
      seed,
    });

  it.each(['systematic', 'random'] as const)('has the moments of a correlated normal in %s scan', async (scan) => {
    const results = await Promise.all(seeds.map((seed) => run(seed, scan)));
    const mean = (result: ChainResult, f: (x: Float64Array) => number): number =>
      meanOf(traces(result, f).map((trace) => trace[0]!));
    expectStandardNormal(results.map((result) => mean(result, (x) => x[0]!) * Math.sqrt(200)));
    expectStandardNormal(results.map((result) => (mean(result, (x) => x[1]! ** 2) - 1) * Math.sqrt(100)));
    // Var(x₀ x₁) = 1 + ρ².
    expectStandardNormal(
      results.map((result) => (mean(result, (x) => x[0]! * x[1]!) - rho) * Math.sqrt(200 / (1 + rho * rho))),
    );
  });
});
