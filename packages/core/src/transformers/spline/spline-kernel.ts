import { FlowzooError } from '../../errors/flowzoo-error.ts';
import { exponentials, fractionGradients, slopeAt, slopeGradient } from './spline-bins.ts';
import type { SplineForm } from './spline-form.ts';

/** Gradients of one call, in the order of its arguments. */
export interface SplineGradients {
  /** `[N]`. */
  readonly input: Float32Array;
  /** `[N · P]`. */
  readonly raw: Float32Array;
}

/**
 * A rational-quadratic spline over typed arrays: values, log-derivatives and their analytic gradients, float64 inside.
 *
 * One pass per scalar replaces some sixty tensor operations. Durkan et al. 2019, eq. 4 to 8; the inverse is
 * differentiated as an implicit function of the closed form, so no square root is.
 */
export class SplineKernel {
  readonly #form: SplineForm;
  readonly #widthExponentials: Float64Array;
  readonly #heightExponentials: Float64Array;
  // What the last call of #locate found: sums of the exponentials, corner and lengths of the bin.
  #widthTotal = 0;
  #heightTotal = 0;
  #x = 0;
  #width = 0;
  #y = 0;
  #height = 0;

  constructor(form: SplineForm) {
    this.#form = form;
    this.#widthExponentials = new Float64Array(form.fractions);
    this.#heightExponentials = new Float64Array(form.fractions);
  }

  /**
   * Evaluates N scalars, `solve` for the direction that solves the quadratic.
   *
   * @returns `[2 · N]`: N values, then N log-derivatives.
   * @throws E_OUT_OF_DOMAIN outside the interval with tails `error`
   */
  evaluate(input: Float32Array, raw: Float32Array, solve: boolean): Float32Array {
    const { low, high, parameterCount: stride, fractions } = this.#form;
    const count = input.length;
    const output = new Float32Array(2 * count);
    for (let n = 0; n < count; n++) {
      const v = input[n]!;
      const start = n * stride;
      if (!(v >= low && v <= high)) {
        this.#tail(output, n, v, solve, raw, start);
        continue;
      }
      const k = this.#locate(v, raw, start, solve);
      const lower = slopeAt(k, raw, start + 2 * fractions, this.#form);
      const upper = slopeAt(k + 1, raw, start + 2 * fractions, this.#form);
      const w = this.#width;
      const h = this.#height;
      const s = h / w;
      const xi = solve ? solveBin(v - this.#y, h, s, lower, upper) : Math.min((v - this.#x) / w, 1);
      const u = xi * (1 - xi);
      const denominator = s * (1 - 2 * u) + (lower + upper) * u;
      const q = upper * xi * xi + 2 * s * u + lower * (1 - xi) * (1 - xi);
      const logDerivative = Math.log((s * s * q) / (denominator * denominator));
      const value = solve ? this.#x + xi * w : this.#y + (h * (s * xi * xi + lower * u)) / denominator;
      output[n] = Math.min(Math.max(value, low), high);
      output[count + n] = solve ? -logDerivative : logDerivative;
    }
    return output;
  }

  /** Gradients of Σ upstream · output, where `output` is what {@link evaluate} returns for the same arguments. */
  gradients(input: Float32Array, raw: Float32Array, solve: boolean, upstream: Float32Array): SplineGradients {
    const { low, high, parameterCount: stride, fractions } = this.#form;
    const count = input.length;
    const gradients = { input: new Float32Array(count), raw: new Float32Array(raw.length) };
    for (let n = 0; n < count; n++) {
      const v = input[n]!;
      const start = n * stride;
      const ofValue = upstream[n]!;
      const ofLog = upstream[count + n]!;
      if (!(v >= low && v <= high)) {
        this.#tailGradient(gradients, n, v, solve, raw, start, ofValue, ofLog);
        continue;
      }
      const k = this.#locate(v, raw, start, solve);
      const slopes = start + 2 * fractions;
      const lower = slopeAt(k, raw, slopes, this.#form);
      const upper = slopeAt(k + 1, raw, slopes, this.#form);
      const w = this.#width;
      const h = this.#height;
      const s = h / w;
      const xi = solve ? solveBin(v - this.#y, h, s, lower, upper) : Math.min((v - this.#x) / w, 1);
      const rest = 1 - xi;
      const u = xi * rest;

      // y = y_k + h·F(ξ, s, d_k, d_{k+1}), F = N/D; L = 2 log s + log Q − 2 log D; names end in what they are derived in.
      const d = s * (1 - 2 * u) + (lower + upper) * u;
      const f = (s * xi * xi + lower * u) / d;
      const q = upper * xi * xi + 2 * s * u + lower * rest * rest;
      const dXi = (lower + upper - 2 * s) * (rest - xi);
      const fXi = (s * q) / (d * d);
      const lXi = (2 * upper * xi + 2 * s * (rest - xi) - 2 * lower * rest) / q - (2 * dXi) / d;
      const fS = (xi * xi - f * (1 - 2 * u)) / d;
      const lS = 2 / s + (2 * u) / q - (2 * (1 - 2 * u)) / d;

      let a = ofValue;
      let b = ofLog;
      if (solve) {
        // x = y⁻¹: ∂x/∂θ = −y_θ / y_x, and the log-derivative is −L(x(θ), θ).
        a = -(ofValue - (ofLog * lXi) / w) / (s * fXi);
        b = -ofLog;
        gradients.input[n] = -a;
      }
      const cXi = a * h * fXi + b * lXi;
      const cS = a * h * fS + b * lS;
      if (!solve) gradients.input[n] = cXi / w;

      const widths = { e: this.#widthExponentials, total: this.#widthTotal };
      const heights = { e: this.#heightExponentials, total: this.#heightTotal };
      const onWidths = { bin: k, left: -cXi / w, own: (-xi * cXi - s * cS) / w };
      const onHeights = { bin: k, left: a, own: a * f + cS / w };
      fractionGradients(gradients.raw, raw, start, widths, onWidths, this.#form);
      fractionGradients(gradients.raw, raw, start + fractions, heights, onHeights, this.#form);
      const onLower = (a * h * u * (1 - f)) / d + b * ((rest * rest) / q - (2 * u) / d);
      const onUpper = (-a * h * u * f) / d + b * ((xi * xi) / q - (2 * u) / d);
      slopeGradient(gradients.raw, raw, slopes, { knot: k, sensitivity: onLower }, this.#form);
      slopeGradient(gradients.raw, raw, slopes, { knot: k + 1, sensitivity: onUpper }, this.#form);
    }
    return gradients;
  }

  /** Finds the bin of a value on the searched axis, and its corner and lengths on both. */
  #locate(v: number, raw: Float32Array, start: number, solve: boolean): number {
    const form = this.#form;
    const { low, high, binFloor, slack, splitFirst } = form;
    this.#widthTotal = exponentials(this.#widthExponentials, raw, start, form);
    this.#heightTotal = exponentials(this.#heightExponentials, raw, start + form.fractions, form);
    const searched = solve ? this.#heightExponentials : this.#widthExponentials;
    const other = solve ? this.#widthExponentials : this.#heightExponentials;
    const unit = slack / (solve ? this.#heightTotal : this.#widthTotal);
    const otherUnit = slack / (solve ? this.#widthTotal : this.#heightTotal);
    const floor = binFloor * (high - low);
    const last = form.bins - 1;
    let corner = low;
    let otherCorner = low;
    let length = 0;
    let otherLength = 0;
    let k = 0;
    for (; k < last; k++) {
      const share = splitFirst && k === 0 ? 0.5 : 1;
      length = share * (floor + unit * searched[k]!);
      otherLength = share * (floor + otherUnit * other[k]!);
      if (v < corner + length) break;
      corner += length;
      otherCorner += otherLength;
    }
    if (k === last) {
      // The last knot is exactly the end of the interval, whatever rounding did to the sums.
      length = high - corner;
      otherLength = high - otherCorner;
    }
    this.#x = solve ? otherCorner : corner;
    this.#width = solve ? otherLength : length;
    this.#y = solve ? corner : otherCorner;
    this.#height = solve ? length : otherLength;
    return k;
  }

  #tail(output: Float32Array, n: number, v: number, solve: boolean, raw: Float32Array, start: number): void {
    const { low, high, tails, at, bins, fractions } = this.#form;
    if (tails === 'error') {
      throw new FlowzooError('E_OUT_OF_DOMAIN', 'a value lies outside the interval of the spline', {
        at,
        expected: `a number in [${low}, ${high}]`,
        found: String(v),
        remedy: 'Scale the data into the interval, or set "tails" to "identity" or "linear"',
      });
    }
    if (tails === 'identity') {
      output[n] = v;
      return;
    }
    const edge = v > high ? high : low;
    const slope = slopeAt(v > high ? bins : 0, raw, start + 2 * fractions, this.#form);
    output[n] = edge + (solve ? (v - edge) / slope : (v - edge) * slope);
    output[output.length / 2 + n] = solve ? -Math.log(slope) : Math.log(slope);
  }

  #tailGradient(
    gradients: SplineGradients,
    n: number,
    v: number,
    solve: boolean,
    raw: Float32Array,
    start: number,
    ofValue: number,
    ofLog: number,
  ): void {
    const { low, high, tails, bins, fractions } = this.#form;
    if (tails !== 'linear') {
      gradients.input[n] = ofValue;
      return;
    }
    const knot = v > high ? bins : 0;
    const edge = v > high ? high : low;
    const slope = slopeAt(knot, raw, start + 2 * fractions, this.#form);
    gradients.input[n] = solve ? ofValue / slope : ofValue * slope;
    const sensitivity = solve
      ? (-ofValue * (v - edge)) / (slope * slope) - ofLog / slope
      : ofValue * (v - edge) + ofLog / slope;
    slopeGradient(gradients.raw, raw, start + 2 * fractions, { knot, sensitivity }, this.#form);
  }
}

/** ξ of a height `y` above the bin's corner: the root 2c / (−b − √(b² − 4ac)), which never cancels (eq. 6 to 8). */
function solveBin(y: number, height: number, s: number, lower: number, upper: number): number {
  const bend = y * (lower + upper - 2 * s);
  const a = height * (s - lower) + bend;
  const b = height * lower - bend;
  const c = -s * y;
  const root = (2 * c) / (-b - Math.sqrt(Math.max(b * b - 4 * a * c, 0)));
  return Math.min(Math.max(root, 0), 1);
}
