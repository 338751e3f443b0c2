import { exp } from '../elementwise/exp';
import { tanh } from '../elementwise/exp-minus-one';
import { sigmoid, softplus } from '../elementwise/logistic';
import { loadPart, storePart } from '../shared/vector';

/** The first two of four pairs of shift and raw scale, or of as many as are left. */
@inline
function loadLow(raw: usize, pairs: i32): v128 {
  return pairs >= 2 ? v128.load(raw) : v128.load64_zero(raw);
}

/** The other two. */
@inline
function loadHigh(raw: usize, pairs: i32): v128 {
  if (pairs >= 4) return v128.load(raw, 16);
  return pairs == 3 ? v128.load64_zero(raw, 16) : f32x4.splat(0);
}

@inline
function storePairs(raw: usize, t: v128, r: v128, pairs: i32): void {
  const low = v128.shuffle<i32>(t, r, 0, 4, 1, 5);
  const high = v128.shuffle<i32>(t, r, 2, 6, 3, 7);
  if (pairs >= 4) {
    v128.store(raw, low);
    v128.store(raw, high, 16);
    return;
  }
  if (pairs == 1) {
    v128.store_lane<i64>(raw, low, 0);
    return;
  }
  v128.store(raw, low);
  if (pairs == 3) v128.store_lane<i64>(raw, high, 0, 16);
}

@inline
function firsts(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

@inline
function seconds(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7);
}

/** log σ(r + bound), or bound·tanh(r/bound). */
@inline
function logScale(sigmoidal: bool, r: v128, bound: v128, inverse: v128): v128 {
  if (sigmoidal) return f32x4.neg(softplus(f32x4.neg(f32x4.add(r, bound))));
  return f32x4.mul(tanh(f32x4.mul(r, inverse)), bound);
}

/** The scale, given its logarithm where that has been computed on the way. */
@inline
function scaleOf(sigmoidal: bool, r: v128, logs: v128, bound: v128): v128 {
  return sigmoidal ? sigmoid(f32x4.add(r, bound)) : exp(logs);
}

/** Derivative of the logarithm of the scale: 1 − s, or 1 − tanh². */
@inline
function slope(sigmoidal: bool, r: v128, bound: v128, inverse: v128): v128 {
  const one = f32x4.splat(1);
  if (sigmoidal) return f32x4.sub(one, sigmoid(f32x4.add(r, bound)));
  const bent = tanh(f32x4.mul(r, inverse));
  return f32x4.sub(one, f32x4.mul(bent, bent));
}

/** value = (x + g t) s or x s + g t, and log s. */
@inline
export function forward(
  sigmoidal: bool,
  x: usize,
  raw: usize,
  value: usize,
  logs: usize,
  count: i32,
  bound: f32,
  gain: f32,
  shiftFirst: i32,
): void {
  const offset = f32x4.splat(bound);
  const inverse = f32x4.splat(1 / bound);
  const factor = f32x4.splat(gain);
  for (let left = count; left > 0; left -= 4, x += 16, raw += 32, value += 16, logs += 16) {
    const a = loadLow(raw, left);
    const b = loadHigh(raw, left);
    const r = seconds(a, b);
    const shift = f32x4.mul(firsts(a, b), factor);
    const log = logScale(sigmoidal, r, offset, inverse);
    const s = scaleOf(sigmoidal, r, log, offset);
    const input = left >= 4 ? v128.load(x) : loadPart(x, left);
    const output = shiftFirst
      ? f32x4.mul(f32x4.add(input, shift), s)
      : f32x4.add(f32x4.mul(input, s), shift);
    if (left >= 4) {
      v128.store(value, output);
      v128.store(logs, log);
    } else {
      storePart(value, output, left);
      storePart(logs, log, left);
    }
  }
}

/** From the gradient in the value: dx = dv s, dt = g dx or g dv, dr = dx (x + g t) slope or dx x slope. */
@inline
export function gradient(
  sigmoidal: bool,
  x: usize,
  raw: usize,
  dValue: usize,
  dx: usize,
  dRaw: usize,
  count: i32,
  bound: f32,
  gain: f32,
  shiftFirst: i32,
): void {
  const offset = f32x4.splat(bound);
  const inverse = f32x4.splat(1 / bound);
  const factor = f32x4.splat(gain);
  const one = f32x4.splat(1);
  for (let left = count; left > 0; left -= 4, x += 16, raw += 32, dValue += 16, dx += 16, dRaw += 32) {
    const a = loadLow(raw, left);
    const b = loadHigh(raw, left);
    const r = seconds(a, b);
    let s: v128;
    let bend: v128;
    if (sigmoidal) {
      s = sigmoid(f32x4.add(r, offset));
      bend = f32x4.sub(one, s);
    } else {
      const bent = tanh(f32x4.mul(r, inverse));
      s = exp(f32x4.mul(bent, offset));
      bend = f32x4.sub(one, f32x4.mul(bent, bent));
    }
    const whole = left >= 4;
    const input = whole ? v128.load(x) : loadPart(x, left);
    const dv = whole ? v128.load(dValue) : loadPart(dValue, left);
    const d = f32x4.mul(dv, s);
    const scaled = shiftFirst ? f32x4.add(input, f32x4.mul(firsts(a, b), factor)) : input;
    if (whole) v128.store(dx, d);
    else storePart(dx, d, left);
    storePairs(dRaw, f32x4.mul(shiftFirst ? d : dv, factor), f32x4.mul(f32x4.mul(d, scaled), bend), left);
  }
}

/** From the gradient in Σ log s of each example of `count` elements: dt = 0, dr = slope dLogDet. */
@inline
export function logGradient(
  sigmoidal: bool,
  raw: usize,
  dLogDet: usize,
  dRaw: usize,
  batch: i32,
  count: i32,
  bound: f32,
): void {
  const offset = f32x4.splat(bound);
  const inverse = f32x4.splat(1 / bound);
  const zero = f32x4.splat(0);
  for (; batch > 0; batch--, dLogDet += 4) {
    const d = v128.load32_splat(dLogDet);
    for (let left = count; left > 0; left -= 4) {
      const r = seconds(loadLow(raw, left), loadHigh(raw, left));
      storePairs(dRaw, zero, f32x4.mul(slope(sigmoidal, r, offset, inverse), d), left);
      const bytes = <usize>(left >= 4 ? 32 : left << 3);
      raw += bytes;
      dRaw += bytes;
    }
  }
}
