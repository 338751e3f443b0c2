import { describe, expect, it } from 'vitest';
import { joinedAxes } from './broadcast.ts';

describe('joinedAxes', () => {
  it('joins equal shapes into one run', () => {
    expect(joinedAxes([2, 3, 4], [2, 3, 4], [2, 3, 4])).toEqual([{ size: 24, a: 1, b: 1 }]);
  });

  it('joins axes that one tensor lacks', () => {
    expect(joinedAxes([5, 2, 3], [5, 1, 1], [5, 2, 3])).toEqual([
      { size: 6, a: 1, b: 0 },
      { size: 5, a: 6, b: 1 },
    ]);
  });

  it('keeps a gap in the middle apart', () => {
    expect(joinedAxes([2, 3, 4], [2, 1, 4], [2, 3, 4])).toEqual([
      { size: 4, a: 1, b: 1 },
      { size: 3, a: 4, b: 0 },
      { size: 2, a: 12, b: 4 },
    ]);
  });

  it('leaves axes of size 1 and scalars without steps', () => {
    expect(joinedAxes([], [1, 1], [1, 1])).toEqual([]);
    expect(joinedAxes([], [4], [4])).toEqual([{ size: 4, a: 0, b: 1 }]);
  });
});
