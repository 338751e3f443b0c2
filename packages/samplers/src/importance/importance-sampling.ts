import { Random } from '@flowzoo/core';
import { assertFunction, assertKnownKeys, assertNotAborted, assertSeed, assertWholeNumber } from '../common/check.ts';
import { GiveWay } from '../common/give-way.ts';
import { rowOf, type Positions } from '../common/positions.ts';
import { invertCategorical, cumulativeProbabilities } from '../direct/categorical.ts';
import { assertSameEvent, drawChecked, type IndependentProposal } from '../proposals/independent-proposal.ts';
import { assertTarget, evaluateTarget } from '../targets/evaluate.ts';
import type { Target } from '../targets/target.ts';
import { paretoSmooth } from './pareto-smoothing.ts';
import { effectiveWeightCount, logEvidence, normalizeLogWeights, type LogEvidence } from './weights.ts';

/** Options of {@link importanceSample}. */
export interface ImportanceOptions {
  readonly count: number;
  /** Draws per evaluation. Default: 4096. */
  readonly batchSize?: number | undefined;
  /** Replace the largest weights by the quantiles of the fitted Pareto tail. Default: false. */
  readonly smooth?: boolean | undefined;
  /** Default: 0. */
  readonly seed?: number | string | undefined;
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Weighted draws, and what they tell about the target and about themselves. */
export interface ImportanceResult {
  readonly positions: Positions;
  /** log π − log q, smoothed where that was asked for, `[count]`, nats. */
  readonly logWeights: Float64Array;
  /** Self-normalised weights, `[count]`. */
  readonly weights: Float64Array;
  /** (Σw)²/Σw². */
  readonly effectiveSampleSize: number;
  /** Pareto-k of the raw weights: above 0.7 distrust everything here. */
  readonly paretoShape: number;
  /** log ∫ π of the raw weights; of meaning when log q is normalised. */
  readonly logEvidence: LogEvidence;
}

/**
 * Importance sampling with self-normalised weights w ∝ π(x)/q(x), x ~ q.
 *
 * @throws E_NOT_FINITE_LOSS when all weights are zero or the target gives NaN; E_OPTION; E_EVENT_SHAPE; E_ABORTED
 *
 * @example
 * const result = await importanceSample(target, flowProposal(flow), { count: 10_000, seed: 1 });
 * const { mean, standardError } = importanceEstimate(result, (x) => x[0]!);
 */
export async function importanceSample(
  target: Target,
  proposal: IndependentProposal,
  options: ImportanceOptions,
): Promise<ImportanceResult> {
  assertKnownKeys(options, ['count', 'batchSize', 'smooth', 'seed', 'onProgress', 'signal']);
  const { count, batchSize = 4096, seed = 0 } = options;
  assertWholeNumber('count', count, 1);
  assertWholeNumber('batchSize', batchSize, 1);
  assertSeed('seed', seed);
  assertTarget(target);
  assertSameEvent(target, proposal);
  const random = new Random(seed);
  const giveWay = new GiveWay();
  const size = target.eventShape.reduce((product, length) => product * length, 1);
  const positions = { values: new Float64Array(count * size), count, size };
  const raw = new Float64Array(count);
  for (let first = 0; first < count; first += batchSize) {
    assertNotAborted(options.signal, 'importanceSample');
    const part = await drawChecked(proposal, Math.min(batchSize, count - first), { random, signal: options.signal });
    const { logDensity } = await evaluateTarget(target, part.positions, {
      gradient: false,
      nameOf: (row) => `sample ${first + row}`,
    });
    positions.values.set(part.positions.values, first * size);
    part.logDensity.forEach((logProposal, row) => (raw[first + row] = logDensity[row]! - logProposal));
    options.onProgress?.({ done: first + part.positions.count, total: count });
    await giveWay.now();
  }
  const smoothed = paretoSmooth(raw);
  const logWeights = options.smooth === true ? smoothed.logWeights : raw;
  return {
    positions,
    logWeights,
    weights: normalizeLogWeights(logWeights),
    effectiveSampleSize: effectiveWeightCount(logWeights),
    paretoShape: smoothed.shape,
    logEvidence: logEvidence(raw),
  };
}

/** A mean under the target, and its Monte-Carlo standard error. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * μ̂ = Σ wᵢ f(xᵢ) with standard error √Σ wᵢ² (f(xᵢ) − μ̂)² (Owen 2013, Monte Carlo theory, eq. 9.9).
 *
 * @throws E_OPTION
 */
export function importanceEstimate(
  result: Pick<ImportanceResult, 'positions' | 'weights'>,
  f: (x: Float64Array) => number,
): Estimate {
  assertFunction('f', f);
  const { positions, weights } = result;
  const values = Float64Array.from({ length: positions.count }, (_, row) => f(rowOf(positions, row)));
  // A point of weight zero says nothing, not even when f is infinite there.
  const mean = values.reduce((sum, value, row) => (weights[row]! > 0 ? sum + weights[row]! * value : sum), 0);
  const variance = values.reduce(
    (sum, value, row) => (weights[row]! > 0 ? sum + (weights[row]! * (value - mean)) ** 2 : sum),
    0,
  );
  return { mean, standardError: Math.sqrt(variance) };
}

/**
 * Unweighted draws from weighted ones: systematic resampling, one uniform for all (Kitagawa 1996).
 *
 * @throws E_OPTION
 */
export function resample(
  result: Pick<ImportanceResult, 'positions' | 'weights'>,
  options: { readonly count: number; readonly seed?: number | string },
): Positions {
  assertKnownKeys(options, ['count', 'seed']);
  assertWholeNumber('count', options.count, 1);
  assertSeed('seed', options.seed ?? 0);
  const { positions, weights } = result;
  const cumulative = cumulativeProbabilities({ weights });
  const offset = new Random(options.seed ?? 0).uniform();
  const values = new Float64Array(options.count * positions.size);
  for (let i = 0; i < options.count; i++) {
    const row = invertCategorical(cumulative, (i + offset) / options.count);
    values.set(rowOf(positions, row), i * positions.size);
  }
  return { values, count: options.count, size: positions.size };
}
