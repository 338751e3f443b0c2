import type { Distribution } from '../contracts/distribution.ts';
import { trainingMode } from '../contracts/mode.ts';
import type { FlowzooError } from '../errors/flowzoo-error.ts';
import type { FlatParameters } from '../training/flat-parameters.ts';
import { Breather } from '../training/macrotask.ts';
import { notFiniteStep } from '../training/not-finite.ts';
import { Recorder } from '../training/recorder.ts';
import { scheduleFactor } from '../training/schedule.ts';
import { readGradient, type StepGradient } from '../training/step.ts';
import { WeightKeeper } from '../training/weight-keeper.ts';
import { annealedBeta } from './annealing.ts';
import type { EstimatedGradient } from './estimators.ts';
import { drawSeed } from './evaluate-target.ts';
import type { FitTargetEvent, FitTargetResult, FitTargetStop } from './events.ts';
import type { FitTargetOptions, FitTargetSettings } from './options.ts';

/** What one step is computed from. */
export interface Draw {
  /** Draws of this step. */
  readonly samples: number;
  /** Seed of the draws. */
  readonly seed: number;
  /** Inverse temperature β of the target. */
  readonly beta: number;
  /** Updates done before. */
  readonly step: number;
}

/** Where a step that failed is not finite, and what helps. */
export interface Fault {
  readonly where: string;
  readonly advice?: string;
}

/** What a run starts from: everything checked. */
export interface TargetRunOptions {
  readonly flow: Distribution;
  readonly parameters: FlatParameters;
  readonly settings: FitTargetSettings;
  readonly options: Pick<FitTargetOptions, 'createOptimizer' | 'signal' | 'onEvent'>;
  /** The loss of a draw and its gradient; the run disposes both. */
  readonly estimate: (draw: Draw) => EstimatedGradient;
  /** Asked when they are not finite. */
  readonly explain: (draw: Draw, computed: StepGradient) => Promise<Fault>;
}

/** One variational fit from its first step to its stop. */
export class TargetRun {
  readonly #input: TargetRunOptions;
  readonly #weights: WeightKeeper;
  readonly #recorder: Recorder;
  #step = 0;
  #unused: readonly string[] | null = null;

  constructor(input: TargetRunOptions) {
    const { flow: model, parameters, settings, options } = input;
    const { createOptimizer } = options;
    this.#input = input;
    this.#weights = new WeightKeeper({ model, parameters, settings, resume: undefined, createOptimizer });
    this.#recorder = new Recorder(settings.recordEvery);
  }

  /** Runs to the stop and leaves the flow with the weights that are kept. */
  async execute(): Promise<Omit<FitTargetResult, 'evaluation'>> {
    const { settings, parameters } = this.#input;
    const { steps, samples } = settings;
    this.#emit({ type: 'start', steps, samples, parameters: parameters.size });
    const breather = new Breather();
    let reason = this.#reasonToStop();
    while (reason === null) {
      await this.#advance();
      await breather.breathe();
      reason = this.#reasonToStop();
    }
    return this.#finish(reason);
  }

  /** Disposes everything but the flow. */
  dispose(): void {
    this.#weights.dispose();
  }

  #reasonToStop(): FitTargetStop | null {
    if (this.#step >= this.#input.settings.steps) return 'steps';
    return this.#input.options.signal?.aborted === true ? 'aborted' : null;
  }

  async #advance(): Promise<void> {
    const { settings, flow, estimate } = this.#input;
    const { samples, seed } = settings;
    const name = `${seed}/step/${this.#step}`;
    const draw: Draw = { samples, seed: drawSeed(name), beta: this.#betaAt(this.#step), step: this.#step };
    const factor = scheduleFactor(settings.schedule, this.#step, settings.steps);
    const learningRate = settings.optimizer.learningRate * factor;
    this.#weights.beforeStep();
    flow.setMode(trainingMode(name));
    const computed = await readGradient(estimate(draw));
    try {
      if (!Number.isFinite(computed.loss) || !Number.isFinite(computed.gradientNorm)) {
        throw await this.#notFinite(draw, computed, learningRate);
      }
      this.#reportUnused(computed.unused);
      this.#weights.update(computed, { learningRate, iteration: this.#step + 1 });
      this.#step++;
    } finally {
      computed.gradient.dispose();
    }
    this.#record(computed, learningRate);
  }

  #betaAt(step: number): number {
    return annealedBeta(this.#input.settings.annealing, step, this.#input.settings.steps);
  }

  #record({ loss, gradientNorm }: StepGradient, learningRate: number): void {
    const { steps } = this.#input.settings;
    const step = this.#step;
    this.#recorder.step({ step, loss, gradientNorm, learningRate });
    const { stepsPerSecond } = this.#recorder;
    this.#emit({
      type: 'step',
      step,
      steps,
      loss,
      beta: this.#betaAt(step - 1),
      gradientNorm,
      learningRate,
      stepsPerSecond,
      etaSeconds: (steps - step) / stepsPerSecond,
    });
  }

  #finish(reason: FitTargetStop): Omit<FitTargetResult, 'evaluation'> {
    this.#weights.useKept();
    const { seconds, history } = this.#recorder;
    this.#emit({ type: 'stop', reason, step: this.#step, seconds });
    return {
      reason,
      steps: this.#step,
      weights: this.#weights.keptName,
      history: history.training.map((point) => ({ ...point, beta: this.#betaAt(point.step - 1) })),
      seconds,
      unusedVariables: this.#unused ?? [],
    };
  }

  async #notFinite(draw: Draw, computed: StepGradient, learningRate: number): Promise<FlowzooError> {
    const fault = await this.#input.explain(draw, computed);
    this.#weights.useLastGood({ lossIsFinite: Number.isFinite(computed.loss) });
    const error = notFiniteStep({ ...computed, ...fault, step: this.#step + 1, learningRate });
    this.#emit({ type: 'not-finite', step: this.#step + 1, message: error.message });
    return error;
  }

  #reportUnused(names: readonly string[]): void {
    if (this.#unused !== null) return;
    this.#unused = names;
    if (names.length > 0) this.#emit({ type: 'unused-variables', names });
  }

  #emit(event: FitTargetEvent): void {
    this.#input.options.onEvent?.(event);
  }
}
