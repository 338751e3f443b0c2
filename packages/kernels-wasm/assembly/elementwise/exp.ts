import { anyBeyond } from '../shared/range';
import { multiplyAdd } from '../shared/vector';

/** 1.5 · 2²³: a small number added to it is rounded to an integer, which then stands in the low bits. */
const ROUNDER: f32 = 12582912;

/**
 * eˣ. The argument is split as x = n ln 2 + r with |r| ≤ ln 2 / 2. Where the result is an ordinary number, n is added to
 * its exponent bits.
 */
@inline
export function exp(x: v128): v128 {
  if (anyBeyond(x, 87)) return expAtEdges(x);
  const power = wholePower(x);
  const p = f32x4.add(expMinusOneOfRest(restOf(x, power)), f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(power, 23));
}

/** The same, with 2ⁿ multiplied in as two factors: right among the denormals and up to the overflow. */
function expAtEdges(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89));
  const power = wholePower(clamped);
  const p = f32x4.add(expMinusOneOfRest(restOf(clamped, power)), f32x4.splat(1));
  return scaled(p, power);
}

/** v · 2ⁿ in two steps, for n from −252 to 254. */
@inline
export function scaled(v: v128, power: v128): v128 {
  const n = i32x4.sub(power, f32x4.splat(ROUNDER));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(v, twoTo(half)), twoTo(i32x4.sub(n, half)));
}

/** n in x = n ln 2 + r, in the low bits of a float of another magnitude: shifted left by 23 it is an exponent. */
@inline
export function wholePower(x: v128): v128 {
  return multiplyAdd(x, f32x4.splat(1.44269504), f32x4.splat(ROUNDER));
}

/** r in x = n ln 2 + r; ln 2 is subtracted in two parts, the first of 9 bits, so that r keeps its digits. */
@inline
export function restOf(x: v128, power: v128): v128 {
  const n = f32x4.sub(power, f32x4.splat(ROUNDER));
  const r = multiplyAdd(n, f32x4.splat(-0.693359375), x);
  return multiplyAdd(n, f32x4.splat(2.1219444e-4), r);
}

/** eʳ − 1 for |r| ≤ ln 2 / 2; the polynomial's relative error is 2⁻³¹. */
@inline
export function expMinusOneOfRest(r: v128): v128 {
  let p = f32x4.splat(1.99442657e-4);
  p = multiplyAdd(p, r, f32x4.splat(1.39335648e-3));
  p = multiplyAdd(p, r, f32x4.splat(8.33320804e-3));
  p = multiplyAdd(p, r, f32x4.splat(4.16664816e-2));
  p = multiplyAdd(p, r, f32x4.splat(1.66666672e-1));
  p = multiplyAdd(p, r, f32x4.splat(0.5));
  return multiplyAdd(p, f32x4.mul(r, r), r);
}

/** 2ⁿ for integers −126 ≤ n ≤ 127. */
@inline
export function twoTo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** 2ⁿ for what wholePower gives. */
@inline
export function twoToPower(power: v128): v128 {
  return i32x4.add(i32x4.shl(power, 23), f32x4.splat(1));
}

/** 2⁻ⁿ for what wholePower gives. */
@inline
export function twoToMinusPower(power: v128): v128 {
  return i32x4.sub(f32x4.splat(1), i32x4.shl(power, 23));
}
