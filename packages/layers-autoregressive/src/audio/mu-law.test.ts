import { describe, expect, it } from 'vitest';
import { muLawDecode, muLawEncode, normalizePeak } from './index.ts';

describe('µ-law', () => {
  it.each([2, 17, 256])('every one of %i levels comes back', (levels) => {
    const all = Float32Array.from({ length: levels }, (_, level) => level);
    expect(muLawEncode(muLawDecode(all, levels), levels)).toEqual(all);
  });

  it('has the values of its formula, and finer levels for quiet sounds', () => {
    expect(Array.from(muLawEncode([-2, -1, 0, 1, 2], 256))).toEqual([0, 0, 128, 255, 255]);
    // ln(1 + 255 · 0.1) / ln 256 = 0.59102…: bin ⌊0.79551 · 256⌋.
    expect(Array.from(muLawEncode([0.1, -0.1], 256))).toEqual([203, 52]);
    const decoded = muLawDecode([127, 128, 254, 255], 256);
    expect(decoded[1]).toBeCloseTo((256 ** (1 / 256) - 1) / 255, 8);
    expect(decoded[0]).toBeCloseTo(-decoded[1]!, 8);
    expect(decoded[3]! - decoded[2]!).toBeGreaterThan(100 * (decoded[1]! - decoded[0]!));
  });

  it('is off by half a bin at most', () => {
    for (let x = -1; x <= 1; x += 0.01) {
      const [back] = muLawDecode(muLawEncode([x], 256), 256);
      expect(Math.abs(back! - x)).toBeLessThan(0.0001 + 0.023 * Math.abs(x));
    }
  });

  it('scales to a peak', () => {
    expect(Array.from(normalizePeak([0.25, -0.5]))).toEqual([0.5, -1]);
    expect(normalizePeak([0.25, -0.5], 0.8)[1]).toBeCloseTo(-0.8, 6);
    expect(Array.from(normalizePeak([0, 0]))).toEqual([0, 0]);
  });

  it('says what is wrong', () => {
    expect(() => muLawEncode([0], 1)).toThrow('the number of levels must be a whole number, 2 or more (got 1)');
    expect(() => muLawEncode([0, Number.NaN], 256)).toThrow('sample 1: a sample is not finite (got NaN)');
    expect(() => muLawDecode([256], 256)).toThrow(
      'sample 0: this is no level (expected whole numbers 0 … 255, got 256)',
    );
  });
});
