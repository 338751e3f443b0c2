import { withSignOf } from '../shared/sign';
import { multiplyAdd } from '../shared/vector';
import { quarterTurns } from './quarter-turns';

/** Beyond this, n times the first part of π/2 below is no longer exact in float64. */
const FAR: f32 = 1048576;

/** sin(x + offset · π/2): the sine for 0, the cosine for 1. */
@inline
export function sine(x: v128, offset: i32): v128 {
  const lowTurns = nearestTurns(f64x2.promote_low_f32x4(x));
  const high = i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  const highTurns = nearestTurns(f64x2.promote_low_f32x4(high));
  let rest = firstHalves(
    f32x4.demote_f64x2_zero(restOfTurns(f64x2.promote_low_f32x4(x), lowTurns)),
    f32x4.demote_f64x2_zero(restOfTurns(f64x2.promote_low_f32x4(high), highTurns)),
  );
  let turns = firstHalves(
    i32x4.trunc_sat_f64x2_s_zero(lowTurns),
    i32x4.trunc_sat_f64x2_s_zero(highTurns),
  );
  if (!v128.all_true<u32>(f32x4.lt(f32x4.abs(x), f32x4.splat(FAR)))) {
    rest = farRests(x, rest);
    turns = farTurns(x, turns);
  }
  turns = i32x4.add(turns, i32x4.splat(offset));
  const odd = i32x4.shr_s(i32x4.shl(turns, 31), 31);
  const sign = i32x4.shl(i32x4.shr_u(turns, 1), 31);
  return v128.xor(v128.bitselect(cosineOfRest(rest), sineOfRest(rest), odd), sign);
}

/** n in x = n π/2 + r. Adding 0 turns −0 into 0, so that the rest of −0 is −0. */
@inline
function nearestTurns(x: v128): v128 {
  return f64x2.add(f64x2.nearest(f64x2.mul(x, f64x2.splat(0.6366197723675814))), f64x2.splat(0));
}

/** r in x = n π/2 + r, with π/2 in two parts, the first of 33 bits; x may lie very near a multiple of π/2. */
@inline
function restOfTurns(x: v128, n: v128): v128 {
  const first = f64x2.sub(x, f64x2.mul(n, f64x2.splat(1.5707963267341256)));
  return f64x2.sub(first, f64x2.mul(n, f64x2.splat(6.077100506506192e-11)));
}

@inline
function sineOfRest(r: v128): v128 {
  const t = f32x4.mul(r, r);
  let p = f32x4.splat(-1.95187895e-4);
  p = multiplyAdd(p, t, f32x4.splat(8.33219197e-3));
  p = multiplyAdd(p, t, f32x4.splat(-0.166666552));
  return withSignOf(multiplyAdd(f32x4.mul(p, t), r, r), r);
}

@inline
function cosineOfRest(r: v128): v128 {
  const t = f32x4.mul(r, r);
  let p = f32x4.splat(2.44325638e-5);
  p = multiplyAdd(p, t, f32x4.splat(-1.38873106e-3));
  p = multiplyAdd(p, t, f32x4.splat(4.16666456e-2));
  return f32x4.add(f32x4.splat(1), multiplyAdd(f32x4.mul(p, t), t, f32x4.mul(t, f32x4.splat(-0.5))));
}

@inline
function firstHalves(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

function farRests(x: v128, near: v128): v128 {
  let rests = f32x4.replace_lane(near, 0, farRest(f32x4.extract_lane(x, 0), f32x4.extract_lane(near, 0)));
  rests = f32x4.replace_lane(rests, 1, farRest(f32x4.extract_lane(x, 1), f32x4.extract_lane(near, 1)));
  rests = f32x4.replace_lane(rests, 2, farRest(f32x4.extract_lane(x, 2), f32x4.extract_lane(near, 2)));
  return f32x4.replace_lane(rests, 3, farRest(f32x4.extract_lane(x, 3), f32x4.extract_lane(near, 3)));
}

function farTurns(x: v128, near: v128): v128 {
  let turns = i32x4.replace_lane(near, 0, farTurn(f32x4.extract_lane(x, 0), i32x4.extract_lane(near, 0)));
  turns = i32x4.replace_lane(turns, 1, farTurn(f32x4.extract_lane(x, 1), i32x4.extract_lane(near, 1)));
  turns = i32x4.replace_lane(turns, 2, farTurn(f32x4.extract_lane(x, 2), i32x4.extract_lane(near, 2)));
  return i32x4.replace_lane(turns, 3, farTurn(f32x4.extract_lane(x, 3), i32x4.extract_lane(near, 3)));
}

function farRest(x: f32, near: f32): f32 {
  if (abs(x) < FAR) return near;
  if (!isFinite(x)) return NaN;
  const turns = quarterTurns(x);
  const rest = turns - (nearest(turns) << 62);
  return <f32>(<f64>rest * 3.4061215800865545e-19);
}

function farTurn(x: f32, near: i32): i32 {
  if (abs(x) < FAR || !isFinite(x)) return near;
  return <i32>nearest(quarterTurns(x));
}

/** The whole quarter turns nearest to a number in units of 2⁻⁶². */
@inline
function nearest(turns: i64): i64 {
  return (turns + (1 << 61)) >> 62;
}
