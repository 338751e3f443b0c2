import { loadPart, storePart } from '../shared/vector';
import { erf } from './erf';
import { exp } from './exp';
import { expMinusOne, selu, tanh } from './exp-minus-one';
import { log, logOnePlus } from './logarithm';
import { sigmoid, softplus } from './logistic';
import { sine } from './sine';

export const EXP = 0;
export const EXP_MINUS_ONE = 1;
export const LOG = 2;
export const LOG_ONE_PLUS = 3;
export const TANH = 4;
export const SIGMOID = 5;
export const SOFTPLUS = 6;
export const ERF = 7;
export const SELU = 8;
export const SINE = 9;
export const COSINE = 10;
export const SQUARE_ROOT = 11;
export const INVERSE_SQUARE_ROOT = 12;
export const RECIPROCAL = 13;
export const SIGN = 14;

/** y[i] = f(x[i]) for i < count; y may be x. The function is a constant where this is inlined, so no branch remains. */
@inline
export function map(f: i32, x: usize, y: usize, count: i32): void {
  const end = x + (<usize>(count & ~3) << 2);
  for (; x != end; x += 16, y += 16) v128.store(y, apply(f, v128.load(x)));
  const rest = count & 3;
  if (rest > 0) storePart(y, apply(f, loadPart(x, rest)), rest);
}

@inline
function apply(f: i32, x: v128): v128 {
  if (f == EXP) return exp(x);
  if (f == EXP_MINUS_ONE) return expMinusOne(x);
  if (f == LOG) return log(x);
  if (f == LOG_ONE_PLUS) return logOnePlus(x);
  if (f == TANH) return tanh(x);
  if (f == SIGMOID) return sigmoid(x);
  if (f == SOFTPLUS) return softplus(x);
  if (f == ERF) return erf(x);
  if (f == SELU) return selu(x);
  if (f == SINE) return sine(x, 0);
  if (f == COSINE) return sine(x, 1);
  if (f == SQUARE_ROOT) return f32x4.sqrt(x);
  if (f == INVERSE_SQUARE_ROOT) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  if (f == RECIPROCAL) return f32x4.div(f32x4.splat(1), x);
  return sign(x);
}

/** −1, 0 or 1, and 0 for NaN, as tfjs has it. */
@inline
function sign(x: v128): v128 {
  const zero = f32x4.splat(0);
  const positive = v128.and(f32x4.gt(x, zero), f32x4.splat(1));
  return v128.or(positive, v128.and(f32x4.lt(x, zero), f32x4.splat(-1)));
}
