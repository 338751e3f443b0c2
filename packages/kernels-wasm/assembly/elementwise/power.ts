import { log } from '../shared/logarithm64';
import { loadPart, storePart } from '../shared/vector';

/**
 * y = aᵇ along a row, as `Math.pow` has it; a fixed tensor gives the same number all along. The loop is here, and not around
 * a call, since a function without a loop loads its many constants anew each time.
 */
export function powerRow(aFixed: bool, bFixed: bool, a: usize, b: usize, y: usize, columns: i32): void {
  for (; columns > 0; columns -= 4) {
    const base = aFixed ? v128.load32_splat(a) : loadUpTo4(a, columns);
    const exponent = bFixed ? v128.load32_splat(b) : loadUpTo4(b, columns);
    const result = powers(base, exponent);
    if (columns >= 4) v128.store(y, result);
    else storePart(y, result, columns);
    if (!aFixed) a += 16;
    if (!bFixed) b += 16;
    y += 16;
  }
}

@inline
function loadUpTo4(address: usize, count: i32): v128 {
  return count >= 4 ? v128.load(address) : loadPart(address, count);
}

/** e^(y log x) in float64 for positive finite x and finite y; one lane at a time where a lane has others. */
@inline
function powers(x: v128, y: v128): v128 {
  const infinity = f32x4.splat(Infinity);
  const positive = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, infinity));
  if (!v128.all_true<u32>(v128.and(positive, f32x4.lt(f32x4.abs(y), infinity)))) return eachPower(x, y);
  const low = f32x4.demote_f64x2_zero(twoPowers(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(y)));
  const high = f32x4.demote_f64x2_zero(
    twoPowers(f64x2.promote_low_f32x4(upper(x)), f64x2.promote_low_f32x4(upper(y))),
  );
  return i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

@inline
function upper(v: v128): v128 {
  return i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** e^(y log x) for positive x; beyond e^±200 every result is 0 or ∞ in float32. */
@inline
function twoPowers(x: v128, y: v128): v128 {
  const exponent = f64x2.mul(y, log(x));
  return exp(f64x2.pmin(f64x2.pmax(exponent, f64x2.splat(-200)), f64x2.splat(200)));
}

/** eᵗ in float64 for |t| ≤ 200, relative error 2⁻³², far below a unit of float32. */
@inline
function exp(t: v128): v128 {
  const rounder = f64x2.splat(6755399441055744);
  const power = f64x2.add(f64x2.mul(t, f64x2.splat(1.4426950408889634)), rounder);
  const n = f64x2.sub(power, rounder);
  const r = f64x2.sub(t, f64x2.mul(n, f64x2.splat(0.6931471805599453)));
  let p = f64x2.splat(1 / 40320.0);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 5040.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 720.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 120.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 24.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 6.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  return i64x2.add(p, i64x2.shl(power, 52));
}

function eachPower(x: v128, y: v128): v128 {
  let result = f32x4.splat(power(f32x4.extract_lane(x, 0), f32x4.extract_lane(y, 0)));
  result = f32x4.replace_lane(result, 1, power(f32x4.extract_lane(x, 1), f32x4.extract_lane(y, 1)));
  result = f32x4.replace_lane(result, 2, power(f32x4.extract_lane(x, 2), f32x4.extract_lane(y, 2)));
  return f32x4.replace_lane(result, 3, power(f32x4.extract_lane(x, 3), f32x4.extract_lane(y, 3)));
}

function power(x: f32, y: f32): f32 {
  if (y == 0) return 1;
  if (isNaN(x) || isNaN(y)) return NaN;
  const size = abs(x);
  if (!isFinite(y)) return size == 1 ? NaN : size > 1 == y > 0 ? Infinity : 0;
  const whole = nearest(y) == y;
  if (x < 0 && size < Infinity && !whole) return NaN;
  const odd = whole && nearest(y * 0.5) != y * 0.5;
  return odd ? copysign(powerOfSize(size, y), x) : powerOfSize(size, y);
}

/** sizeʸ for size ≥ 0 and finite y other than 0. */
function powerOfSize(size: f32, y: f32): f32 {
  if (size == 0) return y > 0 ? 0 : Infinity;
  if (size == Infinity) return y > 0 ? Infinity : 0;
  return <f32>f64x2.extract_lane(twoPowers(f64x2.splat(<f64>size), f64x2.splat(<f64>y)), 0);
}
