import { stripVTControlCharacters } from 'node:util';
import { style } from './color.ts';
import { formatNumber } from './format.ts';

/** A cell: text is aligned left and numbers right; nothing is shown as a dash. */
export type Cell = string | number | null | undefined;

/** What {@link formatTable} draws. */
export interface TableOptions {
  /** One title per column. */
  readonly titles: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Columns of text that are aligned right like numbers, 0-based: numbers that were formatted already. */
  readonly alignRight?: readonly number[];
  /** Whether to make the titles bold. */
  readonly color?: boolean;
}

/**
 * A table as plain text, two spaces between columns, a line under the titles, no spaces at the ends of lines.
 *
 * @example
 * formatTable({ titles: ['model', 'nats'], rows: [['nice', 2.5], ['realnvp', 3.125]] });
 * // model     nats
 * // -------  -----
 * // nice     2.500
 * // realnvp  3.125
 */
export function formatTable(options: TableOptions): string {
  const { titles, rows, alignRight = [], color = false } = options;
  const cells = rows.map((row) => titles.map((_, column) => cellText(row[column])));
  const widths = titles.map((title, column) =>
    Math.max(shownWidth(title), ...cells.map((row) => shownWidth(row[column]!))),
  );
  const right = titles.map(
    (_, column) => alignRight.includes(column) || rows.some((row) => typeof row[column] === 'number'),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => pad(text, widths[column]!, right[column]!))
      .join('  ')
      .trimEnd();
  return [
    style('bold', line(titles), { color }),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...cells.map(line),
  ].join('\n');
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '-';
  return typeof cell === 'number' ? formatNumber(cell) : cell;
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - shownWidth(text)));
  return right ? space + text : text + space;
}

/** Characters on the screen: escape sequences take no place, and an astral character is one. */
function shownWidth(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}
