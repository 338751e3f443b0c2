import { exponential } from '../spline/exponential.ts';
import type { ComponentFamily } from './component-family.ts';
import { logScaleOf, type MixtureForm } from './mixture-form.ts';

/** Sums below this are taken again as logarithms. */
const SMALLEST_SUM = 1e-250;

/**
 * One mixture over float64: its parameters once read, and log C, log(1 − C) and log p at any x.
 *
 * C and 1 − C are sums of positive terms of their own, so neither cancels. Where one of the sums underflows (a normal
 * component is gone after 34 standard deviations) all are taken in the logarithm, with their largest term factored out.
 */
export class MixtureMeasure {
  readonly #form: MixtureForm;
  readonly #family: ComponentFamily;
  /** π, `[K]`. */
  readonly probabilities: Float64Array;
  readonly #logProbabilities: Float64Array;
  /** μ, `[K]`. */
  readonly locations: Float64Array;
  /** σ, `[K]`. */
  readonly scales: Float64Array;
  readonly #logScales: Float64Array;
  /** u = (x − μ)/σ of the last x, `[K]`. */
  readonly standardized: Float64Array;
  /** Shares of the components in C, 1 − C and p at the last x, each times {@link units}; `[3 · K]`. */
  readonly terms: Float64Array;
  /** What the terms add up to. */
  readonly units: Float64Array = new Float64Array(3);
  /** log C, log(1 − C) and log p at the last x. */
  readonly logs: Float64Array = new Float64Array(3);
  readonly #three = new Float64Array(3);

  constructor(form: MixtureForm, family: ComponentFamily) {
    this.#form = form;
    this.#family = family;
    const list = (): Float64Array => new Float64Array(form.components);
    this.probabilities = list();
    this.#logProbabilities = list();
    this.locations = list();
    this.scales = list();
    this.#logScales = list();
    this.standardized = list();
    this.terms = new Float64Array(3 * form.components);
  }

  /** Reads K raw weights, K locations and K log-scales from `start` on. */
  read(raw: Float32Array, start: number): void {
    const { components, starts, logScale } = this.#form;
    let largest = -Infinity;
    for (let k = 0; k < components; k++) largest = Math.max(largest, raw[start + k]!);
    let total = 0;
    for (let k = 0; k < components; k++) total += this.probabilities[k] = exponential(raw[start + k]! - largest);
    const logTotal = Math.log(total);
    for (let k = 0; k < components; k++) {
      this.probabilities[k]! /= total;
      this.#logProbabilities[k] = raw[start + k]! - largest - logTotal;
      this.locations[k] = raw[start + components + k]! + starts[k]!;
      const logs = logScaleOf(raw[start + 2 * components + k]!, logScale);
      this.#logScales[k] = logs;
      this.scales[k] = exponential(logs);
    }
  }

  /** Sets {@link logs}, {@link terms}, {@link units} and {@link standardized}. */
  at(x: number): void {
    const { components } = this.#form;
    const [three, terms, units] = [this.#three, this.terms, this.units];
    let cdf = 0;
    let survival = 0;
    let density = 0;
    for (let k = 0; k < components; k++) {
      const u = (x - this.locations[k]!) / this.scales[k]!;
      this.standardized[k] = u;
      this.#family.measure(u, three);
      const probability = this.probabilities[k]!;
      cdf += terms[k] = probability * three[0]!;
      survival += terms[components + k] = probability * three[1]!;
      density += terms[2 * components + k] = (probability * three[2]!) / this.scales[k]!;
    }
    // Infinity and NaN fail the comparison as well.
    if (!(cdf > SMALLEST_SUM && survival > SMALLEST_SUM && density > SMALLEST_SUM)) {
      this.#atInLogarithms();
      return;
    }
    units[0] = cdf;
    units[1] = survival;
    units[2] = density;
    for (let i = 0; i < 3; i++) this.logs[i] = Math.log(units[i]!);
  }

  #atInLogarithms(): void {
    const { components } = this.#form;
    const [terms, units] = [this.terms, this.units];
    for (let k = 0; k < components; k++) {
      const u = this.standardized[k]!;
      const weight = this.#logProbabilities[k]!;
      terms[k] = weight + this.#family.logCdf(u);
      terms[components + k] = weight + this.#family.logCdf(-u);
      terms[2 * components + k] = weight + this.#family.logDensity(u) - this.#logScales[k]!;
    }
    for (let i = 0; i < 3; i++) {
      let largest = -Infinity;
      for (let k = i * components; k < (i + 1) * components; k++) largest = Math.max(largest, terms[k]!);
      let sum = 0;
      for (let k = i * components; k < (i + 1) * components; k++) sum += terms[k] = Math.exp(terms[k]! - largest);
      units[i] = sum;
      this.logs[i] = largest + Math.log(sum);
    }
  }
}
