import { describe, expect, it } from 'vitest';
import { annealedBeta } from './annealing.ts';

describe('annealedBeta', () => {
  it('grows linearly from its start over a fraction of the steps, and stays 1', () => {
    const annealing = { start: 0.01, fraction: 0.5 };
    const values = [0, 25, 49, 50, 51, 99].map((step) => annealedBeta(annealing, step, 100));
    const expected = [0.01, 0.505, 0.9802, 1, 1, 1];
    values.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 12));
  });

  it('is 1 from the first step without annealing', () => {
    expect(annealedBeta(null, 0, 10)).toBe(1);
    expect(annealedBeta({ start: 0.2, fraction: 0 }, 0, 10)).toBe(1);
  });

  it('may take all of the steps', () => {
    expect(annealedBeta({ start: 0.2, fraction: 1 }, 9, 10)).toBeCloseTo(0.92, 12);
  });
});
