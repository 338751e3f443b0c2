import * as tf from '@tensorflow/tfjs';
import { trainingMode } from '../contracts/mode.ts';
import { sizeOf } from '../contracts/shape.ts';
import type { FlowzooError } from '../errors/flowzoo-error.ts';
import type { FlatParameters } from '../training/flat-parameters.ts';
import { Breather } from '../training/macrotask.ts';
import { describeDiagnosis, diagnose, modelName, notFiniteStep } from '../training/not-finite.ts';
import { Recorder } from '../training/recorder.ts';
import { scheduleFactor } from '../training/schedule.ts';
import { explainGradient, readGradient, type StepGradient } from '../training/step.ts';
import { WeightKeeper } from '../training/weight-keeper.ts';
import { annealedBeta } from './annealing.ts';
import { estimators, type EstimatorInput } from './estimators.ts';
import { drawSeed } from './evaluate-target.ts';
import type { FitTargetEvent, FitTargetResult, FitTargetStop } from './events.ts';
import type { FitTargetOptions, FitTargetSettings } from './options.ts';
import { describeRow, scoreTarget, type LogDensity, type ReparameterizedDistribution } from './target.ts';

/** What a run starts from: everything checked. */
export interface TargetRunOptions {
  readonly flow: ReparameterizedDistribution;
  readonly logDensity: LogDensity;
  readonly parameters: FlatParameters;
  readonly settings: FitTargetSettings;
  readonly options: FitTargetOptions;
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
    const { settings, flow, logDensity, parameters } = this.#input;
    const { samples, seed } = settings;
    const name = `${seed}/step/${this.#step}`;
    const input: EstimatorInput = {
      flow,
      logDensity,
      parameters,
      samples,
      seed: drawSeed(name),
      beta: this.#betaAt(this.#step),
    };
    const factor = scheduleFactor(settings.schedule, this.#step, settings.steps);
    const learningRate = settings.optimizer.learningRate * factor;
    this.#weights.beforeStep();
    flow.setMode(trainingMode(name));
    const computed = await readGradient(estimators[settings.estimator](input));
    try {
      if (!Number.isFinite(computed.loss) || !Number.isFinite(computed.gradientNorm)) {
        throw await this.#notFinite(input, computed, learningRate);
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

  async #notFinite(input: EstimatorInput, computed: StepGradient, learningRate: number): Promise<FlowzooError> {
    const fault = await explainDraw(input, computed);
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

/** What is not finite in a step that failed: a draw, the target, a layer, or a gradient. */
async function explainDraw(
  { flow, logDensity, parameters, samples, seed }: EstimatorInput,
  { loss, gradient }: StepGradient,
): Promise<{ readonly where: string; readonly advice?: string }> {
  const [x, score] = tf.tidy(() => {
    const { value } = flow.rsample(samples, { seed });
    return [value, tf.clone(scoreTarget(logDensity, value))] as [tf.Tensor, tf.Tensor];
  });
  try {
    const [draws, scores] = [await x.data(), await score.data()];
    const size = sizeOf(flow.eventShape);
    const badDraw = draws.findIndex((value) => !Number.isFinite(value));
    if (badDraw >= 0) {
      return { where: `first in ${describeRow({ values: draws, row: Math.floor(badDraw / size), size })}` };
    }
    const badScore = scores.findIndex((value) => !Number.isFinite(value));
    if (badScore >= 0) {
      return {
        where: `first in logDensity, which is ${scores[badScore]} at ${describeRow({ values: draws, row: badScore, size })}`,
        advice: 'A target must be finite wherever the flow draws: extend it smoothly, or bound the flow by its layers',
      };
    }
    const diagnosis = await diagnose(flow, x, undefined);
    if (diagnosis !== null) return { where: `first in ${describeDiagnosis(diagnosis)}` };
    if (!Number.isFinite(loss)) return { where: `in the log-probability of ${modelName(flow)}` };
    return { where: await explainGradient(gradient, parameters) };
  } finally {
    tf.dispose([x, score]);
  }
}
