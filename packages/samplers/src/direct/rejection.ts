import { FlowzooError, Random } from '@flowzoo/core';
import { assertFinite, assertKnownKeys, assertNotAborted, assertSeed, assertWholeNumber } from '../common/check.ts';
import { GiveWay } from '../common/give-way.ts';
import { formatPoint, rowOf, type Positions } from '../common/positions.ts';
import { assertSameEvent, drawChecked, type IndependentProposal } from '../proposals/independent-proposal.ts';
import { assertTarget, evaluateTarget } from '../targets/evaluate.ts';
import type { Target } from '../targets/target.ts';

/** Options of {@link rejectionSample}. */
export interface RejectionOptions {
  readonly count: number;
  /** log M of the envelope: log π(x) ≤ log M + log q(x) everywhere, nats. */
  readonly logBound: number;
  /** Proposals before giving up. Default: 1000 per draw asked for. */
  readonly maximumTrials?: number | undefined;
  /** Proposals per evaluation. Default: 1024. */
  readonly batchSize?: number | undefined;
  /** Default: 0. */
  readonly seed?: number | string | undefined;
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Exact, independent draws and what they cost. */
export interface RejectionResult {
  /** `[count, size]`. */
  readonly positions: Positions;
  /** Proposals that were looked at until the last draw was accepted. */
  readonly trials: number;
  /** count / trials; with normalised densities its expectation is 1/M. */
  readonly acceptance: number;
}

/**
 * Rejection sampling: a proposal x ~ q is kept with probability π(x) / (M q(x)) (von Neumann 1951).
 *
 * @throws E_OUT_OF_DOMAIN at a point where the envelope is violated; E_NO_CONVERGENCE after `maximumTrials`; E_OPTION;
 * E_NOT_FINITE_LOSS when the target gives NaN; E_ABORTED
 *
 * @example
 * const { positions, acceptance } = await rejectionSample(target, proposal, { count: 1000, logBound: Math.log(2), seed: 1 });
 */
export async function rejectionSample(
  target: Target,
  proposal: IndependentProposal,
  options: RejectionOptions,
): Promise<RejectionResult> {
  const { count, maximumTrials, batchSize, random } = resolve(target, proposal, options);
  const uniforms = random.fork('acceptance');
  const draws = random.fork('proposals');
  const giveWay = new GiveWay();
  const accepted: Float64Array[] = [];
  let trials = 0;
  while (accepted.length < count) {
    assertNotAborted(options.signal, 'rejectionSample');
    if (trials >= maximumTrials) throw tooRare(accepted.length, trials);
    const size = Math.min(batchSize, maximumTrials - trials);
    const { positions, logDensity } = await drawChecked(proposal, size, { random: draws, signal: options.signal });
    const first = trials;
    const evaluation = await evaluateTarget(target, positions, {
      gradient: false,
      nameOf: (row) => `proposal ${first + row}`,
    });
    for (let row = 0; row < size && accepted.length < count; row++) {
      const logRatio = evaluation.logDensity[row]! - logDensity[row]! - options.logBound;
      trials += 1;
      // Densities of tfjs carry float32 rounding: an envelope that touches the target is no violation.
      if (logRatio > 1e-5) throw violated(positions, row, { logRatio, logBound: options.logBound });
      if (Math.log(uniforms.uniform()) < logRatio) accepted.push(rowOf(positions, row));
    }
    options.onProgress?.({ done: accepted.length, total: count });
    await giveWay.now();
  }
  const size = accepted[0]?.length ?? 1;
  const values = new Float64Array(count * size);
  accepted.forEach((point, row) => values.set(point, row * size));
  return { positions: { values, count, size }, trials, acceptance: count / trials };
}

function resolve(
  target: Target,
  proposal: IndependentProposal,
  options: RejectionOptions,
): { readonly count: number; readonly maximumTrials: number; readonly batchSize: number; readonly random: Random } {
  assertKnownKeys(options, ['count', 'logBound', 'maximumTrials', 'batchSize', 'seed', 'onProgress', 'signal']);
  const { count, maximumTrials = 1000 * options.count, batchSize = 1024, seed = 0 } = options;
  assertWholeNumber('count', count, 1);
  assertFinite('logBound', options.logBound);
  assertWholeNumber('maximumTrials', maximumTrials, 1);
  assertWholeNumber('batchSize', batchSize, 1);
  assertSeed('seed', seed);
  assertTarget(target);
  assertSameEvent(target, proposal);
  return { count, maximumTrials, batchSize, random: new Random(seed) };
}

function violated(
  positions: Positions,
  row: number,
  { logRatio, logBound }: { readonly logRatio: number; readonly logBound: number },
): FlowzooError {
  return new FlowzooError('E_OUT_OF_DOMAIN', 'the envelope lies below the target', {
    at: formatPoint(rowOf(positions, row)),
    expected: `log π − log q at most logBound = ${logBound}`,
    found: String(logBound + logRatio),
    remedy: 'Raise logBound, or take a proposal with heavier tails; the draws so far would be biased',
  });
}

function tooRare(accepted: number, trials: number): FlowzooError {
  return new FlowzooError('E_NO_CONVERGENCE', 'too few proposals are accepted', {
    at: 'rejectionSample',
    found: `${accepted} accepted of ${trials} proposals`,
    remedy: 'Lower logBound to the true bound, take a closer proposal, or raise maximumTrials',
  });
}
