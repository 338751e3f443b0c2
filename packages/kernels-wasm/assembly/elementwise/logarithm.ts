import { anyOutside } from '../shared/range';
import { withSignOf } from '../shared/sign';
import { multiplyAdd } from '../shared/vector';

/** Bits of √½: mantissas are taken from [√½, √2), where log is small when they are near 1. */
const ROOT: i32 = 0x3f3504f3;
const ONE: i32 = 0x3f800000;

/** log x = k ln 2 + log(1 + f) with x = 2ᵏ (1 + f). */
@inline
export function log(x: v128): v128 {
  if (anyOutside(x, Infinity)) return logAtEdges(x);
  return logOfNormal(x, i32x4.splat(127));
}

function logAtEdges(x: v128): v128 {
  const denormal = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, denormal);
  return outsideDomain(logOfNormal(normal, v128.bitselect(i32x4.splat(127 + 23), i32x4.splat(127), denormal)), x);
}

/** log(x · 2¹²⁷⁻ᵇ) for a normal x, with the bias b of its exponent. */
@inline
function logOfNormal(x: v128, bias: v128): v128 {
  const bits = i32x4.add(x, i32x4.splat(ONE - ROOT));
  const k = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(bits, 23), bias));
  const mantissa = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(ROOT));
  return logOfParts(f32x4.sub(mantissa, f32x4.splat(1)), k);
}

/**
 * log(1 + x). With 2ᵏ the power nearest to 1 + x, f = 2⁻ᵏ x + (2⁻ᵏ − 1) is exact or rounded once: for small x it is x
 * itself, where 1 + x in float32 would have lost it.
 */
@inline
export function logOnePlus(x: v128): v128 {
  const sum = f32x4.add(f32x4.splat(1), x);
  if (anyOutside(sum, 1e15)) return logOnePlusAtEdges(x);
  return logOnePlusNear(x);
}

/** −1 < x < 10¹⁵. */
@inline
function logOnePlusNear(x: v128): v128 {
  const one = f32x4.splat(1);
  const sum = f32x4.add(one, x);
  const exponent = v128.and(i32x4.add(sum, i32x4.splat(ONE - ROOT)), i32x4.splat(0xff800000));
  const inverse = i32x4.sub(i32x4.splat(2 * ONE), exponent);
  const f = multiplyAdd(x, inverse, f32x4.sub(inverse, one));
  const k = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(exponent, 23), i32x4.splat(127)));
  // The sign is that of x, also where x is −0.
  return withSignOf(logOfParts(f, k), x);
}

/** Lanes with large x take log x, which 1 + x then equals; outside the domain it is log(1 + x) as IEEE has it. */
function logOnePlusAtEdges(x: v128): v128 {
  const sum = f32x4.add(f32x4.splat(1), x);
  const inside = v128.and(f32x4.gt(sum, f32x4.splat(0)), f32x4.lt(sum, f32x4.splat(1e15)));
  return v128.bitselect(logOnePlusNear(v128.and(x, inside)), logAtEdges(sum), inside);
}

/** k ln 2 + log(1 + f) for √½ − 1 ≤ f ≤ √2 − 1; ln 2 in two parts, the first of 9 bits, so that k times it is exact. */
@inline
function logOfParts(f: v128, k: v128): v128 {
  const square = f32x4.mul(f, f);
  let p = f32x4.splat(-0.0763476789);
  p = multiplyAdd(p, f, f32x4.splat(0.12761572));
  p = multiplyAdd(p, f, f32x4.splat(-0.131598547));
  p = multiplyAdd(p, f, f32x4.splat(0.142016709));
  p = multiplyAdd(p, f, f32x4.splat(-0.166234002));
  p = multiplyAdd(p, f, f32x4.splat(0.200012386));
  p = multiplyAdd(p, f, f32x4.splat(-0.250008196));
  p = multiplyAdd(p, f, f32x4.splat(0.333333313));
  p = f32x4.mul(f32x4.mul(p, square), f);
  p = multiplyAdd(k, f32x4.splat(-2.1219444e-4), p);
  p = multiplyAdd(square, f32x4.splat(-0.5), p);
  return multiplyAdd(k, f32x4.splat(0.693359375), f32x4.add(f, p));
}

/** log 0 = −∞, log ∞ = ∞, NaN below 0 and for NaN. */
@inline
function outsideDomain(value: v128, x: v128): v128 {
  const zero = f32x4.splat(0);
  const infinity = f32x4.splat(Infinity);
  const inside = v128.and(f32x4.gt(x, zero), f32x4.lt(x, infinity));
  if (v128.all_true<u32>(inside)) return value;
  // 0 and ∞ keep their infinity; what remains, NaN and negative numbers, becomes NaN.
  const edge = v128.bitselect(infinity, f32x4.splat(NaN), f32x4.eq(x, infinity));
  return v128.bitselect(value, v128.bitselect(f32x4.splat(-Infinity), edge, f32x4.eq(x, zero)), inside);
}

