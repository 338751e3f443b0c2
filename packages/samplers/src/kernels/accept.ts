import { FlowzooError } from '@flowzoo/core';
import { formatPoint, rowOf, type Positions } from '../common/positions.ts';
import type { Evaluation } from '../targets/target.ts';
import type { ChainState, RunContext, Transition } from './kernel.ts';

/** min(1, exp r): the acceptance of Metropolis and Hastings for the logarithm r of their ratio. */
export function acceptanceProbability(logRatio: number): number {
  return logRatio >= 0 ? 1 : Math.exp(logRatio);
}

/**
 * Takes each chain's candidate with probability min(1, exp r), r the log-ratio
 * log π(y) q(x|y) − log π(x) q(y|x). One uniform per chain, whatever the ratio, so that streams stay in step.
 *
 * @throws E_NOT_FINITE_LOSS for a ratio that is NaN: the proposal's log-density is
 */
export function acceptOrReject(
  state: ChainState,
  candidate: { readonly positions: Positions; readonly evaluation: Evaluation; readonly logRatio: Float64Array },
  run: RunContext,
): Transition {
  const { size, chains } = run;
  const values = Float64Array.from(state.positions.values);
  const logDensity = Float64Array.from(state.logDensity);
  const gradient = state.gradient === undefined ? undefined : Float64Array.from(state.gradient);
  const acceptance = new Float64Array(chains);
  const accepted = new Uint8Array(chains);
  for (let chain = 0; chain < chains; chain++) {
    const outside = candidate.evaluation.logDensity[chain] === -Infinity;
    const logRatio = outside ? -Infinity : candidate.logRatio[chain]!;
    if (Number.isNaN(logRatio)) throw undefinedRatio(chain, candidate.positions);
    acceptance[chain] = acceptanceProbability(logRatio);
    if (run.randoms[chain]!.uniform() >= acceptance[chain]!) continue;
    accepted[chain] = 1;
    values.set(rowOf(candidate.positions, chain), chain * size);
    logDensity[chain] = candidate.evaluation.logDensity[chain]!;
    gradient?.set(candidate.evaluation.gradient!.subarray(chain * size, (chain + 1) * size), chain * size);
  }
  return { state: { positions: { values, count: chains, size }, logDensity, gradient }, acceptance, accepted };
}

function undefinedRatio(chain: number, positions: Positions): FlowzooError {
  return new FlowzooError('E_NOT_FINITE_LOSS', 'the log-density of the proposal is not a number', {
    at: `chain ${chain}, proposed ${formatPoint(rowOf(positions, chain))}`,
    expected: 'a finite number for every move that is drawn',
    found: 'NaN',
  });
}
