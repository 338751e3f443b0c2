import { multiplyAdd } from '../shared/vector';

/** β s + (1 − β) g: one moving average. */
@inline
export function blend(s: v128, g: v128, beta: v128, rest: v128): v128 {
  return multiplyAdd(s, beta, f32x4.mul(g, rest));
}

/** kept θ − rate a / (b + ε): what both optimizers do with their two averages. */
@inline
export function descend(theta: v128, a: v128, b: v128, rate: v128, epsilon: v128, kept: v128): v128 {
  const update = f32x4.div(f32x4.mul(a, rate), f32x4.add(b, epsilon));
  return f32x4.sub(f32x4.mul(theta, kept), update);
}
