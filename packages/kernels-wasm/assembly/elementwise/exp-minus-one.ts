import { anyBeyond } from '../shared/range';
import { withSignOf } from '../shared/sign';
import { expMinusOneOfRest, restOf, scaled, twoToMinusPower, twoToPower, wholePower } from './exp';

/** eˣ − 1 = 2ⁿ((eʳ − 1) + (1 − 2⁻ⁿ)): the sum in brackets is rounded once, and for n = 0 not at all. */
@inline
export function expMinusOne(x: v128): v128 {
  if (anyBeyond(x, 80)) return expMinusOneAtEdges(x);
  return expMinusOneNear(x);
}

/** |x| ≤ 80. */
@inline
function expMinusOneNear(x: v128): v128 {
  const power = wholePower(x);
  const sum = bracket(x, power);
  return withSignOf(f32x4.mul(sum, twoToPower(power)), x);
}

function expMinusOneAtEdges(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-80)), f32x4.splat(89));
  const power = wholePower(clamped);
  // Above 80 the 2⁻ⁿ does not count; below it is taken from the clamped argument all the same.
  const sum = bracket(clamped, wholePower(f32x4.pmin(clamped, f32x4.splat(80))));
  const large = f32x4.add(expMinusOneOfRest(restOf(clamped, power)), f32x4.splat(1));
  return withSignOf(scaled(v128.bitselect(large, sum, f32x4.gt(x, f32x4.splat(80))), power), x);
}

@inline
function bracket(x: v128, power: v128): v128 {
  return f32x4.add(
    expMinusOneOfRest(restOf(x, power)),
    f32x4.sub(f32x4.splat(1), twoToMinusPower(power)),
  );
}

/** tanh x = e / (e + 2) with e = e²|ˣ| − 1; from |x| = 10 on it is 1. */
@inline
export function tanh(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(10));
  const twice = f32x4.add(a, a);
  const power = wholePower(twice);
  const scale = twoToPower(power);
  const rest = expMinusOneOfRest(restOf(twice, power));
  const e = f32x4.add(f32x4.mul(rest, scale), f32x4.sub(scale, f32x4.splat(1)));
  return withSignOf(f32x4.div(e, f32x4.add(e, f32x4.splat(2))), x);
}

/** scale · x where x ≥ 0, else scale · α (eˣ − 1), with the two constants of Klambauer et al. 2017. */
@inline
export function selu(x: v128): v128 {
  const negative = f32x4.mul(expMinusOneOfNegative(x), f32x4.splat(1.7580993408473768));
  return v128.bitselect(f32x4.mul(x, f32x4.splat(1.0507009873554805)), negative, f32x4.ge(x, f32x4.splat(0)));
}

/** eˣ − 1 for x ≤ 0 or NaN, something for other x. */
@inline
function expMinusOneOfNegative(x: v128): v128 {
  return expMinusOneNear(f32x4.pmin(f32x4.pmax(x, f32x4.splat(-30)), f32x4.splat(0)));
}
