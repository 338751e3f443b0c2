import { describe, expect, it } from 'vitest';
import { parseColumns, resolveColumns } from './columns.ts';

const available = { count: 4, names: ['a', 'b', 'b', '0'], path: 'x.csv' };

describe('columns', () => {
  it.each([
    ['a', [0]],
    ['1,a', [1, 0]],
    ['-1', [3]],
    ['1:3', [1, 2]],
    ['2:', [2, 3]],
    [':-1', [0, 1, 2]],
    ['-9:2', [0, 1]],
    ['0', [3]], // a column of this name goes before the number
  ])('%s', (text, expected) => {
    expect(resolveColumns(parseColumns(text), available)).toEqual(expected);
  });

  it.each([
    ['c', 'x.csv: column "c" is not there (expected one of a, b, b, 0)'],
    ['4', 'x.csv: column "4" is not there'],
    ['-5', 'x.csv: column "-5" is not there'],
    ['b', 'x.csv: column "b" is the name of two columns'],
    ['3:1', 'x.csv: column "3:1" selects no column'],
  ])('%s is an error', (text, message) => {
    expect(() => resolveColumns(parseColumns(text), available)).toThrow(
      expect.objectContaining({ code: 'E_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it('tells the numbers when there are no names', () => {
    expect(() => resolveColumns(['a'], { count: 3, path: 'x.npy' })).toThrow(
      'x.npy: column "a" is not there (expected a number from 0 to 2)',
    );
  });

  it('refuses an empty item', () => {
    expect(() => parseColumns('a,,b')).toThrow('--columns: not a list of columns');
  });
});
