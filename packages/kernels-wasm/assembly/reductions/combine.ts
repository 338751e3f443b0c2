/** The functions that a reduction can be made of; constants, so that each gets its own loop. */
export const SUM: i32 = 0;
export const PRODUCT: i32 = 1;
export const LARGEST: i32 = 2;
export const SMALLEST: i32 = 3;

/** What an empty sum or product is, in float64 lanes. */
@inline
export function neutral(combine: i32): v128 {
  return combine == SUM ? f64x2.splat(0) : f64x2.splat(1);
}

/**
 * a ∘ b in float64 lanes, for sums and products. With relaxed SIMD a + b is a fused 1·a + b: the same number, and on some
 * processors in units that the conversions to float64 leave free.
 */
@inline
export function combineDoubles(combine: i32, a: v128, b: v128): v128 {
  if (combine != SUM) return f64x2.mul(a, b);
  return ASC_FEATURE_RELAXED_SIMD ? f64x2.relaxed_madd(b, f64x2.splat(1), a) : f64x2.add(a, b);
}

/** a ∘ b for two float64. */
@inline
export function combineDouble(combine: i32, a: f64, b: f64): f64 {
  return combine == SUM ? a + b : a * b;
}

/**
 * The larger or the smaller float32 of each lane; a NaN in `b` is passed over. One instruction, where f32x4.max and min take
 * eight, so the loops keep NaNs apart: see {@link oddLanes}.
 */
@inline
export function choose(combine: i32, a: v128, b: v128): v128 {
  return combine == LARGEST ? f32x4.pmax(a, b) : f32x4.pmin(a, b);
}

/** `odd`, with all bits set (which is a NaN) in the lanes where x is NaN. */
@inline
export function oddLanes(odd: v128, x: v128): v128 {
  return v128.or(odd, f32x4.ne(x, x));
}

/** The larger or the smaller of two float32; NaN where either is NaN. */
@inline
export function chooseOne(combine: i32, a: f32, b: f32): f32 {
  return combine == LARGEST ? max<f32>(a, b) : min<f32>(a, b);
}

/** The larger or the smaller int32 of each lane. */
@inline
export function chooseInts(combine: i32, a: v128, b: v128): v128 {
  return combine == SUM ? i32x4.add(a, b) : combine == LARGEST ? i32x4.max_s(a, b) : i32x4.min_s(a, b);
}

/** The same for two int32. */
@inline
export function chooseInt(combine: i32, a: i32, b: i32): i32 {
  return combine == SUM ? a + b : combine == LARGEST ? max<i32>(a, b) : min<i32>(a, b);
}

/** Two floats as doubles. */
@inline
export function doubles(x: usize, offset: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(x + offset));
}
