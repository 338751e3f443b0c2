import type { Dependence } from '../orders/dependence.ts';

/** When everything in a masked network is known, if its features are found one at a time. */
export interface Schedule {
  /** The feature that is found at each time, `[D]`: all its parents come before it. */
  readonly order: Int32Array;
  /** The time from which a unit of each class can be computed: all features that it sees are found earlier. */
  readonly timeOfClass: Int32Array;
}

/** An order in which features can be found: by levels, and within a level as the data has them. */
export function scheduleOf({ size, classes, levels, sees }: Dependence): Schedule {
  const order = Int32Array.from({ length: size }, (_, feature) => feature).sort((a, b) => levels[a]! - levels[b]!);
  const timeOfClass = new Int32Array(classes);
  for (let each = 0; each < classes; each++) {
    let time = size;
    while (time > 0 && !sees(each, order[time - 1]!)) time--;
    timeOfClass[each] = time;
  }
  return { order, timeOfClass };
}
