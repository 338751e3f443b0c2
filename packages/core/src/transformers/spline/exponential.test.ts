import { describe, expect, it } from 'vitest';
import { exponential } from './exponential.ts';

describe('the fast exponential', () => {
  it('agrees with the slow one', () => {
    for (let x = -720; x < 709; x += 0.037) {
      const exact = Math.exp(x);
      expect(Math.abs(exponential(x) - exact)).toBeLessThanOrEqual(2e-11 * exact);
    }
  });

  it('knows its limits', () => {
    expect(exponential(0)).toBe(1);
    expect(exponential(-Infinity)).toBe(0);
    expect(exponential(1000)).toBe(Infinity);
    expect(exponential(Number.NaN)).toBeNaN();
  });
});
