import { FlowzooError, sizeOf, type Random, type Shape } from '@flowzoo/core';
import { assertFunction, assertKnownKeys } from '../common/check.ts';
import { assertEventShape, rowOf } from '../common/positions.ts';
import type { IndependentProposal } from './independent-proposal.ts';

/** An independent proposal as two plain functions. */
export interface PlainProposalOptions {
  readonly eventShape: Shape;
  /** One draw. */
  readonly draw: (random: Random) => ArrayLike<number>;
  /** log q at one point, nats; −∞ outside the support. Normalise it where an evidence or a bound is wanted. */
  readonly logDensity: (x: Float64Array) => number;
}

/**
 * An independent proposal made of plain functions of one point, in float64.
 *
 * @throws E_OPTION about the options; E_EVENT_SHAPE when a draw has the wrong length
 *
 * @example
 * const wide = plainProposal({
 *   eventShape: [1],
 *   draw: (random) => [3 * random.normal()],
 *   logDensity: (x) => -0.5 * (x[0]! / 3) ** 2 - Math.log(3 * Math.sqrt(2 * Math.PI)),
 * });
 */
export function plainProposal(options: PlainProposalOptions): IndependentProposal {
  assertKnownKeys(options, ['eventShape', 'draw', 'logDensity']);
  assertEventShape(options.eventShape);
  assertFunction('draw', options.draw);
  assertFunction('logDensity', options.logDensity);
  const { eventShape } = options;
  const size = sizeOf(eventShape);
  return {
    eventShape,
    async draw(count, { random }) {
      const positions = { values: new Float64Array(count * size), count, size };
      const logDensity = new Float64Array(count);
      for (let row = 0; row < count; row++) {
        const point = options.draw(random);
        if (point.length !== size) {
          throw new FlowzooError('E_EVENT_SHAPE', 'a draw of the proposal has the wrong length', {
            at: 'draw',
            expected: String(size),
            found: String(point.length),
          });
        }
        positions.values.set(point, row * size);
        logDensity[row] = options.logDensity(rowOf(positions, row));
      }
      return { positions, logDensity };
    },
    async logDensity(positions) {
      return Float64Array.from({ length: positions.count }, (_, row) => options.logDensity(rowOf(positions, row)));
    },
  };
}
