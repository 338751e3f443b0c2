import { FlowzooError } from '@flowzoo/core';

/**
 * Which columns to read, in this order: names, 0-based numbers (`3`, `-1` for the last) or half-open ranges (`0:4`).
 * A name is looked for first, so a column that is called `3` is found by its name.
 */
export type ColumnSelection = readonly string[];

/**
 * Splits a comma-separated selection such as `length,diameter` or `0:4,-1`.
 *
 * @throws FlowzooError `E_OPTION` when an item is empty
 */
export function parseColumns(text: string): ColumnSelection {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes('')) {
    throw new FlowzooError('E_OPTION', 'not a list of columns', {
      at: '--columns',
      expected: 'names, 0-based numbers or ranges separated by commas, such as 0:4,7',
      found: JSON.stringify(text),
    });
  }
  return items;
}

/** The columns that there are to choose from. */
export interface AvailableColumns {
  readonly count: number;
  readonly names?: readonly string[] | undefined;
  /** The file, for messages. */
  readonly path: string;
}

/**
 * The 0-based columns that a selection means.
 *
 * @throws FlowzooError `E_OPTION` for a column that is not there, a name that two columns have, or an empty selection
 */
export function resolveColumns(selection: ColumnSelection, available: AvailableColumns): number[] {
  const columns = selection.flatMap((item) => resolveItem(item, available));
  if (columns.length === 0) throw unknownColumn(selection.join(','), 'selects no column', available);
  return columns;
}

function resolveItem(item: string, available: AvailableColumns): number[] {
  const { count, names = [] } = available;
  const named = names.indexOf(item);
  if (named !== -1) {
    if (names.lastIndexOf(item) !== named) throw unknownColumn(item, 'is the name of two columns', available);
    return [named];
  }
  const range = /^(-?\d+)?:(-?\d+)?$/.exec(item);
  if (range !== null) {
    const start = Math.max(0, fromEnd(Number(range[1] ?? 0), count));
    const stop = Math.min(count, fromEnd(Number(range[2] ?? count), count));
    return Array.from({ length: Math.max(0, stop - start) }, (_, i) => start + i);
  }
  const column = /^-?\d+$/.test(item) ? fromEnd(Number(item), count) : -1;
  if (column < 0 || column >= count) throw unknownColumn(item, 'is not there', available);
  return [column];
}

function fromEnd(place: number, count: number): number {
  return place < 0 ? place + count : place;
}

function unknownColumn(item: string, problem: string, { count, names, path }: AvailableColumns): FlowzooError {
  return new FlowzooError('E_OPTION', `column ${JSON.stringify(item)} ${problem}`, {
    at: path,
    expected: names === undefined ? `a number from 0 to ${count - 1}` : `one of ${names.join(', ')}`,
  });
}

/** How messages name a column: `column 2 "voltage_V"`. */
export function columnName(index: number, name: string | undefined): string {
  return name === undefined ? `column ${index}` : `column ${index} ${JSON.stringify(name)}`;
}
