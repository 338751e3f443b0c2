import { FlowzooError } from '@flowzoo/core';
import { assertKnownKeys, assertWholeNumber } from '../common/check.ts';
import { formatPoint, rowOf, type Positions } from '../common/positions.ts';
import { assertSameEvent, drawChecked, type IndependentProposal } from '../proposals/independent-proposal.ts';
import type { Evaluation } from '../targets/target.ts';
import { acceptOrReject } from './accept.ts';
import type { Kernel, RunContext } from './kernel.ts';

/** Options of {@link independenceMetropolisHastings}. */
export interface IndependenceOptions {
  /** A flow: `flowProposal(flow)`. */
  readonly proposal: IndependentProposal;
  /**
   * Steps whose proposals are drawn and scored in one call. Proposals do not depend on where a chain stands, so more only
   * saves time and costs memory. Default: 16.
   */
  readonly block?: number | undefined;
}

/**
 * Metropolis–Hastings with proposals that do not look at the chain: y ~ q is taken with probability
 * min(1, w(y)/w(x)), w = π/q.
 *
 * Tierney 1994, https://doi.org/10.1214/aos/1176325750, section 2.3.3; with a flow as q Albergo et al. 2019,
 * https://arxiv.org/abs/1904.12072. Chains mix fast where w is bounded: fit q by maximum likelihood or tempered, since a q
 * narrower than π holds chains in its tails.
 *
 * @throws E_OPTION; in a run E_EVENT_SHAPE, E_NOT_FINITE_LOSS, and E_OUT_OF_DOMAIN when a chain starts where q is 0
 *
 * @example
 * const kernel = independenceMetropolisHastings({ proposal: flowProposal(flow) });
 */
export function independenceMetropolisHastings(options: IndependenceOptions): Kernel {
  assertKnownKeys(options, ['proposal', 'block']);
  const { proposal, block = 16 } = options;
  assertWholeNumber('block', block, 1);
  return {
    type: 'independence-metropolis-hastings',
    uses: 'density',
    begin(run) {
      assertSameEvent(run.target, proposal);
      let held: Block | undefined;
      let next = 0;
      let current: Float64Array | undefined;
      return async (state) => {
        current ??= await startingDensities(proposal, state.positions);
        if (held === undefined || next === block) {
          held = await drawBlock(proposal, run, block);
          next = 0;
        }
        const candidate = takeFromBlock(held, next++, run);
        const logRatio = candidate.evaluation.logDensity.map(
          (value, chain) => value - candidate.logProposal[chain]! - (state.logDensity[chain]! - current![chain]!),
        );
        const transition = acceptOrReject(state, { ...candidate, logRatio }, run);
        current = current.map((value, chain) =>
          transition.accepted[chain] === 1 ? candidate.logProposal[chain]! : value,
        );
        return transition;
      };
    },
  };
}

interface Block {
  readonly positions: Positions;
  readonly evaluation: Evaluation;
  readonly logProposal: Float64Array;
}

async function drawBlock(proposal: IndependentProposal, run: RunContext, block: number): Promise<Block> {
  const { positions, logDensity } = await drawChecked(proposal, block * run.chains, run);
  return { positions, evaluation: await run.evaluate(positions, { gradient: false }), logProposal: logDensity };
}

function takeFromBlock(block: Block, index: number, { chains, size }: RunContext): Block {
  const rows = (values: Float64Array, width: number): Float64Array =>
    values.subarray(index * chains * width, (index + 1) * chains * width);
  return {
    positions: { values: rows(block.positions.values, size), count: chains, size },
    evaluation: { logDensity: rows(block.evaluation.logDensity, 1) },
    logProposal: rows(block.logProposal, 1),
  };
}

async function startingDensities(proposal: IndependentProposal, positions: Positions): Promise<Float64Array> {
  const values = await proposal.logDensity(positions);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return values;
  throw new FlowzooError('E_OUT_OF_DOMAIN', 'a chain starts where the proposal has no density, and would never leave', {
    at: `chain ${bad} at ${formatPoint(rowOf(positions, bad))}`,
    expected: 'a finite log-density of the proposal',
    found: String(values[bad]),
    remedy: 'Start from the proposal itself: initial: proposal',
  });
}
