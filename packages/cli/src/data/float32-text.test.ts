import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFloat32 } from './float32-text.ts';

describe('formatFloat32', () => {
  it.each([
    [0.1, '0.1'],
    [1 / 3, '0.33333334'],
    [-2.5, '-2.5'],
    [0, '0'],
    [-0, '-0'],
    [16777216, '16777216'],
    [1e-45, '1e-45'],
    [3.4028234663852886e38, '3.4028235e+38'],
    [Number.NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('%d', (value, text) => {
    expect(formatFloat32(Math.fround(value))).toBe(text);
  });

  it('reads back as the same float32, and no shorter decimal does', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = formatFloat32(value);
        expect(Object.is(Math.fround(Number(text)), value)).toBe(true);
        const digits = text.replace(/e.*/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
        if (digits > 1) expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
      }),
    );
  });
});
