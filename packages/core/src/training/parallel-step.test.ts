import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divide } from './parallel-step.ts';

describe('divide', () => {
  it('gives even shares of consecutive micro-batches, the caller never the smaller one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), (microBatches, count) => {
        const shares = divide(microBatches, count);
        const sizes = shares.map(({ first, end }) => end - first);
        expect(shares).toHaveLength(count);
        expect(shares.map(({ first }) => first)).toEqual([0, ...shares.slice(0, -1).map(({ end }) => end)]);
        expect(shares.at(-1)!.end).toBe(microBatches);
        expect(Math.max(...sizes)).toBe(sizes[0]);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('leaves no share to those for whom there is none', () => {
    expect(divide(2, 3)).toEqual([
      { first: 0, end: 1 },
      { first: 1, end: 2 },
      { first: 2, end: 2 },
    ]);
  });
});
