import { describe, expect, it } from 'vitest';
import { elementCount, selectTable } from './data-table.ts';
import type { RawTable } from './data-table.ts';

const table: RawTable = { shape: [4, 3], values: Float64Array.from({ length: 12 }, (_, i) => i), dtype: 'float64' };

function withValue(index: number, value: number, shape: readonly number[] = [4, 3]): RawTable {
  const values = Float64Array.from({ length: elementCount(shape) }, (_, i) => (i === index ? value : i));
  return { shape, values, dtype: 'float64' };
}

describe('selectTable', () => {
  it('converts to float32 and keeps the type of the file', () => {
    const read = selectTable(table, { path: 'a.npy' });
    expect(read.values).toBeInstanceOf(Float32Array);
    expect(read).toMatchObject({ shape: [4, 3], dtype: 'float64' });
    expect(Array.from(read.values)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('converts big integers and booleans', () => {
    const integers = selectTable({ shape: [2], values: BigInt64Array.of(3n, -4n), dtype: 'int64' }, { path: 'a' });
    const booleans = selectTable({ shape: [2], values: [true, false], dtype: 'bool' }, { path: 'a' });
    expect([...integers.values, ...booleans.values]).toEqual([3, -4, 1, 0]);
  });

  it('selects rows and columns', () => {
    const read = selectTable(table, { path: 'a.npy', rows: { start: -2 }, columns: ['2', '0'] });
    expect(read.shape).toEqual([2, 2]);
    expect(Array.from(read.values)).toEqual([8, 6, 11, 9]);
  });

  it('selects rows of images', () => {
    const images = selectTable(withValue(0, 0, [3, 2, 2]), { path: 'a.npy', rows: { start: 1, stop: 2 } });
    expect(images.shape).toEqual([1, 2, 2]);
    expect(Array.from(images.values)).toEqual([4, 5, 6, 7]);
  });

  it('looks for bad values in the selected part only', () => {
    expect(selectTable(withValue(4, Number.NaN), { path: 'a.npy', rows: { stop: 1 } }).shape).toEqual([1, 3]);
    expect(selectTable(withValue(4, Number.NaN), { path: 'a.npy', columns: ['0'] }).shape).toEqual([4, 1]);
  });
});

describe('bad data', () => {
  it.each([
    [
      'a NaN',
      withValue(7, Number.NaN),
      {},
      'a.npy, row 2, column 1: not a finite number (expected finite float32 values, got NaN). Rows and columns are counted from 0',
    ],
    [
      'an infinity after selection',
      withValue(7, -Infinity),
      { rows: { start: 1 }, columns: ['2', '1'] },
      'a.npy, row 2, column 1: not a finite number (expected finite float32 values, got -Infinity)',
    ],
    [
      'a number beyond float32',
      withValue(0, 1e39),
      {},
      'a.npy, row 0, column 0: not a finite number (expected finite float32 values, got Infinity)',
    ],
    ['a bad pixel', withValue(7, Number.NaN, [2, 2, 3]), {}, 'a.npy, row 1, element [0, 1]: not a finite number'],
    [
      'two bad values',
      { ...table, values: [0, NaN, 2, 3, NaN, 5, 6, 7, 8, 9, 10, 11] },
      {},
      'got NaN, and 1 more such values',
    ],
  ])('%s', (_, raw, selection, message) => {
    expect(() => selectTable(raw, { path: 'a.npy', ...selection })).toThrow(
      expect.objectContaining({ code: 'E_DATA_NOT_FINITE', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    [
      'no rows',
      { ...table, shape: [0, 3], values: [] },
      {},
      'E_DATA_EMPTY',
      'a.npy: no data (expected at least one row, got shape [0, 3])',
    ],
    [
      'no columns',
      { ...table, shape: [4, 0], values: [] },
      {},
      'E_DATA_EMPTY',
      'a.npy: no data (expected at least one row, got shape [4, 0])',
    ],
    [
      'a range beyond the end',
      table,
      { rows: { start: 9 } },
      'E_DATA_EMPTY',
      'a.npy: no data (expected at least one row, got rows 4:4 of 4)',
    ],
    [
      'a single number',
      { ...table, shape: [], values: [1] },
      {},
      'E_DATA_FORMAT',
      'a.npy: no rows to read (expected an array whose first axis counts rows, got a single number (shape []))',
    ],
    [
      'columns of images',
      withValue(0, 0, [2, 2, 3]),
      { columns: ['0'] },
      'E_OPTION',
      'a.npy: columns can be selected from a table only (expected shape [rows, columns], got shape [2, 2, 3])',
    ],
  ])('%s', (_, raw, selection, code, message) => {
    expect(() => selectTable(raw, { path: 'a.npy', ...selection })).toThrow(expect.objectContaining({ code, message }));
  });
});
