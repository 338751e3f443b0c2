import { FlowzooError } from '@flowzoo/core';
import { parse } from 'csv-parse/sync';
import { columnName, resolveColumns } from './columns.ts';
import type { DataTable, DataValues, Selection } from './data-table.ts';
import { checkFinite, elementCount } from './data-table.ts';
import { requireHead } from './file-head.ts';
import { formatFloat32 } from './float32-text.ts';
import { resolveRowRange } from './row-range.ts';

/** Which part of a CSV file to read, and whether it begins with a header. */
export interface CsvSelection extends Selection {
  /** Whether the first line holds names; when absent it is taken for names if none of its cells is a number. */
  readonly header?: boolean | undefined;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;

/**
 * Reads a table of numbers from comma-separated text. Semicolons and tabs separate the cells of a file whose first line
 * has no comma. Only the selected cells need be numbers.
 *
 * @throws FlowzooError `E_DATA_FORMAT` for a cell that is no number or a row of another length, by row and column,
 * `E_DATA_EMPTY`, `E_DATA_NOT_FINITE`, `E_OPTION` for columns that are not there
 */
export function parseCsv(bytes: Uint8Array, selection: CsvSelection): DataTable {
  const { path } = selection;
  requireHead(bytes, { kind: 'text', description: 'comma-separated text', path });
  const records = parseRecords(bytes, path);
  const names = takeHeader(records, selection.header);
  const width = names?.length ?? records[0]?.length ?? 0;

  const range = resolveRowRange(selection.rows, records.length);
  if (range.stop <= range.start) {
    throw new FlowzooError('E_DATA_EMPTY', 'no data', {
      at: path,
      expected: 'at least one row',
      found: records.length === 0 ? 'a header and no rows' : `rows ${range.start}:${range.stop} of ${records.length}`,
    });
  }
  const sourceColumns =
    selection.columns === undefined
      ? Array.from({ length: width }, (_, column) => column)
      : resolveColumns(selection.columns, { count: width, names, path });

  const rows = range.stop - range.start;
  const values = new Float32Array(rows * sourceColumns.length);
  for (let row = 0, next = 0; row < rows; row++) {
    const record = records[range.start + row]!;
    const place = `${path}, row ${range.start + row}`;
    if (record.length !== width) throw wrongLength(record, { place, width });
    for (const column of sourceColumns) {
      const value = parseCell(record[column]!);
      if (value === undefined) {
        throw new FlowzooError('E_DATA_FORMAT', 'not a number', {
          at: `${place}, ${columnName(column, names?.[column])}`,
          expected: 'a decimal number',
          found: record[column] === '' ? 'an empty cell' : JSON.stringify(record[column]),
          remedy: 'Rows and columns are counted from 0, without the header. Select the numeric columns with --columns',
        });
      }
      values[next++] = value;
    }
  }
  const columns = names === undefined ? {} : { columns: sourceColumns.map((column) => names[column]!) };
  const table: DataTable = { shape: [rows, sourceColumns.length], values, dtype: 'text', ...columns };
  checkFinite(table, { path, firstRow: range.start, sourceColumns });
  return table;
}

/**
 * The text of a table: one header line (the table's names, or `x0`, `x1`, …), the shortest decimals that read back as
 * the same float32, `\n` line ends. Further axes are written side by side.
 */
export function formatCsv(table: DataValues): Uint8Array {
  const width = elementCount(table.shape.slice(1));
  const names = table.columns ?? Array.from({ length: width }, (_, column) => `x${column}`);
  const lines = [names.map(quote).join(',')];
  for (let start = 0; start < table.values.length; start += width) {
    lines.push(Array.from(table.values.subarray(start, start + width), formatFloat32).join(','));
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

function parseRecords(bytes: Uint8Array, path: string): string[][] {
  let records: string[][];
  try {
    records = parse(bytes, { bom: true, trim: true, relax_column_count: true, delimiter: findDelimiter(bytes) });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FlowzooError('E_DATA_FORMAT', `the text cannot be read as CSV: ${message}`, { at: path, cause });
  }
  // Blank lines at the end hold nothing; one in the middle may be a lost value and is reported as such.
  while (records.at(-1)?.every((cell) => cell === '') === true) records.pop();
  return records;
}

function findDelimiter(bytes: Uint8Array): string {
  const end = bytes.indexOf(0x0a);
  const line = new TextDecoder().decode(bytes.subarray(0, end === -1 ? bytes.length : end));
  return [',', ';', '\t'].find((delimiter) => line.includes(delimiter)) ?? ',';
}

/** Removes the first record and gives it back when it is a header. */
function takeHeader(records: string[][], header: boolean | undefined): string[] | undefined {
  const isHeader = header ?? records[0]?.every((cell) => parseCell(cell) === undefined) ?? false;
  return isHeader ? records.shift() : undefined;
}

/** The number that a cell holds, which may be NaN or infinite, or undefined when it holds none. */
function parseCell(cell: string): number | undefined {
  if (NUMBER.test(cell)) return Number(cell);
  const special = NOT_FINITE.exec(cell);
  if (special === null) return undefined;
  if (special[2]!.toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}

function wrongLength(record: readonly string[], { place, width }: { place: string; width: number }): FlowzooError {
  return new FlowzooError('E_DATA_FORMAT', 'a row of another length', {
    at: place,
    expected: `${width} cells`,
    found: record.length === 1 && record[0] === '' ? 'a blank line' : `${record.length}`,
    remedy: 'Rows are counted from 0, without the header',
  });
}

function quote(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
