import { log } from '../../../kernels-wasm/assembly/shared/logarithm64';

/** 1.5 · 2⁵²: a whole number added to it stands in the low bits. */
const ROUNDER: f64 = 6755399441055744;

/** n of x = n ln 2 + r. */
@inline
function wholePower(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, f64x2.splat(1.4426950408889634)));
}

/** r of x = n ln 2 + r, |r| ≤ ln 2 / 2; ln 2 in two parts, the first of 32 bits, so that n times it is exact. */
@inline
function restOf(x: v128, n: v128): v128 {
  const r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(0.6931471803691238)));
  return f64x2.sub(r, f64x2.mul(n, f64x2.splat(1.9082149292705877e-10)));
}

/** 2ⁿ for whole n from −1022 to 1023. */
@inline
function twoTo(n: v128): v128 {
  return i64x2.shl(f64x2.add(n, f64x2.splat(ROUNDER + 1023)), 52);
}

/** eʳ − 1 by its series up to r¹³, whose remainder at ln 2 / 2 is 4 · 10⁻¹⁸. */
@inline
function expMinusOneOfRest(r: v128): v128 {
  let p = f64x2.splat(1.6059043836821613e-10);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.08767569878681e-9));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.505210838544172e-8));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.755731922398589e-7));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.7557319223985893e-6));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(2.48015873015873e-5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.984126984126984e-4));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.388888888888889e-3));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(8.333333333333333e-3));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(4.1666666666666664e-2));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.6666666666666666e-1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  return f64x2.add(r, f64x2.mul(p, f64x2.mul(r, r)));
}

/** tanh x = e / (e + 2) with e = e²|ˣ| − 1; from |x| = 20 on it is 1. NaN stays. */
export function tanh(x: v128): v128 {
  const a = f64x2.pmin(f64x2.abs(x), f64x2.splat(20));
  const twice = f64x2.add(a, a);
  const n = wholePower(twice);
  const scale = twoTo(n);
  const e = f64x2.add(
    f64x2.mul(expMinusOneOfRest(restOf(twice, n)), scale),
    f64x2.sub(scale, f64x2.splat(1)),
  );
  const value = f64x2.div(e, f64x2.add(e, f64x2.splat(2)));
  return v128.bitselect(value, x, i64x2.splat(0x7fffffffffffffff));
}

/** eˣ for x ≤ 0; NaN stays. */
@inline
function expOfNegative(x: v128): v128 {
  const a = f64x2.pmax(x, f64x2.splat(-708));
  const n = wholePower(a);
  const scale = twoTo(n);
  return f64x2.add(scale, f64x2.mul(scale, expMinusOneOfRest(restOf(a, n))));
}

/** log(1 + eˣ) = max(x, 0) + log(1 + e⁻|ˣ|). */
export function softplus(x: v128): v128 {
  const one = f64x2.splat(1);
  const t = expOfNegative(f64x2.neg(f64x2.abs(x)));
  const sum = f64x2.add(one, t);
  // What 1 + t lost in rounding is added to its logarithm.
  const rest = f64x2.div(f64x2.sub(t, f64x2.sub(sum, one)), sum);
  return f64x2.add(f64x2.max(x, f64x2.splat(0)), f64x2.add(log(sum), rest));
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: v128): v128 {
  const one = f64x2.splat(1);
  const t = expOfNegative(f64x2.neg(f64x2.abs(x)));
  const sum = f64x2.add(one, t);
  return f64x2.div(v128.bitselect(one, t, f64x2.ge(x, f64x2.splat(0))), sum);
}

/** log x as IEEE has it: −∞ for 0, NaN below, also for denormal numbers. */
export function safeLog(x: v128): v128 {
  const inside = v128.and(f64x2.ge(x, f64x2.splat(2.2250738585072014e-308)), f64x2.lt(x, f64x2.splat(Infinity)));
  if (v128.all_true<u64>(inside)) return log(x);
  const denormal = f64x2.lt(x, f64x2.splat(2.2250738585072014e-308));
  const normal = v128.bitselect(f64x2.mul(x, f64x2.splat(18014398509481984)), x, denormal);
  const positive = v128.and(f64x2.gt(normal, f64x2.splat(0)), f64x2.lt(normal, f64x2.splat(Infinity)));
  const shift = v128.and(f64x2.splat(-37.42994775023705), denormal);
  const found = f64x2.add(log(v128.bitselect(normal, f64x2.splat(1), positive)), shift);
  const edge = v128.bitselect(x, f64x2.splat(NaN), f64x2.eq(x, f64x2.splat(Infinity)));
  const outside = v128.bitselect(f64x2.splat(-Infinity), edge, f64x2.eq(x, f64x2.splat(0)));
  return v128.bitselect(found, outside, positive);
}

/** Whether a running product has to be turned into its logarithm before the next factor: it is large, small or NaN. */
@inline
export function leavesRange(product: v128): bool {
  const inside = v128.and(f64x2.gt(product, f64x2.splat(1e-120)), f64x2.lt(product, f64x2.splat(1e120)));
  return !v128.all_true<u64>(inside);
}
