import { forward, gradient, logGradient } from './couplings/affine';
import { openOnly } from './couplings/rectifier';

export function affineForward(
  x: usize,
  raw: usize,
  value: usize,
  logs: usize,
  count: i32,
  sigmoidal: i32,
  bound: f32,
  gain: f32,
  shiftFirst: i32,
): void {
  if (sigmoidal) forward(true, x, raw, value, logs, count, bound, gain, shiftFirst);
  else forward(false, x, raw, value, logs, count, bound, gain, shiftFirst);
}

export function affineGradient(
  x: usize,
  raw: usize,
  dValue: usize,
  dx: usize,
  dRaw: usize,
  count: i32,
  sigmoidal: i32,
  bound: f32,
  gain: f32,
  shiftFirst: i32,
): void {
  if (sigmoidal) gradient(true, x, raw, dValue, dx, dRaw, count, bound, gain, shiftFirst);
  else gradient(false, x, raw, dValue, dx, dRaw, count, bound, gain, shiftFirst);
}

export function affineLogGradient(
  raw: usize,
  dLogDet: usize,
  dRaw: usize,
  batch: i32,
  count: i32,
  sigmoidal: i32,
  bound: f32,
): void {
  if (sigmoidal) logGradient(true, raw, dLogDet, dRaw, batch, count, bound);
  else logGradient(false, raw, dLogDet, dRaw, batch, count, bound);
}

export function rectifierGradient(y: usize, dy: usize, dx: usize, count: i32): void {
  openOnly(y, dy, dx, count);
}
