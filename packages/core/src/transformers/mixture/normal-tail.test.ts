import { describe, expect, it } from 'vitest';
import { logNormalCdf, millsRatio, normalTailQuantile } from './normal-tail.ts';

/** Φ(−a)/φ(a) = ∫₀^∞ exp(−a s − s²/2) ds, by Simpson's rule. */
function integral(a: number): number {
  const end = Math.min(12, 60 / (a + 1e-9));
  const cells = 20_000;
  const h = end / cells;
  let sum = 0;
  for (let i = 0; i <= cells; i++) {
    const s = i * h;
    const weight = i === 0 || i === cells ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-a * s - 0.5 * s * s);
  }
  return (sum * h) / 3;
}

describe('the tail of the normal distribution', () => {
  it('has the Mills ratio of its integral', () => {
    expect(millsRatio(0)).toBeCloseTo(Math.sqrt(Math.PI / 2), 11);
    for (const a of [0.1, 0.5, 1, 2, 2.9, 3, 3.1, 5, 8, 20, 40, 300, 1e4, 1e8]) {
      expect(Math.abs(millsRatio(a) / integral(a) - 1)).toBeLessThan(1e-10);
    }
  });

  it('has the values of the tables', () => {
    expect(Math.exp(logNormalCdf(-1.959963984540054))).toBeCloseTo(0.025, 12);
    expect(Math.exp(logNormalCdf(1.6448536269514722))).toBeCloseTo(0.95, 12);
    expect(logNormalCdf(-10)).toBeCloseTo(-53.23128515051247, 9);
    expect(logNormalCdf(0)).toBeCloseTo(-Math.LN2, 12);
    expect(Math.abs(logNormalCdf(1e5))).toBe(0);
  });

  it('is found again from its logarithm, however thin', () => {
    for (const q of [0, 1e-8, 1e-3, 0.1, 0.7, 1, 3, 10, 38, 1000, 1e4, 1e8]) {
      expect(Math.abs(normalTailQuantile(logNormalCdf(-q)) - q)).toBeLessThan(1e-11 * (1 + q));
    }
    expect(normalTailQuantile(Number.NaN)).toBeNaN();
  });
});
