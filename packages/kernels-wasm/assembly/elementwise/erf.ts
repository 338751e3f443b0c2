import { withSignOf } from '../shared/sign';
import { multiplyAdd } from '../shared/vector';
import { expMinusOneOfRest, restOf, twoToPower, wholePower } from './exp';

/**
 * The error function. Below 7/8 a polynomial in x²; above, 1 − e⁻ᵖ⁽|ˣ|⁾ with a polynomial p for −log erfc, whose error
 * counts for little because erfc is small there. From 4 on it is 1.
 */
@inline
export function erf(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(4));
  const outer = outerErf(a);
  const inner = innerErf(a);
  return withSignOf(v128.bitselect(outer, inner, f32x4.ge(a, f32x4.splat(0.875))), x);
}

@inline
function innerErf(a: v128): v128 {
  const t = f32x4.mul(a, a);
  let p = f32x4.splat(7.79689508e-5);
  p = multiplyAdd(p, t, f32x4.splat(-8.01289512e-4));
  p = multiplyAdd(p, t, f32x4.splat(5.19003393e-3));
  p = multiplyAdd(p, t, f32x4.splat(-2.68551167e-2));
  p = multiplyAdd(p, t, f32x4.splat(0.112836204));
  p = multiplyAdd(p, t, f32x4.splat(-0.376126289));
  p = multiplyAdd(p, t, f32x4.splat(0.128379166));
  return multiplyAdd(p, a, a);
}

@inline
function outerErf(a: v128): v128 {
  let p = f32x4.splat(2.00994822e-4);
  p = multiplyAdd(p, a, f32x4.splat(-3.09227756e-3));
  p = multiplyAdd(p, a, f32x4.splat(2.24201642e-2));
  p = multiplyAdd(p, a, f32x4.splat(-0.104327418));
  p = multiplyAdd(p, a, f32x4.splat(-0.636737287));
  p = multiplyAdd(p, a, f32x4.splat(-1.12793612));
  p = multiplyAdd(p, a, f32x4.splat(-1.33566631e-4));
  const power = wholePower(p);
  const scale = twoToPower(power);
  const rest = expMinusOneOfRest(restOf(p, power));
  // 1 − 2ⁿ(1 + rest), with the exact part first.
  return f32x4.sub(f32x4.sub(f32x4.splat(1), scale), f32x4.mul(rest, scale));
}
