import { describe, expect, it } from 'vitest';
import { formatCsv, parseCsv } from './csv.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('parseCsv', () => {
  it('takes a first line without numbers for names', () => {
    const read = parseCsv(encode('a,b\n1,-2.5\n3e2,+.5\n'), { path: 'a.csv' });
    expect(read).toEqual({
      shape: [2, 2],
      values: Float32Array.of(1, -2.5, 300, 0.5),
      dtype: 'text',
      columns: ['a', 'b'],
    });
  });

  it('reads text without a header', () => {
    const read = parseCsv(encode('1,2\n3,4'), { path: 'a.csv' });
    expect(read).toEqual({ shape: [2, 2], values: Float32Array.of(1, 2, 3, 4), dtype: 'text' });
  });

  it('is told whether the first line is a header', () => {
    expect(parseCsv(encode('1,2\n3,4\n'), { path: 'a.csv', header: true })).toMatchObject({
      columns: ['1', '2'],
      shape: [1, 2],
    });
    expect(() => parseCsv(encode('a,b\n3,4\n'), { path: 'a.csv', header: false })).toThrow(
      'a.csv, row 0, column 0: not a number',
    );
  });

  it.each([
    ['a byte order mark and carriage returns', '\ufeffa,b\r\n1,2\r\n'],
    ['quoted cells', '"a","b"\n"1","2"\n'],
    ['semicolons', 'a;b\n1;2\n'],
    ['tabs', 'a\tb\n1\t2\n'],
    ['spaces around cells', 'a, b\n 1 , 2\n'],
    ['blank lines at the end', 'a,b\n1,2\n\n\n'],
  ])('reads %s', (_, text) => {
    const read = parseCsv(encode(text), { path: 'a.csv' });
    expect(read.columns).toEqual(['a', 'b']);
    expect(Array.from(read.values)).toEqual([1, 2]);
  });

  it('selects rows and columns, and then needs numbers in these only', () => {
    const text = 'sex,length,rings\nM,0.5,15\nF,0.25,7\nF,oops,9\n';
    const read = parseCsv(encode(text), { path: 'a.csv', rows: { stop: 2 }, columns: ['rings', 'length'] });
    expect(read).toEqual({
      shape: [2, 2],
      values: Float32Array.of(15, 0.5, 7, 0.25),
      dtype: 'text',
      columns: ['rings', 'length'],
    });
  });

  it.each([
    [
      'a word',
      'sex,length\nM,1\n',
      {},
      'E_DATA_FORMAT',
      'a.csv, row 0, column 0 "sex": not a number (expected a decimal number, got "M"). Rows and columns are counted from 0, without the header',
    ],
    [
      'a missing value',
      'a,b\n1,2\n1,\n',
      {},
      'E_DATA_FORMAT',
      'a.csv, row 1, column 1 "b": not a number (expected a decimal number, got an empty cell)',
    ],
    ['a word without header', '1,x\n', {}, 'E_DATA_FORMAT', 'a.csv, row 0, column 1: not a number'],
    ['hexadecimal', 'a\n0x10\n', {}, 'E_DATA_FORMAT', 'got "0x10"'],
    [
      'a short row',
      'a,b\n1,2\n3\n',
      {},
      'E_DATA_FORMAT',
      'a.csv, row 1: a row of another length (expected 2 cells, got 1)',
    ],
    [
      'a blank line in the middle',
      'a\n1\n\n2\n',
      {},
      'E_DATA_FORMAT',
      'a.csv, row 1, column 0 "a": not a number (expected a decimal number, got an empty cell)',
    ],
    [
      'a blank line in a table',
      'a,b\n1,2\n\n3,4\n',
      {},
      'E_DATA_FORMAT',
      'a.csv, row 1: a row of another length (expected 2 cells, got a blank line)',
    ],
    [
      'an open quote',
      'a,b\n1,"2\n',
      {},
      'E_DATA_FORMAT',
      'a.csv: the text cannot be read as CSV: Quote Not Closed: the parsing is finished with an opening quote at line 2',
    ],
    [
      'an HTML page',
      '<!DOCTYPE html>\n<p>404',
      {},
      'E_DATA_FORMAT',
      'a.csv: the file is not what its name says (expected comma-separated text, got an HTML page)',
    ],
    [
      'NaN',
      'a,b\n1,2\n3,nan\n',
      {},
      'E_DATA_NOT_FINITE',
      'a.csv, row 1, column 1 "b": not a finite number (expected finite float32 values, got NaN)',
    ],
    [
      'infinity in selected columns',
      'a,b\n1,-inf\n',
      { columns: ['b'] },
      'E_DATA_NOT_FINITE',
      'a.csv, row 0, column 1 "b": not a finite number (expected finite float32 values, got -Infinity)',
    ],
    ['infinity', 'a\n1\nInfinity\n', { rows: { start: 1 } }, 'E_DATA_NOT_FINITE', 'a.csv, row 1, column 0 "a"'],
    ['nothing', '', {}, 'E_DATA_EMPTY', 'a.csv: no data (expected comma-separated text, got an empty file)'],
    ['blank lines only', '\n\n', {}, 'E_DATA_EMPTY', 'a.csv: no data'],
    [
      'a header only',
      'a,b\n',
      {},
      'E_DATA_EMPTY',
      'a.csv: no data (expected at least one row, got a header and no rows)',
    ],
    ['rows beyond the end', 'a\n1\n', { rows: { start: 5 } }, 'E_DATA_EMPTY', 'got rows 1:1 of 1'],
    [
      'an unknown column',
      'a,b\n1,2\n',
      { columns: ['c'] },
      'E_OPTION',
      'a.csv: column "c" is not there (expected one of a, b)',
    ],
  ])('%s', (_, text, selection, code, message) => {
    expect(() => parseCsv(encode(text), { path: 'a.csv', ...selection })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

describe('formatCsv', () => {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

  it('writes names and the shortest decimals', () => {
    const table = { shape: [2, 2], values: Float32Array.of(0.1, 1 / 3, -2, 1e-7), columns: ['a', 'b "c", d'] };
    expect(text(formatCsv(table))).toBe('a,"b ""c"", d"\n0.1,0.33333334\n-2,1e-7\n');
    expect(parseCsv(formatCsv(table), { path: 'a.csv' })).toEqual({ ...table, dtype: 'text' });
  });

  it('invents names, and writes images and single columns', () => {
    const values = Float32Array.of(1, 2, 3, 4);
    expect(text(formatCsv({ shape: [1, 2, 2], values }))).toBe('x0,x1,x2,x3\n1,2,3,4\n');
    expect(text(formatCsv({ shape: [4], values }))).toBe('x0\n1\n2\n3\n4\n');
  });
});
