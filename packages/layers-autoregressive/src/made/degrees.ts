import { FlowzooError, type Random } from '@flowzoo/core';
import type { Dependence } from '../orders/dependence.ts';

/** How hidden units get their degrees. */
export type DegreeRule = 'sequential' | 'random';

/** What {@link hiddenDegrees} needs besides the dependence. */
export interface DegreeOptions {
  readonly width: number;
  readonly rule: DegreeRule;
  /** With a context also units that see nothing but the context are of use: degree 0. */
  readonly conditional: boolean;
  /** Direct connections keep every dependence alive, however narrow the layer is. */
  readonly direct: boolean;
  readonly random: Random;
  readonly at: string;
}

/**
 * Degrees of one hidden layer, in which **every degree occurs**: a degree that is missing in one layer makes some features
 * independent of others, silently.
 *
 * `sequential` spreads them evenly in increasing order; `random` takes each once and draws the rest, in random order.
 * Degrees run from 1 to D − 1; 0 occurs where there is a context, or a single feature.
 *
 * @throws E_OPTION when the layer has fewer units than there are degrees and no direct connections make up for it
 */
export function hiddenDegrees(dependence: Dependence, options: DegreeOptions): Int32Array {
  const { width, rule, random } = options;
  const first = options.conditional || dependence.classes === 1 ? 0 : 1;
  const count = dependence.classes - first;
  if (width < count && !options.direct) {
    throw new FlowzooError('E_OPTION', 'a hidden layer is too narrow for every dependence to pass', {
      at: options.at,
      expected: `at least ${count} units`,
      found: `${width} units`,
      remedy: 'Widen the layer, or set "direct": true, which connects every feature to those that depend on it',
    });
  }
  if (rule === 'sequential' || width < count) {
    // The middle of each unit's share: a narrow layer leaves out degrees evenly and not the last ones.
    return Int32Array.from({ length: width }, (_, unit) => first + Math.floor(((unit + 0.5) * count) / width));
  }
  const drawn = Array.from({ length: width }, (_, unit) => (unit < count ? unit : random.integer(count)));
  const places = random.permutation(width);
  return Int32Array.from(places, (place) => first + drawn[place]!);
}
