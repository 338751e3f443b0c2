import type { ComponentFamily } from './component-family.ts';
import { LARGEST_UNIT, logScaleDerivative, logScaleOf, SMALLEST_UNIT, type MixtureForm } from './mixture-form.ts';
import { MixtureMeasure } from './mixture-measure.ts';
import { mixtureRoot } from './mixture-root.ts';

/** Gradients of one call, in the order of its arguments. */
export interface MixtureGradients {
  /** `[N]`. */
  readonly input: Float32Array;
  /** `[N · P]`. */
  readonly raw: Float32Array;
}

/** Where a call was made, for its gradients. */
export interface MixturePoints {
  /** `[2 · N]`: N values, then N log-derivatives. */
  readonly output: Float32Array;
  /** `[N]`: x of every scalar, given or solved for. */
  readonly x: ArrayLike<number>;
}

/** Slopes below e⁻⁶⁰ count as that: there float32 no longer tells one x from another. */
const LARGEST_EXPONENT = 60;

/**
 * A mixture transformer over typed arrays: values, log-derivatives and their analytic gradients, float64 inside.
 *
 * With y = F⁻¹(C(x)) or C(x), and b the density of y's own base (F′, or 1): log y′ = log p(x) − log b(y), and
 * ∂y/∂θ = (∂C/∂θ)/b. The direction that solves is differentiated as an implicit function of the other.
 */
export class MixtureKernel {
  readonly #form: MixtureForm;
  readonly #family: ComponentFamily;
  readonly #measure: MixtureMeasure;

  constructor(form: MixtureForm, family: ComponentFamily) {
    this.#form = form;
    this.#family = family;
    this.#measure = new MixtureMeasure(form, family);
  }

  /** Evaluates N scalars; `solve` for the direction that finds roots. */
  evaluate(input: Float32Array, raw: Float32Array, solve: boolean): MixturePoints {
    const { parameterCount: stride, output: kind } = this.#form;
    const { logs } = this.#measure;
    const count = input.length;
    const output = new Float32Array(2 * count);
    const x = solve ? new Float64Array(count) : input;
    for (let n = 0; n < count; n++) {
      this.#measure.read(raw, n * stride);
      const [gain, shift] = this.#outer(raw, n * stride);
      if (solve) x[n] = mixtureRoot(this.#measure, this.#family, this.#standard(input[n]!, gain, shift));
      this.#measure.at(x[n]!);
      const y = this.#family.quantile(logs[0]!, logs[1]!);
      const logDerivative = kind === 'unit' ? logs[2]! : logs[2]! - this.#family.logDensity(y) + gain;
      const value = kind === 'unit' ? insideUnit(Math.exp(logs[0]!)) : y * Math.exp(gain) + shift;
      output[n] = solve ? x[n]! : value;
      output[count + n] = solve ? -logDerivative : logDerivative;
    }
    return { output, x };
  }

  /** Gradients of Σ upstream · output at the points that {@link evaluate} returned for the same arguments. */
  gradients(
    { x }: MixturePoints,
    input: Float32Array,
    raw: Float32Array,
    options: { readonly solve: boolean; readonly upstream: Float32Array },
  ): MixtureGradients {
    const { solve, upstream } = options;
    const { components: K, parameterCount: stride, output: kind, logScale } = this.#form;
    const { logs, terms, units, standardized, scales, probabilities } = this.#measure;
    const count = input.length;
    const gradients = { input: new Float32Array(count), raw: new Float32Array(raw.length) };
    for (let n = 0; n < count; n++) {
      const start = n * stride;
      this.#measure.read(raw, start);
      const [gain, shift] = this.#outer(raw, start);
      this.#measure.at(x[n]!);
      const y = this.#family.quantile(logs[0]!, logs[1]!);
      // ℓ = log y′ and the derivative of −log b in y.
      const logSlope = kind === 'unit' ? logs[2]! : logs[2]! - this.#family.logDensity(y);
      const push = kind === 'unit' ? 0 : -this.#family.score(y);
      let densitySlope = 0;
      for (let k = 0; k < K; k++) {
        densitySlope += ((terms[2 * K + k]! / units[2]!) * this.#family.score(standardized[k]!)) / scales[k]!;
      }
      const ofValue = upstream[n]!;
      const ofLog = upstream[count + n]!;
      const grown = Math.exp(gain);
      // The gradient in θ is weight · e^exponent · (∂y/∂θ)/y′ + sensitivity · ∂(log p)/∂θ.
      const sensitivity = solve ? -ofLog : ofLog;
      const weight = solve ? ofLog * densitySlope - ofValue : ofValue * grown + ofLog * push;
      const exponent = solve ? 0 : logSlope;
      if (solve) {
        const t = this.#standard(input[n]!, gain, shift);
        const ofStandard = -weight * Math.exp(Math.min(-logSlope, LARGEST_EXPONENT)) - ofLog * push;
        gradients.input[n] = ofStandard / grown;
        this.#outerGradient(gradients.raw, raw, start, {
          ofGain: -ofLog - ofStandard * t,
          ofShift: -ofStandard / grown,
        });
      } else {
        gradients.input[n] = weight * Math.exp(logSlope) + ofLog * densitySlope;
        this.#outerGradient(gradients.raw, raw, start, { ofGain: ofValue * y * grown + ofLog, ofShift: ofValue });
      }
      const onLocation = -weight * Math.exp(exponent);
      // ∂C = Σ ∂π_k (F_k − C), taken from the thinner tail: there F_k/C − 1 does not cancel.
      const tail = logs[0]! < logs[1]! ? 0 : 1;
      const signed = tail === 0 ? weight : -weight;
      const onWeights = signed * Math.exp(Math.min(exponent + logs[tail]! - logs[2]!, LARGEST_EXPONENT));
      for (let k = 0; k < K; k++) {
        const share = terms[2 * K + k]! / units[2]!;
        const u = standardized[k]!;
        const score = this.#family.score(u);
        gradients.raw[start + k] =
          onWeights * (terms[tail * K + k]! / units[tail]! - probabilities[k]!) +
          sensitivity * (share - probabilities[k]!);
        gradients.raw[start + K + k] = share * (onLocation - (sensitivity * score) / scales[k]!);
        gradients.raw[start + 2 * K + k] =
          share *
          (onLocation * u * scales[k]! - sensitivity * (1 + score * u)) *
          logScaleDerivative(raw[start + 2 * K + k]!, logScale);
      }
    }
    return gradients;
  }

  /** a and b of the outer affine map, 0 without one. */
  #outer(raw: Float32Array, start: number): readonly [gain: number, shift: number] {
    const { components, output, outerLogScale } = this.#form;
    if (output !== 'affine') return [0, 0];
    return [logScaleOf(raw[start + 3 * components]!, outerLogScale), raw[start + 3 * components + 1]!];
  }

  /** F⁻¹ of the level C that a value stands for. */
  #standard(value: number, gain: number, shift: number): number {
    if (this.#form.output !== 'unit') return (value - shift) * Math.exp(-gain);
    const level = insideUnit(value);
    return this.#family.quantile(Math.log(level), Math.log1p(-level));
  }

  #outerGradient(
    gradient: Float32Array,
    raw: Float32Array,
    start: number,
    of: { readonly ofGain: number; readonly ofShift: number },
  ): void {
    const { components, output, outerLogScale } = this.#form;
    if (output !== 'affine') return;
    gradient[start + 3 * components] = of.ofGain * logScaleDerivative(raw[start + 3 * components]!, outerLogScale);
    gradient[start + 3 * components + 1] = of.ofShift;
  }
}

/** The nearest number of (0, 1) that float32 can hold. */
function insideUnit(level: number): number {
  return Math.min(Math.max(level, SMALLEST_UNIT), LARGEST_UNIT);
}
