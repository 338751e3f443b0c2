import { minusAbsolute } from '../shared/sign';
import { multiplyAdd } from '../shared/vector';
import { exp } from './exp';

/** 1 / (1 + e⁻ˣ), from e = e⁻|ˣ| ≤ 1 on both sides, so that nothing overflows and small results keep their digits. */
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(minusAbsolute(x));
  const one = f32x4.splat(1);
  return f32x4.div(v128.bitselect(one, e, f32x4.ge(x, f32x4.splat(0))), f32x4.add(one, e));
}

/** log(1 + eˣ) = max(x, 0) + log(1 + e⁻|ˣ|). */
@inline
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), logOnePlusUnit(exp(minusAbsolute(x))));
}

/** log(1 + e) for 0 ≤ e ≤ 1: 2 artanh(w / 2) with w = 2e / (2 + e) ≤ 2/3, so no exponent has to be split off. */
@inline
function logOnePlusUnit(e: v128): v128 {
  const w = f32x4.div(f32x4.add(e, e), f32x4.add(e, f32x4.splat(2)));
  const t = f32x4.mul(w, w);
  let p = f32x4.splat(0.1401335 / 256);
  p = multiplyAdd(p, t, f32x4.splat(0.139993146 / 64));
  p = multiplyAdd(p, t, f32x4.splat(0.200108677 / 16));
  p = multiplyAdd(p, t, f32x4.splat(0.333332062 / 4));
  return multiplyAdd(f32x4.mul(p, t), w, w);
}
