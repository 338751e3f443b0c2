import { log } from '../shared/logarithm64';

/** A random word as a coordinate in (−1, 1): exact in float64. */
@inline
export function coordinate(word: u32, offset: f64): f64 {
  return (<f64>word + offset) * 4.656612873077392578125e-10 - 1;
}

/** 1 when the polar method takes the point, inside the unit circle and not its centre, else 0; without a branch to guess. */
@inline
export function isInside(u: f64, v: f64): usize {
  const s = u * u + v * v;
  return <usize>(s < 1) & <usize>(s > 0);
}

/**
 * Turns points, stored as pairs of random words, into pairs of normals in the same places:
 * mean + deviation · u · √(−2 log s / s), in float64 with the roundings of the same expression in JavaScript, then
 * rounded to float32.
 */
export function normalsOfPoints(y: usize, pairs: i32, offset: f64, mean: f64, deviation: f64): void {
  for (; pairs >= 2; pairs -= 2, y += 16) v128.store(y, twoPairs(v128.load(y), offset, mean, deviation));
  if (pairs > 0) v128.store64_lane(y, twoPairs(v128.load64_splat(y), offset, mean, deviation), 0);
}

@inline
function twoPairs(words: v128, offset: f64, mean: f64, deviation: f64): v128 {
  const u = coordinates(i8x16.shuffle(words, words, 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11), offset);
  const v = coordinates(i8x16.shuffle(words, words, 4, 5, 6, 7, 12, 13, 14, 15, 4, 5, 6, 7, 12, 13, 14, 15), offset);
  const factor = radiusFactor(u, v);
  const x = f32x4.demote_f64x2_zero(placed(u, factor, mean, deviation));
  const y = f32x4.demote_f64x2_zero(placed(v, factor, mean, deviation));
  return i8x16.shuffle(x, y, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}

@inline
function coordinates(words: v128, offset: f64): v128 {
  const shifted = f64x2.add(f64x2.convert_low_i32x4_u(words), f64x2.splat(offset));
  return f64x2.sub(f64x2.mul(shifted, f64x2.splat(4.656612873077392578125e-10)), f64x2.splat(1));
}

/** √(−2 log s / s) with s = u² + v². */
@inline
function radiusFactor(u: v128, v: v128): v128 {
  const s = f64x2.add(f64x2.mul(u, u), f64x2.mul(v, v));
  return f64x2.sqrt(f64x2.div(f64x2.mul(f64x2.splat(-2), log(s)), s));
}

@inline
function placed(u: v128, factor: v128, mean: f64, deviation: f64): v128 {
  return f64x2.add(f64x2.splat(mean), f64x2.mul(f64x2.mul(f64x2.splat(deviation), u), factor));
}

/** The second normal of one point, in float64: what a stream keeps when it was asked for an odd number. */
export function secondNormal(point: usize, offset: f64): f64 {
  const u = coordinate(load<u32>(point), offset);
  const v = coordinate(load<u32>(point, 4), offset);
  return v * f64x2.extract_lane(radiusFactor(f64x2.splat(u), f64x2.splat(v)), 0);
}
