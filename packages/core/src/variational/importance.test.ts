import { describe, expect, it } from 'vitest';
import { Random } from '../random/random.ts';
import { summarizeWeights } from './importance.ts';

describe('summarizeWeights', () => {
  it('has the values of a sum by hand', () => {
    // Weights 1, 2, 3: (Σ w)²/Σ w² = 36/14.
    const found = summarizeWeights(Float64Array.of(0, Math.log(2), Math.log(3)));
    expect(found.samples).toBe(3);
    expect(found.effectiveSampleSize).toBeCloseTo(36 / 14, 12);
    expect(found.logEvidence.value).toBeCloseTo(Math.log(2), 12);
    // The standard deviation of 1, 2, 3 is 1; relative to the mean 2, over √3.
    expect(found.logEvidence.standardError).toBeCloseTo(0.5 / Math.sqrt(3), 12);
    expect(found.elbo.value).toBeCloseTo(Math.log(6) / 3, 12);
    expect(found.reverseKl.value).toBeCloseTo(Math.log(2) - Math.log(6) / 3, 12);
  });

  it('is sure of equal weights, however far from 1', () => {
    for (const level of [-2000, 0, 2000]) {
      const found = summarizeWeights(new Float64Array(50).fill(level));
      expect(found).toEqual({
        samples: 50,
        effectiveSampleSize: 50,
        logEvidence: { value: level, standardError: 0 },
        elbo: { value: level, standardError: 0 },
        reverseKl: { value: 0, standardError: 0 },
      });
    }
  });

  it('lets draws outside of the support count for nothing', () => {
    const found = summarizeWeights(Float64Array.of(0, -Infinity, 0, -Infinity));
    expect(found.effectiveSampleSize).toBe(2);
    expect(found.logEvidence.value).toBeCloseTo(-Math.log(2), 12);
    expect(found.elbo).toEqual({ value: -Infinity, standardError: Infinity });
    expect(found.reverseKl).toEqual({ value: Infinity, standardError: Infinity });
  });

  it('has standard errors that are those of repetitions', () => {
    // log w ~ N(−s²/2, s²): E w = 1, E log w = −s²/2, KL = s²/2.
    const s = 0.5;
    const runs = Array.from({ length: 300 }, (_, run) =>
      summarizeWeights(Float64Array.from(new Random(run).normals(200), (z) => s * z - (s * s) / 2)),
    );
    const truth = { logEvidence: 0, elbo: -s * s * 0.5, reverseKl: s * s * 0.5 };
    for (const name of ['logEvidence', 'elbo', 'reverseKl'] as const) {
      const scores = runs.map((run) => (run[name].value - truth[name]) / run[name].standardError);
      const mean = scores.reduce((a, b) => a + b) / scores.length;
      const variance = scores.reduce((sum, score) => sum + score * score, 0) / scores.length;
      // Over 300 runs: the mean of z is within 4/√300 besides the small bias of the logarithm, its square about 1.
      expect(Math.abs(mean)).toBeLessThan(0.3);
      expect(variance).toBeGreaterThan(0.75);
      expect(variance).toBeLessThan(1.4);
    }
  });
});
