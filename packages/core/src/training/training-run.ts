import * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../contracts/distribution.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { BatchOrder } from './batches.ts';
import type { BestWeights, Checkpoint, Fingerprint, ModelDescription } from './checkpoint.ts';
import type { Dataset } from './data.ts';
import { scoreDataset } from './evaluate.ts';
import type { FitEvent, FitResult, StopReason } from './events.ts';
import type { FlatParameters } from './flat-parameters.ts';
import { Breather } from './macrotask.ts';
import { createOptimizer, type Optimizer } from './optimizer.ts';
import type { FitOptions } from './options.ts';
import { Recorder } from './recorder.ts';
import { scheduleFactor } from './schedule.ts';
import type { FitSettings } from './settings.ts';
import { readState, StateGuard, writeState } from './state.ts';
import { batchGradient, explainNotFinite, type StepGradient, type StepInput } from './step.ts';
import { summarize } from './summarize.ts';
import { WeightAverage } from './weight-average.ts';

/** What a run starts from: everything checked. */
export interface TrainingRunOptions {
  readonly model: Distribution;
  readonly training: Dataset;
  readonly validation: Dataset | null;
  readonly settings: FitSettings;
  readonly parameters: FlatParameters;
  readonly description: ModelDescription;
  readonly fingerprint: Fingerprint;
  readonly options: FitOptions;
}

/**
 * One training from its first step (or its resumption) to its stop.
 *
 * The weights live in one flat vector; the model's variables get its slices after every update. The vector of the step
 * before is kept until the next loss has proved finite.
 */
export class TrainingRun {
  readonly #input: TrainingRunOptions;
  readonly #order: BatchOrder;
  readonly #optimizer: Optimizer;
  readonly #average: WeightAverage | null;
  readonly #guard: StateGuard;
  readonly #recorder: Recorder;
  #weights: tf.Tensor1D;
  #lastGood: tf.Tensor1D | null = null;
  #step = 0;
  #best: BestWeights | null = null;
  #withoutBest = 0;
  #unused: readonly string[] | null = null;

  constructor(input: TrainingRunOptions) {
    const { settings, parameters, training, model, options } = input;
    const { resume } = options;
    this.#input = input;
    if (resume !== undefined) {
      parameters.writeValues(resume.weights);
      writeState(model, resume.state);
    }
    this.#order = new BatchOrder({ rows: training.rows, batchSize: settings.batchSize, seed: settings.seed });
    this.#weights = tf.keep(parameters.read());
    this.#optimizer = (options.createOptimizer ?? createOptimizer)(settings.optimizer, parameters.size);
    this.#average = settings.average === null ? null : new WeightAverage(settings.average, this.#weights);
    this.#guard = new StateGuard(model);
    this.#recorder = new Recorder(settings.recordEvery, resume);
    if (resume === undefined) return;
    this.#step = resume.step;
    this.#optimizer.restore(resume.slots);
    if (resume.average !== null) this.#average?.restore(resume.average);
    this.#best = resume.best;
    this.#withoutBest = resume.withoutBest;
  }

  /** Runs to the stop and leaves the model with the weights that are kept. */
  async execute(): Promise<FitResult> {
    const { settings, options } = this.#input;
    this.#emitStart();
    const breather = new Breather();
    let reason = this.#reasonToStop();
    while (reason === null) {
      await this.#advance();
      if (this.#isTime(settings.validation?.every ?? null) || this.#step === settings.steps) await this.#validate();
      if (this.#isTime(settings.checkpointEvery)) await this.#save();
      await breather.breathe();
      reason = this.#reasonToStop();
    }
    if (reason === 'aborted' && options.checkpoint !== undefined) await this.#save();
    return this.#finish(reason);
  }

  /** Disposes everything but the model. */
  dispose(): void {
    this.#weights.dispose();
    this.#lastGood?.dispose();
    this.#optimizer.dispose();
    this.#average?.dispose();
    this.#guard.dispose();
  }

  #reasonToStop(): StopReason | null {
    const { settings, options } = this.#input;
    if (this.#step >= settings.steps) return 'steps';
    const patience = settings.validation?.patience ?? null;
    if (patience !== null && this.#withoutBest >= patience) return 'patience';
    return options.signal?.aborted === true ? 'aborted' : null;
  }

  #isTime(every: number | null): boolean {
    return every !== null && this.#step % every === 0;
  }

  async #advance(): Promise<void> {
    const { settings, parameters, model, training } = this.#input;
    const input: StepInput = {
      model,
      parameters,
      dataset: training,
      rows: this.#order.rowsOf(this.#step),
      microBatch: settings.microBatch,
      noise: `${settings.seed}/step/${this.#step}`,
    };
    const factor = scheduleFactor(settings.schedule, this.#step, settings.steps);
    const learningRate = settings.optimizer.learningRate * factor;
    this.#guard.remember();
    const computed = await batchGradient(input);
    try {
      if (!Number.isFinite(computed.loss) || !Number.isFinite(computed.gradientNorm)) {
        throw await this.#notFinite(input, computed, learningRate);
      }
      this.#reportUnused(computed.unused);
      this.#update(computed, learningRate);
    } finally {
      computed.gradient.dispose();
    }
    this.#record(computed, learningRate);
  }

  #update({ gradient, gradientNorm }: StepGradient, learningRate: number): void {
    const { settings, parameters } = this.#input;
    const { clipNorm } = settings;
    const clipped =
      clipNorm === null || gradientNorm <= clipNorm ? tf.clone(gradient) : tf.mul(gradient, clipNorm / gradientNorm);
    const iteration = this.#step + 1;
    const next = this.#optimizer.step(this.#weights, clipped as tf.Tensor1D, { learningRate, iteration });
    clipped.dispose();
    this.#lastGood?.dispose();
    this.#lastGood = this.#weights;
    this.#weights = tf.keep(next);
    parameters.write(this.#weights);
    this.#average?.update(this.#weights, iteration);
    this.#step = iteration;
  }

  #record({ loss, gradientNorm }: StepGradient, learningRate: number): void {
    const { settings } = this.#input;
    const step = this.#step;
    this.#recorder.step({ step, loss, gradientNorm, learningRate });
    const { stepsPerSecond } = this.#recorder;
    this.#emit({
      type: 'step',
      step,
      steps: settings.steps,
      epoch: Math.floor((step - 1) / this.#order.stepsPerEpoch),
      loss,
      gradientNorm,
      learningRate,
      stepsPerSecond,
      etaSeconds: (settings.steps - step) / stepsPerSecond,
    });
  }

  async #validate(): Promise<void> {
    const { settings, validation, model, parameters } = this.#input;
    if (validation === null || settings.validation === null) return;
    const kept = this.#average?.flat ?? this.#weights;
    parameters.write(kept);
    try {
      const scores = await scoreDataset(model, validation, {
        batchSize: settings.validation.batchSize,
        seed: settings.seed,
        draws: settings.validation.draws,
        combine: 'mean',
        notFinite: 'keep',
      });
      const { mean: logProb, standardError } = summarize(scores);
      const best = Number.isFinite(logProb) && (this.#best === null || logProb > this.#best.logProb);
      if (best) {
        const weights = (await kept.data()).slice() as Float32Array;
        this.#best = { step: this.#step, logProb, weights, state: await readState(model) };
      }
      this.#withoutBest = best ? 0 : this.#withoutBest + 1;
      this.#recorder.validation({ step: this.#step, logProb, standardError });
      this.#emit({ type: 'validation', step: this.#step, logProb, standardError, best, ...this.#bestSoFar() });
    } finally {
      parameters.write(this.#weights);
    }
  }

  async #save(): Promise<void> {
    const { options, description, fingerprint, model } = this.#input;
    if (options.checkpoint === undefined) return;
    const slots = new Map<string, Float32Array>();
    for (const [name, slot] of this.#optimizer.slots) slots.set(name, await copy(slot));
    const checkpoint: Checkpoint = {
      step: this.#step,
      model: description,
      fingerprint,
      weights: await copy(this.#weights),
      average: this.#average === null ? null : await copy(this.#average.flat),
      slots,
      state: await readState(model),
      best: this.#best,
      withoutBest: this.#withoutBest,
      history: this.#recorder.history,
      pending: this.#recorder.pending,
    };
    await options.checkpoint.save(checkpoint);
    this.#emit({ type: 'checkpoint', step: this.#step });
  }

  #finish(reason: StopReason): FitResult {
    const { parameters, model } = this.#input;
    const best = this.#best;
    if (best !== null) {
      parameters.writeValues(best.weights);
      writeState(model, best.state);
    } else if (this.#average !== null) {
      parameters.write(this.#average.flat);
    }
    const { seconds, history } = this.#recorder;
    this.#emit({ type: 'stop', reason, step: this.#step, ...this.#bestSoFar(), seconds });
    return {
      reason,
      steps: this.#step,
      weights: best !== null ? 'best' : this.#average !== null ? 'average' : 'last',
      bestStep: best?.step ?? null,
      bestValidation: best?.logProb ?? null,
      history,
      seconds,
      unusedVariables: this.#unused ?? [],
    };
  }

  async #notFinite(input: StepInput, computed: StepGradient, learningRate: number): Promise<FlowzooError> {
    const { loss, gradientNorm } = computed;
    const where = await explainNotFinite(input, computed);
    // A finite loss with a bad gradient does not speak against the weights it was computed at.
    const good = Number.isFinite(loss) ? this.#weights : (this.#lastGood ?? this.#weights);
    this.#input.parameters.write(good);
    this.#guard.restore();
    const subject = Number.isFinite(loss) ? 'gradient' : 'loss';
    const error = new FlowzooError(
      'E_NOT_FINITE_LOSS',
      `the ${subject} is not finite at learning rate ${Number(learningRate.toPrecision(4))}, ${where}`,
      {
        at: `step ${this.#step + 1}`,
        expected: 'a finite number',
        found: String(Number.isFinite(loss) ? gradientNorm : loss),
        remedy:
          'The model has the weights of the last step whose loss was finite. Lower the learning rate, lengthen the warm-up, lower clipNorm, or bound the scales of the layer',
      },
    );
    this.#emit({ type: 'not-finite', step: this.#step + 1, message: error.message });
    return error;
  }

  #bestSoFar(): { readonly bestStep: number | null; readonly bestLogProb: number | null } {
    return { bestStep: this.#best?.step ?? null, bestLogProb: this.#best?.logProb ?? null };
  }

  #reportUnused(names: readonly string[]): void {
    if (this.#unused !== null) return;
    this.#unused = names;
    if (names.length > 0) this.#emit({ type: 'unused-variables', names });
  }

  #emitStart(): void {
    const { settings, training, validation, parameters } = this.#input;
    this.#emit({
      type: 'start',
      step: this.#step,
      steps: settings.steps,
      stepsPerEpoch: this.#order.stepsPerEpoch,
      batchSize: settings.batchSize,
      rows: training.rows,
      validationRows: validation?.rows ?? 0,
      parameters: parameters.size,
    });
  }

  #emit(event: FitEvent): void {
    this.#input.options.onEvent?.(event);
  }
}

async function copy(tensor: tf.Tensor1D): Promise<Float32Array> {
  return (await tensor.data()).slice() as Float32Array;
}
