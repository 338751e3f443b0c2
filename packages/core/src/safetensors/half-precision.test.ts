import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './half-precision.ts';

const round16 = (value: number): number => toFloat16(Float32Array.of(value))[0]!;
const roundB16 = (value: number): number => toBfloat16(Float32Array.of(value))[0]!;
const fromBits = (bits: number): Float32Array => new Float32Array(Uint32Array.of(bits).buffer);
const hex = (bits: number): string => bits.toString(16).padStart(4, '0');

const ALL_HALVES = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** The value of a binary16 by its definition. */
function define16(half: number): number {
  const sign = half >> 15 === 1 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

describe('binary16', () => {
  it.each([
    ['zero', 0, '0000'],
    ['minus zero', -0, '8000'],
    ['one', 1, '3c00'],
    ['minus two', -2, 'c000'],
    ['a third', 1 / 3, '3555'],
    ['the largest', 65504, '7bff'],
    ['just below the middle to infinity', 65519.996, '7bff'],
    ['the middle to infinity', 65520, '7c00'],
    ['the largest float32', 3.4e38, '7c00'],
    ['infinity', Infinity, '7c00'],
    ['minus infinity', -Infinity, 'fc00'],
    ['the smallest normal', 2 ** -14, '0400'],
    ['the largest subnormal', 1023 * 2 ** -24, '03ff'],
    ['rounding up into the normals', 1023.5 * 2 ** -24, '0400'],
    ['the smallest subnormal', 2 ** -24, '0001'],
    ['half the smallest subnormal, a tie to even', 2 ** -25, '0000'],
    ['just above half the smallest subnormal', 2 ** -25 * (1 + 2 ** -23), '0001'],
    ['minus half the smallest subnormal', -(2 ** -25), '8000'],
    ['one and a half of the smallest, a tie to even', 1.5 * 2 ** -24, '0002'],
    ['a quarter of the smallest subnormal', 2 ** -26, '0000'],
    ['the smallest float32', 2 ** -149, '0000'],
    ['a tie down to even', 1 + 2 ** -11, '3c00'],
    ['a tie up to even', 1 + 3 * 2 ** -11, '3c02'],
    ['just above a tie', 1 + 2 ** -11 + 2 ** -23, '3c01'],
    ['just below a tie', 1 + 2 ** -11 - 2 ** -23, '3c00'],
    ['a carry into the exponent', 2 - 2 ** -11, '4000'],
  ])('rounds %s', (_name, value, expected) => {
    expect(hex(round16(value))).toBe(expected);
  });

  it('keeps NaN, with its sign and whatever its payload', () => {
    expect(hex(toFloat16(fromBits(0x7fc00000))[0]!)).toBe('7e00');
    expect(hex(toFloat16(fromBits(0xffc00000))[0]!)).toBe('fe00');
    expect(hex(toFloat16(fromBits(0x7f800001))[0]!)).toBe('7e00');
  });

  it('widens every one of the 65536 values as defined', () => {
    const wide = fromFloat16(ALL_HALVES);
    const wrong = [...ALL_HALVES].filter((half) => !Object.is(wide[half], define16(half)));
    expect(wrong).toEqual([]);
  });

  it('gives every value back that is no NaN', () => {
    const back = toFloat16(fromFloat16(ALL_HALVES));
    expect([...ALL_HALVES].filter((half) => !Number.isNaN(define16(half)) && back[half] !== half)).toEqual([]);
  });

  it('rounds to the nearer neighbour, at a tie to the even one', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const half = round16(value);
        const error = Math.abs(define16(half) - value);
        const distances = [half - 1, half + 1].map((other) => Math.abs(define16(other & 0xffff) - value));
        const nearer = distances.filter((distance) => distance < error || (distance === error && half % 2 === 1));
        expect(nearer).toEqual([]);
      }),
    );
  });

  it('reads only the view of a larger buffer', () => {
    expect([...toFloat16(Float32Array.of(5, 1, 5).subarray(1, 2))]).toEqual([0x3c00]);
  });
});

describe('bfloat16', () => {
  it.each([
    ['zero', 0, '0000'],
    ['minus zero', -0, '8000'],
    ['one', 1, '3f80'],
    ['π', Math.PI, '4049'],
    ['a tie down to even', 1 + 2 ** -8, '3f80'],
    ['a tie up to even', 1 + 3 * 2 ** -8, '3f82'],
    ['just above a tie', 1 + 2 ** -8 + 2 ** -23, '3f81'],
    ['the largest', 3.3895313892515355e38, '7f7f'],
    ['the largest float32, to infinity', 3.4028234663852886e38, '7f80'],
    ['minus infinity', -Infinity, 'ff80'],
    ['the smallest subnormal', 2 ** -133, '0001'],
    ['half of it, a tie to even', 2 ** -134, '0000'],
    ['one and a half of it, a tie to even', 1.5 * 2 ** -133, '0002'],
    ['the smallest float32', 2 ** -149, '0000'],
  ])('rounds %s', (_name, value, expected) => {
    expect(hex(roundB16(value))).toBe(expected);
  });

  it('keeps a NaN whose payload lies in the bits that go', () => {
    expect(hex(toBfloat16(fromBits(0x7f800001))[0]!)).toBe('7fc0');
    expect(hex(toBfloat16(fromBits(0xffffffff))[0]!)).toBe('ffff');
  });

  it('gives every value back that is no NaN', () => {
    const wide = fromBfloat16(ALL_HALVES);
    const back = toBfloat16(wide);
    expect([...ALL_HALVES].filter((half) => !Number.isNaN(wide[half]!) && back[half] !== half)).toEqual([]);
    expect([wide[0x3f80], wide[0x0001], wide[0xff80]]).toEqual([1, 2 ** -133, -Infinity]);
  });
});
