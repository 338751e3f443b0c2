import { sigmoid, softplus, tanh } from './exponential';

// The order of ACTIVATIONS in src/planar/planar-operation.ts.
const TANH = 0;
const SOFTPLUS = 1;

/** Places in the record of one evaluation, for two examples: h, h′ / sup h′, 1 − that share, and the share's derivative. */
export const SHARE: usize = 16;
export const REST: usize = 32;
export const BEND: usize = 48;
export const RECORD: usize = 64;

/** Evaluates h at two pre-activations. */
export function activate(kind: i32, slope: f64, a: v128, record: usize): void {
  const one = f64x2.splat(1);
  if (kind == TANH) {
    const value = tanh(a);
    const share = f64x2.mul(f64x2.sub(one, value), f64x2.add(one, value));
    v128.store(record, value);
    v128.store(record, share, SHARE);
    v128.store(record, f64x2.mul(value, value), REST);
    v128.store(record, f64x2.mul(f64x2.mul(f64x2.splat(-2), value), share), BEND);
  } else if (kind == SOFTPLUS) {
    const share = sigmoid(a);
    const rest = sigmoid(f64x2.neg(a));
    v128.store(record, softplus(a));
    v128.store(record, share, SHARE);
    v128.store(record, rest, REST);
    v128.store(record, f64x2.mul(share, rest), BEND);
  } else {
    const own = v128.bitselect(one, f64x2.splat(slope), f64x2.gt(a, f64x2.splat(0)));
    const share = f64x2.div(own, f64x2.splat(max(1, slope)));
    v128.store(record, f64x2.mul(own, a));
    v128.store(record, share, SHARE);
    v128.store(record, f64x2.sub(one, share), REST);
    v128.store(record, f64x2.splat(0), BEND);
  }
}

/** 1 + c h′ = rest + share · edge, positive whatever rounding does. */
@inline
export function slopeOf(record: usize, edge: v128): v128 {
  return f64x2.add(v128.load(record, REST), f64x2.mul(v128.load(record, SHARE), edge));
}

/** Roots t of t + c h(t) = a with 1 + c · sup h′ = edge, for two examples; `record` is overwritten. */
export function solve(kind: i32, slope: f64, a: v128, edge: v128, record: usize): v128 {
  if (kind == TANH || kind == SOFTPLUS) return solveSmooth(kind, a, edge, record);
  // t has the sign of a, because the slope is positive on both sides.
  activate(kind, slope, a, record);
  return f64x2.div(a, slopeOf(record, edge));
}

const MAX_ITERATIONS = 100;
const TOLERANCE: f64 = 1e-13;

/** As src/two-way/scalar-root.ts: Newton inside a shrinking bracket, bisection where that is better. */
function solveSmooth(kind: i32, a: v128, edge: v128, record: usize): v128 {
  const zero = f64x2.splat(0);
  const half = f64x2.splat(0.5);
  const c = f64x2.sub(edge, f64x2.splat(1));
  activate(kind, 0, a, record);
  const change = f64x2.mul(c, v128.load(record));
  let low: v128;
  let high: v128;
  if (kind == TANH) {
    low = f64x2.sub(a, f64x2.abs(c));
    high = f64x2.add(a, f64x2.abs(c));
  } else {
    // As in src/planar/scalar-activation.ts.
    const rising = f64x2.ge(c, zero);
    const far = f64x2.div(f64x2.sub(a, f64x2.mul(c, f64x2.splat(0.6931471805599453))), edge);
    low = v128.bitselect(f64x2.sub(a, change), a, rising);
    high = v128.bitselect(a, f64x2.max(f64x2.max(a, zero), far), rising);
  }
  let t = f64x2.min(f64x2.max(f64x2.sub(a, change), low), high);
  let last = f64x2.sub(high, low);
  let active = i64x2.splat(-1);
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    activate(kind, 0, t, record);
    const residual = f64x2.sub(f64x2.add(t, f64x2.mul(c, v128.load(record))), a);
    const above = f64x2.gt(residual, zero);
    high = v128.bitselect(f64x2.min(high, t), high, above);
    low = v128.bitselect(low, f64x2.max(low, t), above);
    const newton = f64x2.sub(t, f64x2.div(residual, slopeOf(record, edge)));
    const inside = v128.and(f64x2.ge(newton, low), f64x2.le(newton, high));
    const steady = v128.and(inside, f64x2.le(f64x2.abs(f64x2.sub(newton, t)), f64x2.mul(half, last)));
    const middle = f64x2.add(low, f64x2.mul(half, f64x2.sub(high, low)));
    const next = v128.bitselect(newton, middle, v128.or(steady, f64x2.eq(residual, zero)));
    last = v128.bitselect(f64x2.abs(f64x2.sub(next, t)), last, active);
    t = v128.bitselect(next, t, active);
    const allowed = f64x2.mul(f64x2.splat(TOLERANCE), f64x2.add(f64x2.splat(1), f64x2.abs(t)));
    active = v128.and(active, f64x2.gt(last, allowed));
    if (!v128.any_true(active)) break;
  }
  return t;
}
