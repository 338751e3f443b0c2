import { FlowzooError } from '@flowzoo/core';
import { columnName, resolveColumns } from './columns.ts';
import type { ColumnSelection } from './columns.ts';
import { resolveRowRange } from './row-range.ts';
import type { RowRange } from './row-range.ts';

/** The type that the numbers had in the file. */
export type DataType =
  | 'bool'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'text';

/** Numbers with a shape whose first axis counts rows: what {@link writeData} takes. */
export interface DataValues {
  /** `[rows, …]`. */
  readonly shape: readonly number[];
  /** All values in C order. */
  readonly values: Float32Array;
  /** One name per column, for shapes `[rows, columns]` that have names. */
  readonly columns?: readonly string[];
}

/** What {@link readData} gives: float32 values, and the type that they had in the file. */
export interface DataTable extends DataValues {
  readonly dtype: DataType;
}

/** What a reader of one format gives, before rows and columns are selected. */
export interface RawTable {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number | bigint | boolean>;
  readonly dtype: DataType;
}

/** Which part of a file to read. */
export interface Selection {
  /** The file, for messages. */
  readonly path: string;
  readonly rows?: RowRange | undefined;
  readonly columns?: ColumnSelection | undefined;
}

/** The number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/**
 * The selected rows and columns of an array as float32, checked to be finite.
 *
 * @throws FlowzooError `E_DATA_EMPTY`, `E_DATA_NOT_FINITE`, `E_DATA_FORMAT` for a single number, `E_OPTION` for columns that are not there
 */
export function selectTable(raw: RawTable, selection: Selection): DataTable {
  const { path } = selection;
  const rowCount = raw.shape[0];
  if (rowCount === undefined) {
    throw new FlowzooError('E_DATA_FORMAT', 'no rows to read', {
      at: path,
      expected: 'an array whose first axis counts rows',
      found: 'a single number (shape [])',
    });
  }
  const rowSize = elementCount(raw.shape.slice(1));
  if (rowSize === 0 || rowCount === 0) throw emptyData(path, `shape [${raw.shape.join(', ')}]`);
  const range = resolveRowRange(selection.rows, rowCount);
  if (range.stop <= range.start) throw emptyData(path, `rows ${range.start}:${range.stop} of ${rowCount}`);

  let kept: readonly number[] | undefined;
  if (selection.columns !== undefined) {
    if (raw.shape.length !== 2) {
      throw new FlowzooError('E_OPTION', 'columns can be selected from a table only', {
        at: path,
        expected: 'shape [rows, columns]',
        found: `shape [${raw.shape.join(', ')}]`,
      });
    }
    kept = resolveColumns(selection.columns, { count: rowSize, path });
  }

  const rows = range.stop - range.start;
  const width = kept?.length ?? rowSize;
  const values = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const source = (range.start + row) * rowSize;
    for (let column = 0; column < width; column++) {
      values[row * width + column] = Number(raw.values[source + (kept?.[column] ?? column)]);
    }
  }
  const shape = kept === undefined ? [rows, ...raw.shape.slice(1)] : [rows, width];
  const table = { shape, values, dtype: raw.dtype };
  checkFinite(table, { path, firstRow: range.start, sourceColumns: kept });
  return table;
}

/** Where the values of a table came from, so that a message can name the place in the file. */
export interface Origin {
  readonly path: string;
  /** Row of the file (0-based) that is row 0 of the table. */
  readonly firstRow: number;
  /** For each column of the table its 0-based column in the file; the same when absent. */
  readonly sourceColumns?: readonly number[] | undefined;
}

/**
 * Checks that every value is finite as float32.
 *
 * @throws FlowzooError `E_DATA_NOT_FINITE` with the row and column of the first bad value and the number of others
 */
export function checkFinite(table: DataValues, origin: Origin): void {
  const { values, shape, columns } = table;
  const first = values.findIndex((value) => !Number.isFinite(value));
  if (first === -1) return;
  const count = values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
  const width = elementCount(shape.slice(1));
  const row = origin.firstRow + Math.floor(first / width);
  const column = first % width;
  const place =
    shape.length > 2
      ? `element [${unravel(column, shape.slice(1)).join(', ')}]`
      : columnName(origin.sourceColumns?.[column] ?? column, columns?.[column]);
  throw new FlowzooError('E_DATA_NOT_FINITE', 'not a finite number', {
    at: `${origin.path}, row ${row}, ${place}`,
    expected: 'finite float32 values',
    found: `${values[first]}${count > 1 ? `, and ${count - 1} more such values` : ''}`,
    remedy: 'Rows and columns are counted from 0. Remove these rows or fill them in',
  });
}

function emptyData(path: string, found: string): FlowzooError {
  return new FlowzooError('E_DATA_EMPTY', 'no data', { at: path, expected: 'at least one row', found });
}

function unravel(index: number, shape: readonly number[]): number[] {
  const place = Array.from(shape, () => 0);
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    place[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return place;
}
