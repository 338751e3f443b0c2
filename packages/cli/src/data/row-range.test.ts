import { describe, expect, it } from 'vitest';
import { parseRowRange, resolveRowRange } from './row-range.ts';

describe('parseRowRange', () => {
  it.each([
    ['0:1293', 2000, 0, 1293],
    ['-360:', 2000, 1640, 2000],
    [':100', 2000, 0, 100],
    [':', 7, 0, 7],
    [':-1', 7, 0, 6],
    ['2:-2', 7, 2, 5],
    [' 1 : 3 ', 7, 1, 3],
    ['5:100', 7, 5, 7],
    ['-100:2', 7, 0, 2],
  ])('%s of %d rows is %d to %d', (text, count, start, stop) => {
    expect(resolveRowRange(parseRowRange(text), count)).toEqual({ start, stop });
  });

  it('means all rows when there is no range', () => {
    expect(resolveRowRange(undefined, 5)).toEqual({ start: 0, stop: 5 });
  });

  it.each([
    ['a:b', 'not a range of rows (expected start:stop, such as 0:1000, -360: or :100, got "a:b")'],
    ['', 'got "")'],
    ['0:10:2', 'got "0:10:2")'],
    ['1.5:3', 'got "1.5:3")'],
    ['7', 'got "7"). For one row write 7:8'],
    ['5:5', 'This range is empty'],
    ['-2:-5', 'This range is empty'],
    [':0', 'This range is empty'],
  ])('%s is an error', (text, message) => {
    expect(() => parseRowRange(text)).toThrow(
      expect.objectContaining({ code: 'E_OPTION', message: expect.stringContaining(message) }),
    );
  });
});
