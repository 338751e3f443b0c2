import { FlowzooError } from '@flowzoo/core';

/** A half-open range of rows, as numpy slices count: negative numbers count from the end, an absent end is open. */
export interface RowRange {
  readonly start?: number;
  readonly stop?: number;
}

/**
 * Parses `start:stop` as in numpy: `0:1293`, `-360:`, `:100`.
 *
 * @throws FlowzooError `E_OPTION` for anything else, and for a range that is empty whatever the number of rows
 *
 * @example
 * parseRowRange('-360:'); // { start: -360 }: the last 360 rows
 */
export function parseRowRange(text: string): RowRange {
  const match = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*$/.exec(text);
  if (match === null) {
    const single = /^\s*(\d+)\s*$/.exec(text)?.[1];
    throw rangeError(text, single === undefined ? undefined : `For one row write ${single}:${Number(single) + 1}`);
  }
  const range = {
    ...(match[1] === undefined ? {} : { start: Number(match[1]) }),
    ...(match[2] === undefined ? {} : { stop: Number(match[2]) }),
  };
  const { start = 0, stop } = range;
  if (stop !== undefined && start < 0 === stop < 0 && stop <= start) {
    throw rangeError(text, 'This range is empty: the stop is not included and must come after the start');
  }
  return range;
}

/** The rows `start … stop − 1` that a range means in data of `count` rows; ends beyond the data are clipped to it. */
export function resolveRowRange(range: RowRange | undefined, count: number): { start: number; stop: number } {
  return { start: clip(range?.start ?? 0, count), stop: clip(range?.stop ?? count, count) };
}

function clip(place: number, count: number): number {
  return Math.min(count, Math.max(0, place < 0 ? count + place : place));
}

function rangeError(text: string, remedy: string | undefined): FlowzooError {
  return new FlowzooError('E_OPTION', 'not a range of rows', {
    at: '--rows',
    expected: 'start:stop, such as 0:1000, -360: or :100',
    found: JSON.stringify(text),
    remedy,
  });
}
