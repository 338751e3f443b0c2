import { FlowzooError, equalShapes, formatShape, type Random, type Shape } from '@flowzoo/core';
import { formatPoint, rowOf, type Positions } from '../common/positions.ts';
import type { Target } from '../targets/target.ts';

/** Points with their log-density under the distribution that they come from. */
export interface ScoredPositions {
  readonly positions: Positions;
  /** log q, normalised where an evidence is wanted, `[count]`, nats. */
  readonly logDensity: Float64Array;
}

/**
 * A distribution that draws without looking at where a chain stands: {@link flowProposal}, {@link plainProposal}, or any
 * object of this form. It serves importance and rejection sampling, and Metropolis–Hastings as independence proposal.
 */
export interface IndependentProposal {
  readonly eventShape: Shape;
  draw(
    count: number,
    options: { readonly random: Random; readonly signal?: AbortSignal | undefined },
  ): Promise<ScoredPositions>;
  /** log q at given points, `[count]`, nats. */
  logDensity(positions: Positions): Promise<Float64Array>;
}

/**
 * Draws, and checks what came: a proposal that cannot score its own draws would bias every weight.
 *
 * @throws E_NOT_FINITE_LOSS naming the draw
 */
export async function drawChecked(
  proposal: IndependentProposal,
  count: number,
  options: { readonly random: Random; readonly signal?: AbortSignal | undefined },
): Promise<ScoredPositions> {
  const drawn = await proposal.draw(count, options);
  const { positions, logDensity } = drawn;
  if (positions.count !== count || logDensity.length !== count) {
    throw new FlowzooError('E_BATCH', 'the proposal gives the wrong number of draws', {
      at: 'proposal',
      expected: String(count),
      found: `${positions.count} draws, ${logDensity.length} log-densities`,
    });
  }
  for (let row = 0; row < count; row++) {
    if (Number.isFinite(logDensity[row]!) && rowOf(positions, row).every(Number.isFinite)) continue;
    throw new FlowzooError('E_NOT_FINITE_LOSS', 'the proposal gives a draw or a log-density that is not finite', {
      at: `draw ${row} of the proposal, ${formatPoint(rowOf(positions, row))}`,
      expected: 'finite numbers',
      found: `log-density ${logDensity[row]!}`,
    });
  }
  return drawn;
}

/** @throws E_OPTION for what is no proposal; E_EVENT_SHAPE unless target and proposal live on the same space */
export function assertSameEvent(target: Target, proposal: IndependentProposal): void {
  if (typeof proposal?.draw !== 'function' || typeof proposal.logDensity !== 'function') {
    throw new FlowzooError('E_OPTION', 'this is no independent proposal', {
      at: 'proposal',
      expected: 'flowProposal(flow) or plainProposal({ eventShape, draw, logDensity })',
      found: typeof proposal,
    });
  }
  if (equalShapes(target.eventShape, proposal.eventShape)) return;
  throw new FlowzooError('E_EVENT_SHAPE', 'target and proposal have different event shapes', {
    at: 'proposal',
    expected: formatShape(target.eventShape),
    found: formatShape(proposal.eventShape),
  });
}
