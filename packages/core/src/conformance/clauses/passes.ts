import * as tf from '@tensorflow/tfjs';
import type { Bijector } from '../../contracts/bijector.ts';
import type { Clause } from '../clause.ts';
import type { Subject } from '../subject.ts';
import { contextRows, dataRows, latentRows } from '../suites/bijector-inputs.ts';
import { violation } from '../violation.ts';

/** A bijector built around conditioners that count their calls. */
export interface Counted {
  readonly bijector: Bijector;
  /** Calls of each conditioner so far. */
  readonly counts: number[];
}

/**
 * Clause 13b: each direction evaluates each of its conditioners exactly as often as the traits say. Applies to types whose
 * configuration has a `conditioner`, which a counting one replaces.
 */
export function passesClause(
  applies: (subject: Subject<Bijector>) => boolean,
  counted: (subject: Subject<Bijector>) => Counted,
): Clause<Bijector> {
  return {
    id: '13b',
    title: 'each direction evaluates its conditioner as often as declared',
    applies,
    checkUnscoped(subject) {
      const { bijector, counts } = counted(subject);
      try {
        for (const direction of ['forward', 'inverse'] as const) {
          counts.fill(0);
          tf.tidy(() => {
            const draw = direction === 'forward' ? latentRows : dataRows;
            const context = contextRows({ part: bijector }, 3, subject.random.fork('context'));
            bijector[direction](draw(subject, 3, subject.random.fork('passes')), context);
          });
          const declared = bijector.traits.passes[direction];
          const wrong = counts.find((calls) => calls !== declared);
          if (wrong === undefined) continue;
          throw violation(`${direction} does not evaluate the conditioner as often as its traits declare`, {
            expected: `${declared} evaluation(s)`,
            found: String(wrong),
            remedy: 'Compute value and log-det from one evaluation, or declare the passes',
          });
        }
      } finally {
        bijector.dispose();
      }
    },
  };
}
