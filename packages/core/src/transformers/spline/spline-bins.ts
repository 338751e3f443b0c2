import { squashDerivative, squashNumber } from '../squash.ts';
import { exponential } from './exponential.ts';
import type { SplineForm } from './spline-form.ts';

/**
 * Exponentials of one scalar's raw fractions, after gain and squash; their sum is returned, and the softmax is their
 * quotient.
 */
export function exponentials(into: Float64Array, raw: Float32Array, start: number, form: SplineForm): number {
  const { fractions, binGain, binSquash } = form;
  const plain = binSquash.squash === 'none';
  let total = 0;
  for (let j = 0; j < fractions; j++) {
    const scaled = binGain * raw[start + j]!;
    const e = exponential(plain ? scaled : squashNumber(scaled, binSquash));
    into[j] = e;
    total += e;
  }
  // In float64 only raw values beyond some hundreds need the largest taken out first.
  return total > 1e-290 && total < 1e290 ? total : shiftedExponentials(into, raw, start, form);
}

function shiftedExponentials(into: Float64Array, raw: Float32Array, start: number, form: SplineForm): number {
  const { fractions, binGain, binSquash } = form;
  let largest = -Infinity;
  for (let j = 0; j < fractions; j++) {
    into[j] = squashNumber(binGain * raw[start + j]!, binSquash);
    largest = Math.max(largest, into[j]!);
  }
  let total = 0;
  for (let j = 0; j < fractions; j++) {
    into[j] = Math.exp(into[j]! - largest);
    total += into[j]!;
  }
  return total;
}

/** Where a sum of lengths depends on the raw fractions: `left` per bin before the bin, `own` in it, 0 behind it. */
export interface LengthSensitivity {
  readonly bin: number;
  readonly left: number;
  readonly own: number;
}

/** Writes the gradient of the raw fractions of one axis; `e` and `total` come from {@link exponentials}. */
export function fractionGradients(
  gradients: Float32Array,
  raw: Float32Array,
  start: number,
  softmax: { readonly e: Float64Array; readonly total: number },
  sensitivity: LengthSensitivity,
  form: SplineForm,
): void {
  const { fractions, bins, splitFirst, binGain, binSquash, slack } = form;
  const { bin, left, own } = sensitivity;
  const { e, total } = softmax;
  // With splitFirst fraction 0 is half of the first bin and half of the last.
  const first = splitFirst ? 0.5 * ((bin === 0 ? own : left) + (bin === bins - 1 ? own : 0)) : bin === 0 ? own : left;
  const until = Math.min(bin, fractions);
  let before = 0;
  for (let j = 1; j < until; j++) before += e[j]!;
  const within = bin > 0 && bin < fractions ? e[bin]! * own : 0;
  const mean = (first * e[0]! + left * before + within) / total;
  const plain = binSquash.squash === 'none';
  const unit = (slack * binGain) / total;
  for (let j = 0; j < fractions; j++) {
    const here = j === 0 ? first : j < bin ? left : j === bin ? own : 0;
    const gradient = unit * e[j]! * (here - mean);
    gradients[start + j] = plain ? gradient : gradient * squashDerivative(binGain * raw[start + j]!, binSquash);
  }
}

/** The slope at a knot. */
export function slopeAt(knot: number, raw: Float32Array, start: number, form: SplineForm): number {
  const index = form.slopeOf[knot]!;
  if (index < 0) return 1;
  const r = squashNumber(form.slopeGain * raw[start + index]!, form.slopeSquash) + form.slopeOffset;
  if (form.slopeMap === 'exp') return exponential(r) + form.slopeFloor;
  return softplus(form.beta * r) / form.beta + form.slopeFloor;
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
  const mapped = form.slopeMap === 'exp' ? exponential(r) : 1 / (1 + exponential(-form.beta * r));
  gradients[start + index]! += at.sensitivity * mapped * form.slopeGain * squashDerivative(scaled, form.slopeSquash);
}

/** log(1 + eˣ) without `log1p`, which costs as much as the rest; its series takes over where 1 + eˣ rounds eˣ away. */
function softplus(x: number): number {
  const e = exponential(-Math.abs(x));
  const rest = e > 1e-5 ? Math.log(1 + e) : e - 0.5 * e * e;
  return x > 0 ? x + rest : rest;
}
