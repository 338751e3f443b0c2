/**
 * Dual averaging of the logarithm of the step size towards a mean acceptance (Nesterov 2009; Hoffman & Gelman 2014,
 * https://arxiv.org/abs/1111.4246, section 3.2, with their γ = 0.05, t₀ = 10, κ = 0.75). During warm-up only: a chain whose
 * step depends on its past has another stationary distribution.
 */
export class StepSizeAdaptation {
  readonly #target: number;
  readonly #centre: number;
  #steps = 0;
  #shortfall = 0;
  #logStep: number;
  #average = 0;

  constructor(options: { readonly stepSize: number; readonly targetAcceptance: number }) {
    this.#target = options.targetAcceptance;
    this.#logStep = Math.log(options.stepSize);
    this.#centre = Math.log(10 * options.stepSize);
  }

  /** The step size to explore with. */
  get exploring(): number {
    return Math.exp(this.#logStep);
  }

  /** The step size to keep: a weighted average of what was explored. */
  get settled(): number {
    return this.#steps === 0 ? this.exploring : Math.exp(this.#average);
  }

  /** Learns from the mean acceptance of one step of all chains. */
  update(acceptance: number): void {
    const step = ++this.#steps;
    const gain = 1 / (step + 10);
    this.#shortfall = (1 - gain) * this.#shortfall + gain * (this.#target - acceptance);
    this.#logStep = this.#centre - (Math.sqrt(step) / 0.05) * this.#shortfall;
    const weight = step ** -0.75;
    this.#average = weight * this.#logStep + (1 - weight) * this.#average;
  }
}
