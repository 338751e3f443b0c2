import { describe, expect, it } from 'vitest';
import { runChains } from '../chains/run-chains.ts';
import { enumerateStates, stateIndex } from '../finite/states.ts';
import {
  detailedBalanceFault,
  finiteProposal,
  gibbsTransitionMatrix,
  invarianceFault,
  metropolisTransitionMatrix,
  type TransitionMatrix,
} from '../finite/transition-matrix.ts';
import { plainTarget } from '../targets/plain-target.ts';
import { faultOf } from '../test-statistics.ts';
import { conditionalProbabilities, finiteGibbs } from './finite-gibbs.ts';
import type { Kernel } from './kernel.ts';
import { metropolisHastings } from './metropolis-hastings.ts';

const levels = [2, 3, 2];
const logDensity = (x: Float64Array): number => 0.7 * x[0]! * x[1]! - 0.4 * x[1]! * x[2]! + 0.3 * x[2]!;
const states = enumerateStates(levels);
const probabilities = conditionalProbabilities(states.map(logDensity));

/** One step from every state, many chains each: how often the kernel went where, against the exact row. */
async function expectSteps(
  kernel: Kernel,
  matrix: TransitionMatrix,
  space: { levels: number[]; logDensity: (x: Float64Array) => number },
): Promise<void> {
  const each = 400;
  const points = enumerateStates(space.levels);
  const target = plainTarget({ eventShape: [space.levels.length], logDensity: space.logDensity });
  const result = await runChains(target, kernel, {
    chains: points.length * each,
    samples: 1,
    warmup: 0,
    initial: (chain) => points[chain % points.length]!,
    seed: 5,
  });
  const counts = points.map(() => new Float64Array(points.length));
  for (let chain = 0; chain < result.chains; chain++) {
    const to = result.draws.subarray(chain * result.size, (chain + 1) * result.size);
    counts[chain % points.length]![stateIndex(to, space.levels)]! += 1;
  }
  let statistic = 0;
  let freedom = 0;
  matrix.forEach((row, from) => {
    const possible = row.reduce((sum, value) => sum + (value > 1e-12 ? 1 : 0), 0);
    freedom += possible - 1;
    row.forEach((value, to) => {
      if (value > 1e-12) statistic += (counts[from]![to]! - each * value) ** 2 / (each * value);
      else expect(counts[from]![to]).toBe(0);
    });
  });
  // χ² has mean f and deviation √(2 f).
  expect(Math.abs(statistic - freedom) / Math.sqrt(2 * freedom)).toBeLessThan(4);
}

describe('Gibbs on a finite space', () => {
  it('leaves the target invariant; random scan is reversible, a sweep is not', () => {
    const sweep = gibbsTransitionMatrix({ levels, logDensity });
    const random = gibbsTransitionMatrix({ levels, logDensity, scan: 'random' });
    expect(invarianceFault(sweep, probabilities)).toBeLessThan(1e-15);
    expect(invarianceFault(random, probabilities)).toBeLessThan(1e-15);
    expect(detailedBalanceFault(random, probabilities)).toBeLessThan(1e-15);
    expect(detailedBalanceFault(sweep, probabilities)).toBeGreaterThan(1e-4);
    for (const row of [...sweep, ...random]) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });

  it.each(['systematic', 'random'] as const)('steps by its exact matrix in %s scan', async (scan) => {
    await expectSteps(finiteGibbs({ levels, scan }), gibbsTransitionMatrix({ levels, logDensity, scan }), {
      levels,
      logDensity,
    });
  });

  it('handles states of no probability', () => {
    // x₀ = x₁ = 1 is forbidden.
    const forbidden = (x: Float64Array): number => (x[0] === 1 && x[1] === 1 ? -Infinity : 0);
    const matrix = gibbsTransitionMatrix({ levels: [2, 2], logDensity: forbidden, scan: 'random' });
    expect(detailedBalanceFault(matrix, [1 / 3, 1 / 3, 1 / 3, 0])).toBeLessThan(1e-15);
  });
});

describe('Metropolis–Hastings on a finite space', () => {
  const weights = [0.1, 0.2, 0.4, 0, 0.3];
  const logDensities = weights.map((value) => Math.log(value));
  // Asymmetric, with a move that has no way back.
  const proposal = [
    [0.1, 0.5, 0.2, 0.1, 0.1],
    [0.3, 0.1, 0.3, 0.1, 0.2],
    [0, 0.5, 0.2, 0.1, 0.2],
    [0.2, 0.2, 0.2, 0.2, 0.2],
    [0.4, 0.1, 0.4, 0.1, 0],
  ].map((row) => Float64Array.from(row));
  const matrix = metropolisTransitionMatrix({ logDensities, proposal });

  it('is in detailed balance, which the proposal alone is not', () => {
    expect(detailedBalanceFault(matrix, weights)).toBeLessThan(1e-15);
    expect(invarianceFault(matrix, weights)).toBeLessThan(1e-15);
    expect(detailedBalanceFault(proposal, weights)).toBeGreaterThan(0.01);
    expect(matrix[0]![2]).toBe(0);
  });

  it('steps by its exact matrix', async () => {
    const usable = [0, 1, 2, 4];
    // Without the state of no probability, where no chain can start.
    const inner = usable.map((i) => {
      const row = Float64Array.from(usable, (j) => proposal[i]![j]!);
      row[usable.indexOf(i)]! += proposal[i]![3]!;
      return row;
    });
    const scores = usable.map((i) => logDensities[i]!);
    const kernel = metropolisHastings({ proposal: finiteProposal(inner) });
    const exact = metropolisTransitionMatrix({ logDensities: scores, proposal: inner });
    await expectSteps(kernel, exact, { levels: [4], logDensity: (x) => scores[x[0]!]! });
  });
});

describe('finite spaces', () => {
  it('number their states', () => {
    expect(states).toHaveLength(12);
    states.forEach((state, index) => expect(stateIndex(state, levels)).toBe(index));
  });

  const target = plainTarget({ eventShape: [3], logDensity });
  const initial = new Float64Array(3);
  const faults: readonly (readonly [name: string, run: () => unknown, message: string])[] = [
    ['no levels', () => finiteGibbs({ levels: [] }), 'E_OPTION: levels: '],
    [
      'a level of 0',
      () => finiteGibbs({ levels: [2, 0] }),
      'E_OPTION: levels[1]: the option cannot have this value (expected a whole number, 1 or more, got 0)',
    ],
    ['an unknown scan', () => finiteGibbs({ levels: [2], scan: 'both' as 'random' }), 'E_OPTION: scan: '],
    ['too many states', () => enumerateStates([1000, 1000]), 'E_OPTION: levels: there are too many states'],
    [
      'levels for another event',
      () => runChains(target, finiteGibbs({ levels: [2] }), { chains: 1, samples: 1, initial }),
      'E_EVENT_SHAPE: levels: the levels must be as many as the elements of an event (expected 3, got 1)',
    ],
    [
      'a start at no state',
      () => runChains(target, finiteGibbs({ levels }), { chains: 1, samples: 1, initial: Float64Array.of(0, 0.5, 0) }),
      'E_OUT_OF_DOMAIN: chain 0 at [0, 0.5, 0]: a chain does not start at a state',
    ],
    [
      'a proposal of no probabilities',
      () => finiteProposal([Float64Array.of(0.4)]),
      'E_OPTION: row 0: the rows of a proposal matrix',
    ],
  ];
  it.each(faults)('refuse %s', async (_name, run, message) => {
    expect(await faultOf(run)).toContain(message);
  });
});
