import { squashDerivative, squashNumber } from '../squash.ts';
import type { SplineForm } from './spline-form.ts';

/** No bin is narrower than this fraction of the interval, so that a floor of 0 never divides by 0. */
const NARROWEST = 1e-9;

/** Softmax of one scalar's raw fractions into `into`, after gain and squash. */
export function softmaxInto(into: Float64Array, raw: Float32Array, start: number, form: SplineForm): void {
  const { fractions, binGain, binSquash } = form;
  let largest = -Infinity;
  for (let j = 0; j < fractions; j++) {
    const r =
      binSquash.squash === 'none' ? binGain * raw[start + j]! : squashNumber(binGain * raw[start + j]!, binSquash);
    into[j] = r;
    if (r > largest) largest = r;
  }
  let total = 0;
  for (let j = 0; j < fractions; j++) {
    const e = Math.exp(into[j]! - largest);
    into[j] = e;
    total += e;
  }
  const inverse = 1 / total;
  for (let j = 0; j < fractions; j++) into[j]! *= inverse;
}

/** Lengths of the K bins from the softmax of their fractions. */
export function lengthsInto(into: Float64Array, softmax: Float64Array, form: SplineForm): void {
  const { bins, fractions, binFloor, splitFirst, low, high } = form;
  const extent = high - low;
  const floor = binFloor * extent;
  const slack = extent * (1 - binFloor * fractions);
  const least = NARROWEST * extent;
  for (let j = 0; j < fractions; j++) into[j] = Math.max(floor + slack * softmax[j]!, least);
  if (splitFirst) {
    const half = 0.5 * into[0]!;
    into[0] = half;
    into[bins - 1] = half;
  }
}

/**
 * Adds the gradient of the raw fractions when the sensitivity of each bin's length is `left` before the bin, `own` in
 * it and 0 behind it.
 */
export function fractionGradients(
  gradients: Float32Array,
  raw: Float32Array,
  start: number,
  softmax: Float64Array,
  at: { readonly bin: number; readonly left: number; readonly own: number },
  form: SplineForm,
): void {
  const { fractions, bins, binFloor, splitFirst, binGain, binSquash, low, high } = form;
  const slack = (high - low) * (1 - binFloor * fractions);
  const { bin, left, own } = at;
  // With splitFirst fraction 0 is half of the first bin and half of the last.
  const last = splitFirst ? 0.5 * (bin === bins - 1 ? own : 0) : 0;
  const first = (bin === 0 ? own : left) * (splitFirst ? 0.5 : 1) + last;
  let mean = first * softmax[0]!;
  const until = Math.min(bin, fractions - 1);
  for (let j = 1; j <= until; j++) mean += (j < bin ? left : own) * softmax[j]!;
  const plain = binSquash.squash === 'none';
  for (let j = 0; j < fractions; j++) {
    const sensitivity = j === 0 ? first : j < bin ? left : j === bin ? own : 0;
    const slope = plain ? binGain : binGain * squashDerivative(binGain * raw[start + j]!, binSquash);
    gradients[start + j] = slack * softmax[j]! * (sensitivity - mean) * slope;
  }
}

/** The slope at a knot. */
export function slopeAt(knot: number, raw: Float32Array, start: number, form: SplineForm): number {
  const index = form.slopeOf[knot]!;
  if (index < 0) return 1;
  const r = squashNumber(form.slopeGain * raw[start + index]!, form.slopeSquash) + form.slopeOffset;
  if (form.slopeMap === 'exp') return Math.exp(r) + form.slopeFloor;
  const b = form.beta * r;
  return (Math.max(b, 0) + Math.log1p(Math.exp(-Math.abs(b)))) / form.beta + form.slopeFloor;
}

/** Adds `sensitivity` times the derivative of {@link slopeAt} in its raw parameter. */
export function slopeGradient(
  gradients: Float32Array,
  raw: Float32Array,
  start: number,
  at: { readonly knot: number; readonly sensitivity: number },
  form: SplineForm,
): void {
  const index = form.slopeOf[at.knot]!;
  if (index < 0) return;
  const scaled = form.slopeGain * raw[start + index]!;
  const r = squashNumber(scaled, form.slopeSquash) + form.slopeOffset;
  const mapped = form.slopeMap === 'exp' ? Math.exp(r) : 1 / (1 + Math.exp(-form.beta * r));
  gradients[start + index]! += at.sensitivity * mapped * form.slopeGain * squashDerivative(scaled, form.slopeSquash);
}
