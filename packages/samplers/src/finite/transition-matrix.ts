import { FlowzooError } from '@flowzoo/core';
import { assertFunction, assertKnownKeys } from '../common/check.ts';
import { acceptanceProbability } from '../kernels/accept.ts';
import { conditionalProbabilities } from '../kernels/finite-gibbs.ts';
import { assertScan } from '../kernels/gibbs.ts';
import type { Proposal } from '../kernels/metropolis-hastings.ts';
import { cumulativeProbabilities, invertCategorical } from '../direct/categorical.ts';
import { enumerateStates, stateIndex } from './states.ts';

/** A stochastic matrix: row i holds the probabilities of the next state from state i. */
export type TransitionMatrix = readonly Float64Array[];

/**
 * The exact transition matrix of {@link finiteGibbs}: the product of the updates of all elements in order, or with `random`
 * scan their mean.
 *
 * @throws E_OPTION
 *
 * @example
 * const matrix = gibbsTransitionMatrix({ levels: [2, 2], logDensity: (x) => (x[0] === x[1] ? 1 : 0) });
 */
export function gibbsTransitionMatrix(options: {
  readonly levels: readonly number[];
  readonly logDensity: (state: Float64Array) => number;
  readonly scan?: 'systematic' | 'random' | undefined;
}): TransitionMatrix {
  assertKnownKeys(options, ['levels', 'logDensity', 'scan']);
  const { levels, logDensity, scan = 'systematic' } = options;
  assertFunction('logDensity', logDensity);
  assertScan(scan);
  const states = enumerateStates(levels);
  const updates: TransitionMatrix[] = levels.map((count, element) =>
    states.map((state) => {
      const row = new Float64Array(states.length);
      const moved = Array.from({ length: count }, (_, level) => state.with(element, level));
      const probabilities = conditionalProbabilities(moved.map(logDensity));
      moved.forEach((next, level) => (row[stateIndex(next, levels)] = probabilities[level]!));
      return row;
    }),
  );
  if (scan === 'systematic') return updates.slice(1).reduce<TransitionMatrix>(multiply, updates[0]!);
  return states.map((_, i) => Float64Array.from(states, (_state, j) => meanAt(updates, i, j)));
}

/**
 * The exact transition matrix of {@link metropolisHastings} with a {@link finiteProposal} on states 0 … n − 1.
 *
 * P(i, j) = Q(i, j) min(1, π(j) Q(j, i) / (π(i) Q(i, j))) for j ≠ i, the rest stays.
 *
 * @throws E_OPTION
 */
export function metropolisTransitionMatrix(options: {
  readonly logDensities: ArrayLike<number>;
  readonly proposal: TransitionMatrix;
}): TransitionMatrix {
  assertKnownKeys(options, ['logDensities', 'proposal']);
  const { logDensities, proposal } = options;
  assertStochastic(proposal);
  return proposal.map((row, from) => {
    const moves = row.map((probability, to) => {
      if (to === from || probability === 0 || logDensities[to] === -Infinity) return 0;
      const back = Math.log(proposal[to]![from]!) - Math.log(probability);
      return probability * acceptanceProbability(logDensities[to]! - logDensities[from]! + back);
    });
    moves[from] = 1 - moves.reduce((sum, value) => sum + value, 0);
    return moves;
  });
}

/**
 * A proposal on the states 0 … n − 1 of one element, from its stochastic matrix.
 *
 * @throws E_OPTION
 */
export function finiteProposal(matrix: TransitionMatrix): Proposal {
  assertStochastic(matrix);
  const cumulative = matrix.map((weights) => cumulativeProbabilities({ weights }));
  return {
    draw: (from, { random }) => [invertCategorical(cumulative[from[0]!]!, random.uniform())],
    logDensity: (to, from) => Math.log(matrix[from[0]!]![to[0]!]!),
  };
}

/** Largest violation of detailed balance, max |πᵢ Pᵢⱼ − πⱼ Pⱼᵢ|; 0 for a reversible chain. */
export function detailedBalanceFault(matrix: TransitionMatrix, probabilities: ArrayLike<number>): number {
  let fault = 0;
  matrix.forEach((row, i) =>
    row.forEach((value, j) => {
      fault = Math.max(fault, Math.abs(probabilities[i]! * value - probabilities[j]! * matrix[j]![i]!));
    }),
  );
  return fault;
}

/** Largest violation of invariance, max |(πP)ⱼ − πⱼ|. */
export function invarianceFault(matrix: TransitionMatrix, probabilities: ArrayLike<number>): number {
  let fault = 0;
  for (let j = 0; j < matrix.length; j++) {
    const next = matrix.reduce((sum, row, i) => sum + probabilities[i]! * row[j]!, 0);
    fault = Math.max(fault, Math.abs(next - probabilities[j]!));
  }
  return fault;
}

function assertStochastic(matrix: TransitionMatrix): void {
  matrix.forEach((row, i) => {
    const sum = row.reduce((total, value) => total + value, 0);
    if (row.length === matrix.length && row.every((value) => value >= 0) && Math.abs(sum - 1) < 1e-9) return;
    throw new FlowzooError('E_OPTION', 'the rows of a proposal matrix must be probabilities', {
      at: `row ${i}`,
      expected: `${matrix.length} numbers, 0 or more, of sum 1`,
      found: `${row.length} numbers of sum ${sum}`,
    });
  });
}

function multiply(a: TransitionMatrix, b: TransitionMatrix): Float64Array[] {
  return a.map((row) => {
    const product = new Float64Array(row.length);
    row.forEach((value, k) => b[k]!.forEach((entry, j) => (product[j]! += value * entry)));
    return product;
  });
}

function meanAt(matrices: readonly TransitionMatrix[], i: number, j: number): number {
  return matrices.reduce((sum, matrix) => sum + matrix[i]![j]!, 0) / matrices.length;
}
