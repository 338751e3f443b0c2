import * as tf from '@tensorflow/tfjs';
import type { Distribution } from '../contracts/distribution.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { FlatParameters } from './flat-parameters.ts';
import { createOptimizer, type Optimizer, type OptimizerFactory } from './optimizer.ts';
import type { OptimizationSettings } from './optimization.ts';
import { readState, StateGuard, writeState } from './state.ts';
import type { StepGradient } from './step.ts';
import { WeightAverage } from './weight-average.ts';

/** What the weights of a training start from. */
export interface WeightKeeperOptions {
  readonly model: Distribution;
  readonly parameters: FlatParameters;
  readonly settings: OptimizationSettings;
  readonly resume: Checkpoint | undefined;
  readonly createOptimizer: OptimizerFactory | undefined;
}

/**
 * The weights of a training: the present ones, their average, the optimizer's vectors, and what the last good step had.
 *
 * The weights live in one flat vector; the model's variables get its slices after every update. The vector of the step
 * before is kept until the next loss has proved finite.
 */
export class WeightKeeper {
  readonly #model: Distribution;
  readonly #parameters: FlatParameters;
  readonly #clipNorm: number | null;
  readonly #optimizer: Optimizer;
  readonly #average: WeightAverage | null;
  readonly #guard: StateGuard;
  #weights: tf.Tensor1D;
  #lastGood: tf.Tensor1D | null = null;

  constructor({ model, parameters, settings, resume, createOptimizer: create }: WeightKeeperOptions) {
    // First what may throw, an optimizer of somebody else's: nothing is held yet, and the model is as it was.
    this.#optimizer = startOptimizer((create ?? createOptimizer)(settings.optimizer, parameters.size), resume);
    if (resume !== undefined) {
      parameters.writeValues(resume.weights);
      writeState(model, resume.state);
    }
    this.#model = model;
    this.#parameters = parameters;
    this.#clipNorm = settings.clipNorm;
    this.#weights = tf.keep(parameters.read());
    this.#average = settings.average === null ? null : new WeightAverage(settings.average, this.#weights);
    this.#guard = new StateGuard(model);
    if (resume !== undefined && resume.average !== null) this.#average?.restore(resume.average);
  }

  /** The weights that are validated and kept: the average where there is one. */
  get kept(): tf.Tensor1D {
    return this.#average?.flat ?? this.#weights;
  }

  /** What `kept` is. */
  get keptName(): 'average' | 'last' {
    return this.#average === null ? 'last' : 'average';
  }

  /** The weights that the next step starts from. */
  get trained(): tf.Tensor1D {
    return this.#weights;
  }

  /** Gives the model the weights that are kept. */
  useKept(): void {
    this.#parameters.write(this.kept);
  }

  /** Gives the model the weights that are trained. */
  useTrained(): void {
    this.#parameters.write(this.#weights);
  }

  /** Remembers the state before a step. */
  beforeStep(): void {
    this.#guard.remember();
  }

  /** Clips the gradient and updates weights, average and model; `iteration` counts from 1. */
  update(step: StepGradient, options: { readonly learningRate: number; readonly iteration: number }): void {
    const clipNorm = this.#clipNorm ?? Infinity;
    const clipped = tf.mul(step.gradient, Math.min(1, clipNorm / Math.max(step.gradientNorm, Number.MIN_VALUE)));
    let next: tf.Tensor1D;
    try {
      next = this.#optimizer.step(this.#weights, clipped as tf.Tensor1D, options);
    } finally {
      clipped.dispose();
    }
    this.#lastGood?.dispose();
    this.#lastGood = this.#weights;
    this.#weights = tf.keep(next);
    this.useTrained();
    this.#average?.update(this.#weights, options.iteration);
  }

  /** Gives the model the weights and state of the last step whose loss was finite. */
  useLastGood(options: { readonly lossIsFinite: boolean }): void {
    // A finite loss with a bad gradient does not speak against the weights it was computed at.
    this.#parameters.write(options.lossIsFinite ? this.#weights : (this.#lastGood ?? this.#weights));
    this.#guard.restore();
  }

  /** The part of a checkpoint that is about weights. */
  async save(): Promise<Pick<Checkpoint, 'weights' | 'average' | 'slots' | 'state'>> {
    const slots = new Map<string, Float32Array>();
    for (const [name, slot] of this.#optimizer.slots) slots.set(name, await copyValues(slot));
    return {
      weights: await copyValues(this.#weights),
      average: this.#average === null ? null : await copyValues(this.#average.flat),
      slots,
      state: await readState(this.#model),
    };
  }

  dispose(): void {
    this.#weights.dispose();
    this.#lastGood?.dispose();
    this.#optimizer.dispose();
    this.#average?.dispose();
    this.#guard.dispose();
  }
}

function startOptimizer(optimizer: Optimizer, resume: Checkpoint | undefined): Optimizer {
  try {
    if (resume !== undefined) optimizer.restore(resume.slots);
    return optimizer;
  } catch (error) {
    optimizer.dispose();
    throw error;
  }
}

/** The numbers of a vector in memory of their own. */
export async function copyValues(tensor: tf.Tensor1D): Promise<Float32Array> {
  return (await tensor.data<'float32'>()).slice();
}
