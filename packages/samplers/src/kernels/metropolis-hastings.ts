import { FlowzooError, type Random } from '@flowzoo/core';
import { assertFraction, assertFunction, assertKnownKeys, assertPositive, impossible } from '../common/check.ts';
import { formatPoint, rowOf, type Positions } from '../common/positions.ts';
import { acceptOrReject } from './accept.ts';
import type { Kernel, RunContext } from './kernel.ts';

/** What a proposal of one chain is given. */
export interface ProposalContext {
  readonly random: Random;
  /** NaN when the kernel has none. */
  readonly stepSize: number;
}

/** A Markov proposal q(y|x) for one chain, of any form. */
export interface Proposal {
  /** A draw y ~ q(·|x); x must not be changed. */
  readonly draw: (from: Float64Array, context: ProposalContext) => ArrayLike<number>;
  /** log q(to|from), nats, up to a constant. Leave it out when q(y|x) = q(x|y). */
  readonly logDensity?:
    ((to: Float64Array, from: Float64Array, context: { readonly stepSize: number }) => number) | undefined;
}

/** Options of {@link metropolisHastings}. */
export interface MetropolisHastingsOptions {
  readonly proposal: Proposal;
  /** Given to the proposal, and adapted in warm-up when `targetAcceptance` is given. Default: none. */
  readonly stepSize?: number | undefined;
  readonly targetAcceptance?: number | undefined;
}

/**
 * Metropolis–Hastings with any proposal: y ~ q(·|x) is taken with probability min(1, π(y) q(x|y) / (π(x) q(y|x))).
 *
 * Hastings 1970, https://doi.org/10.1093/biomet/57.1.97, eq. 6. All chains are evaluated in one call of the target.
 *
 * @throws E_OPTION; in a run E_EVENT_SHAPE for a draw of the wrong length, E_NOT_FINITE_LOSS naming chain and position
 *
 * @example
 * // Multiplicative random walk on x > 0: q(y|x) is log-normal, up to a constant 1/y.
 * const kernel = metropolisHastings({
 *   proposal: {
 *     draw: (x, { random }) => [x[0]! * Math.exp(0.5 * random.normal())],
 *     logDensity: (to, from) => -2 * Math.log(to[0]! / from[0]!) ** 2 - Math.log(to[0]!),
 *   },
 * });
 */
export function metropolisHastings(options: MetropolisHastingsOptions): Kernel {
  assertKnownKeys(options, ['proposal', 'stepSize', 'targetAcceptance']);
  const { proposal, stepSize, targetAcceptance } = options;
  if (typeof proposal !== 'object' || proposal === null) {
    throw impossible('proposal', proposal, 'an object { draw, logDensity }');
  }
  assertFunction('proposal.draw', proposal.draw);
  if (proposal.logDensity !== undefined) assertFunction('proposal.logDensity', proposal.logDensity);
  if (stepSize !== undefined) assertPositive('stepSize', stepSize);
  if (targetAcceptance !== undefined) assertFraction('targetAcceptance', targetAcceptance);
  return {
    type: 'metropolis-hastings',
    uses: 'density',
    stepSize,
    targetAcceptance,
    begin: (run) => async (state, moment) => {
      const positions = propose(proposal, state.positions, { run, stepSize: moment.stepSize });
      const evaluation = await run.evaluate(positions, { gradient: false });
      const logRatio = Float64Array.from({ length: run.chains }, (_, chain) => {
        const change = evaluation.logDensity[chain]! - state.logDensity[chain]!;
        if (proposal.logDensity === undefined || change === -Infinity) return change;
        const from = rowOf(state.positions, chain);
        const to = rowOf(positions, chain);
        const context = { stepSize: moment.stepSize };
        return change + proposal.logDensity(from, to, context) - proposal.logDensity(to, from, context);
      });
      return acceptOrReject(state, { positions, evaluation, logRatio }, run);
    },
  };
}

function propose(
  proposal: Proposal,
  from: Positions,
  { run, stepSize }: { readonly run: RunContext; readonly stepSize: number },
): Positions {
  const values = new Float64Array(from.values.length);
  for (let chain = 0; chain < run.chains; chain++) {
    const drawn = proposal.draw(rowOf(from, chain), { random: run.randoms[chain]!, stepSize });
    if (drawn.length !== run.size) {
      throw new FlowzooError('E_EVENT_SHAPE', 'the proposal gives a point of the wrong length', {
        at: `chain ${chain}`,
        expected: String(run.size),
        found: String(drawn.length),
      });
    }
    values.set(drawn, chain * run.size);
    if (Array.prototype.every.call(drawn, Number.isFinite)) continue;
    throw new FlowzooError('E_NOT_FINITE_LOSS', 'the proposal gives a point that is not finite', {
      at: `chain ${chain} at ${formatPoint(rowOf(from, chain))}`,
      found: formatPoint(drawn),
    });
  }
  return { values, count: run.chains, size: run.size };
}
