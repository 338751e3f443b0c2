import { tanh } from '../../../kernels-wasm/assembly/elementwise/exp-minus-one';
import { exp, expMinusOneOfRest, restOf, wholePower } from '../../../kernels-wasm/assembly/elementwise/exp';

// V8 puts a constant of a vector together anew wherever it stands, three instructions each, unless a loop of one straight
// piece lets it do so before. These functions have more constants than anything else, hence loops without branches.

/** Beyond this magnitude e to the x needs care. */
const ORDINARY: f32 = 87;

/** The next vector of a row: panels of eight examples have two of each row. */
@inline
export function next(away: usize, panelBytes: usize): usize {
  away += 16;
  return (away & 16) == 0 ? away + panelBytes - 32 : away;
}

/**
 * log s = clip(squash(gain · raw + offset)) for `vectors` vectors of a row; gives back whether all have an ordinary
 * exponential.
 */
export function logScales(settings: usize, raw: usize, logs: usize, vectors: i32, panelBytes: usize): bool {
  const gain = v128.load32_splat(settings, 12);
  const offset = v128.load32_splat(settings, 16);
  const squash = <i32>load<f32>(settings, 20);
  const bound = v128.load32_splat(settings, 24);
  const steepness = v128.load32_splat(settings, 28);
  const low = v128.load32_splat(settings, 32);
  const high = v128.load32_splat(settings, 36);
  let beyond = f32x4.splat(0);
  let away: usize = 0;
  if (squash == 2) {
    do {
      let r = f32x4.add(f32x4.mul(v128.load(raw + away), gain), offset);
      r = clip(f32x4.mul(bound, tanh(f32x4.mul(r, steepness))), low, high);
      beyond = v128.or(beyond, isBeyond(r));
      v128.store(logs + away, r);
      away = next(away, panelBytes);
    } while (--vectors != 0);
  } else {
    do {
      let r = f32x4.add(f32x4.mul(v128.load(raw + away), gain), offset);
      if (squash != 0) r = f32x4.div(r, f32x4.add(f32x4.splat(1), f32x4.abs(f32x4.div(r, bound))));
      r = clip(r, low, high);
      beyond = v128.or(beyond, isBeyond(r));
      v128.store(logs + away, r);
      away = next(away, panelBytes);
    } while (--vectors != 0);
  }
  return !v128.any_true(beyond);
}

/** In this order pmin and pmax keep NaN. */
@inline
function clip(r: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(r, low), high);
}

/** Magnitudes above the limit and NaN, which as integers are above it, too. */
@inline
function isBeyond(r: v128): v128 {
  return i32x4.gt_s(v128.and(r, i32x4.splat(0x7fffffff)), f32x4.splat(ORDINARY));
}

/**
 * (value + t)·e to the l, or value·e to the l + t, where t and l are shift · gain and the log-scale, both with the sign
 * that `sign` flips. The log-scales become l.
 */
export function scaleAndShift(
  value: usize,
  shift: usize,
  logs: usize,
  gain: v128,
  sign: v128,
  first: bool,
  ordinary: bool,
  vectors: i32,
  panelBytes: usize,
): void {
  let away: usize = 0;
  if (!ordinary) {
    do {
      const l = v128.xor(v128.load(logs + away), sign);
      place(value + away, shift + away, gain, sign, first, exp(l));
      v128.store(logs + away, l);
      away = next(away, panelBytes);
    } while (--vectors != 0);
  } else {
    do {
      const l = v128.xor(v128.load(logs + away), sign);
      place(value + away, shift + away, gain, sign, first, ordinaryExp(l));
      v128.store(logs + away, l);
      away = next(away, panelBytes);
    } while (--vectors != 0);
  }
}

@inline
function place(value: usize, shift: usize, gain: v128, sign: v128, first: bool, scale: v128): void {
  const v = v128.load(value);
  const t = v128.xor(f32x4.mul(v128.load(shift), gain), sign);
  v128.store(value, first ? f32x4.mul(f32x4.add(v, t), scale) : f32x4.add(f32x4.mul(v, scale), t));
}

/** What `exp` does with ordinary arguments. */
@inline
function ordinaryExp(x: v128): v128 {
  const power = wholePower(x);
  return i32x4.add(f32x4.add(expMinusOneOfRest(restOf(x, power)), f32x4.splat(1)), i32x4.shl(power, 23));
}
