import { FlowzooError } from '@flowzoo/core';
import { logSumExp } from '../common/log-sum-exp.ts';

/**
 * Weights that sum to one, wᵢ = exp(lᵢ − log Σ exp l), without overflow for any log-weights.
 *
 * @throws E_NOT_FINITE_LOSS for NaN or +∞, naming the sample, and when all weights are zero; E_OPTION for no weights
 *
 * @example
 * normalizeLogWeights([-1000, -1000]); // [0.5, 0.5]
 */
export function normalizeLogWeights(logWeights: ArrayLike<number>): Float64Array {
  assertLogWeights(logWeights);
  const total = logSumExp(logWeights);
  return Float64Array.from(logWeights, (value) => Math.exp(value - total));
}

/**
 * Kish's effective number of samples of importance weights, (Σw)² / Σw²: between 1 and their number.
 *
 * @throws as {@link normalizeLogWeights}
 */
export function effectiveWeightCount(logWeights: ArrayLike<number>): number {
  return 1 / normalizeLogWeights(logWeights).reduce((sum, weight) => sum + weight * weight, 0);
}

/** A log evidence and the standard error of its estimate. */
export interface LogEvidence {
  /** log Ẑ = log mean w, nats. */
  readonly value: number;
  /** Standard deviation of the weights over their mean and √S (delta method), nats; trust it when Pareto-k < 0.7. */
  readonly standardError: number;
}

/**
 * log Z = log ∫ π by the mean importance weight, with its standard error.
 *
 * @throws as {@link normalizeLogWeights}
 */
export function logEvidence(logWeights: ArrayLike<number>): LogEvidence {
  assertLogWeights(logWeights);
  const count = logWeights.length;
  const value = logSumExp(logWeights) - Math.log(count);
  const squares = normalizeLogWeights(logWeights).reduce((sum, weight) => sum + weight * weight, 0);
  const standardError = count === 1 ? Infinity : Math.sqrt(Math.max(0, count * squares - 1) / (count - 1));
  return { value, standardError };
}

/** @throws E_NOT_FINITE_LOSS, E_OPTION */
export function assertLogWeights(logWeights: ArrayLike<number>): void {
  if (logWeights.length === 0) {
    throw new FlowzooError('E_OPTION', 'there are no weights', { at: 'logWeights', expected: 'one or more' });
  }
  let positive = false;
  for (let i = 0; i < logWeights.length; i++) {
    const value = logWeights[i]!;
    if (Number.isNaN(value) || value === Infinity) {
      throw new FlowzooError('E_NOT_FINITE_LOSS', 'a log-weight is not a number below infinity', {
        at: `sample ${i}`,
        found: String(value),
      });
    }
    positive ||= value > -Infinity;
  }
  if (positive) return;
  throw new FlowzooError('E_NOT_FINITE_LOSS', 'all importance weights are zero', {
    at: 'logWeights',
    found: `${logWeights.length} times -Infinity`,
    remedy: 'The proposal never met the support of the target: take one that covers it',
  });
}
