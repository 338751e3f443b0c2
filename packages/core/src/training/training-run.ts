import type { Distribution } from '../contracts/distribution.ts';
import { isFlowzooError, type FlowzooError } from '../errors/flowzoo-error.ts';
import { BatchOrder } from './batches.ts';
import type { BestWeights, Checkpoint, Fingerprint, ModelDescription } from './checkpoint.ts';
import type { Dataset } from './data.ts';
import { scoreDataset } from './evaluate.ts';
import type { FitEvent, FitResult, StopReason } from './events.ts';
import type { FlatParameters } from './flat-parameters.ts';
import { Breather } from './macrotask.ts';
import { notFiniteStep } from './not-finite.ts';
import type { FitOptions } from './options.ts';
import { parallelGradient } from './parallel-step.ts';
import { Recorder } from './recorder.ts';
import { scheduleFactor } from './schedule.ts';
import type { FitSettings } from './settings.ts';
import { readState, writeState } from './state.ts';
import { batchGradient, explainNotFinite, type StepGradient, type StepInput } from './step.ts';
import { summarize } from './summarize.ts';
import { copyValues, WeightKeeper } from './weight-keeper.ts';
import type { RunningWorkers } from './workers.ts';

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

/** One training from its first step (or its resumption) to its stop. */
export class TrainingRun {
  readonly #input: TrainingRunOptions;
  readonly #order: BatchOrder;
  readonly #weights: WeightKeeper;
  readonly #recorder: Recorder;
  #step: number;
  #best: BestWeights | null;
  #withoutBest: number;
  #unused: readonly string[] | null = null;
  #workers: RunningWorkers | null = null;

  constructor(input: TrainingRunOptions) {
    const { settings, parameters, training, model, options } = input;
    const { resume, createOptimizer } = options;
    this.#input = input;
    this.#order = new BatchOrder({ rows: training.rows, batchSize: settings.batchSize, seed: settings.seed });
    this.#weights = new WeightKeeper({ model, parameters, settings, resume, createOptimizer });
    this.#recorder = new Recorder(settings.recordEvery, resume);
    this.#step = resume?.step ?? 0;
    this.#best = resume?.best ?? null;
    this.#withoutBest = resume?.withoutBest ?? 0;
  }

  /** Runs to the stop and leaves the model with the weights that are kept. */
  async execute(): Promise<FitResult> {
    const { options } = this.#input;
    this.#emitStart();
    let reason: StopReason;
    try {
      if (this.#reasonToStop() === null) await this.#startWorkers();
      reason = await this.#advanceToStop();
    } finally {
      await this.#workers?.stop();
    }
    if (reason === 'aborted' && options.checkpoint !== undefined) await this.#save();
    return this.#finish(reason);
  }

  /** Disposes everything but the model. */
  dispose(): void {
    this.#weights.dispose();
  }

  async #startWorkers(): Promise<void> {
    const { settings, options, model, parameters, training } = this.#input;
    const { workers, signal } = options;
    if (workers === undefined) return;
    this.#workers = await workers.start({
      model,
      parameters,
      dataset: training,
      microBatch: settings.microBatch,
      signal,
    });
  }

  async #advanceToStop(): Promise<StopReason> {
    const { settings } = this.#input;
    const breather = new Breather();
    for (;;) {
      const reason = this.#reasonToStop();
      if (reason !== null) return reason;
      await this.#advance();
      if (this.#isTime(settings.validation?.every ?? null) || this.#step === settings.steps) await this.#validate();
      if (this.#isTime(settings.checkpointEvery)) await this.#save();
      await breather.breathe();
    }
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
    const { settings, parameters, model, training, options } = this.#input;
    const input: StepInput = {
      model,
      parameters,
      dataset: training,
      rows: this.#order.rowsOf(this.#step),
      microBatch: settings.microBatch,
      noise: `${settings.seed}/step/${this.#step}`,
      augment: options.augment,
    };
    const factor = scheduleFactor(settings.schedule, this.#step, settings.steps);
    const learningRate = settings.optimizer.learningRate * factor;
    this.#weights.beforeStep();
    const computed = await this.#gradient(input);
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

  async #gradient(input: StepInput): Promise<StepGradient> {
    if (this.#workers === null) return batchGradient(input);
    const count = this.#input.options.workers!.count;
    try {
      return await parallelGradient(input, { workers: this.#workers, count, weights: this.#weights.trained });
    } catch (error) {
      this.#weights.useLastGood({ lossIsFinite: true });
      const stepsHere = this.#step - (this.#input.options.resume?.step ?? 0);
      // The thread is lost, the work is not.
      if (isFlowzooError(error) && error.code === 'E_WORKER' && stepsHere > 0) await this.#save();
      throw error;
    }
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
    const { settings, validation, model } = this.#input;
    if (validation === null || settings.validation === null) return;
    this.#weights.useKept();
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
        const weights = await copyValues(this.#weights.kept);
        this.#best = { step: this.#step, logProb, weights, state: await readState(model) };
      }
      this.#withoutBest = best ? 0 : this.#withoutBest + 1;
      this.#recorder.validation({ step: this.#step, logProb, standardError });
      this.#emit({ type: 'validation', step: this.#step, logProb, standardError, best, ...this.#bestSoFar() });
    } finally {
      this.#weights.useTrained();
    }
  }

  async #save(): Promise<void> {
    const { options, description, fingerprint } = this.#input;
    if (options.checkpoint === undefined) return;
    const checkpoint: Checkpoint = {
      step: this.#step,
      model: description,
      fingerprint,
      ...(await this.#weights.save()),
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
    } else {
      this.#weights.useKept();
    }
    const { seconds, history } = this.#recorder;
    this.#emit({ type: 'stop', reason, step: this.#step, ...this.#bestSoFar(), seconds });
    return {
      reason,
      steps: this.#step,
      weights: best === null ? this.#weights.keptName : 'best',
      bestStep: best?.step ?? null,
      bestValidation: best?.logProb ?? null,
      history,
      seconds,
      unusedVariables: this.#unused ?? [],
    };
  }

  async #notFinite(input: StepInput, computed: StepGradient, learningRate: number): Promise<FlowzooError> {
    const where = await explainNotFinite(input, computed);
    this.#weights.useLastGood({ lossIsFinite: Number.isFinite(computed.loss) });
    const error = notFiniteStep({ ...computed, step: this.#step + 1, learningRate, where });
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
