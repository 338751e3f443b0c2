import type { Augmentation } from './augment.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { DataLike } from './data.ts';
import type { FitEvent } from './events.ts';
import type { OptimizerFactory } from './optimizer.ts';
import type { TrainingWorkers } from './workers.ts';

/** Choice of optimizer. */
export interface OptimizerOptions {
  /** `adam` or `adamax`. Default: `adam`. */
  readonly type?: 'adam' | 'adamax' | undefined;
  /** Peak learning rate, which the schedule scales. Default: 0.001. */
  readonly learningRate?: number | undefined;
  /** Decay of the mean of gradients. Default: 0.9. */
  readonly beta1?: number | undefined;
  /** Decay of the mean of squares (Adam) or of the maximum (Adamax). Default: 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the denominator. Default: 1e-8. */
  readonly epsilon?: number | undefined;
  /** Decoupled (AdamW): each step multiplies every weight by 1 − rate · weightDecay. Default: 0. */
  readonly weightDecay?: number | undefined;
}

/** Learning-rate schedule. */
export interface ScheduleOptions {
  /** `constant`, `cosine` or `exponential`. Default: `cosine`. */
  readonly type?: 'constant' | 'cosine' | 'exponential' | undefined;
  /** Steps of linear warm-up. Default: 100, or a tenth of the steps when that is less. */
  readonly warmup?: number | undefined;
  /** Cosine: fraction of the peak rate at the end. Default: 0. */
  readonly finalFraction?: number | undefined;
  /** Exponential: factor per step after the warm-up. Default: 0.9995. */
  readonly decayRate?: number | undefined;
}

/** Scoring of held-out rows while training. The weights with the best score are the ones kept. */
export interface ValidationOptions {
  /** The held-out rows; or else `fraction`. */
  readonly data?: DataLike | undefined;
  /** Fraction of the training rows to hold out, chosen by the seed, when there is no `data`. */
  readonly fraction?: number | undefined;
  /** Steps between two validations; one more comes after the last step. Default: a fiftieth of all steps. */
  readonly every?: number | undefined;
  /** Rows per batch. Default: the micro-batch. */
  readonly batchSize?: number | undefined;
  /** Stop after so many validations in a row without a new best; null never stops early. Default: null. */
  readonly patience?: number | null | undefined;
  /** Noise draws per row, for models whose log-probability is a bound. Default: 1. */
  readonly draws?: number | undefined;
}

/** Where checkpoints go. */
export interface CheckpointOptions {
  /** Steps between two checkpoints; null saves one when the training is aborted, and no other. Default: null. */
  readonly every?: number | null | undefined;
  /** Stores a checkpoint; training waits for it. */
  readonly save: (checkpoint: Checkpoint) => Promise<void> | void;
}

/** How gradients become weights. */
export interface OptimizationOptions {
  readonly optimizer?: OptimizerOptions | undefined;
  readonly schedule?: ScheduleOptions | undefined;
  /** Gradients of larger Euclidean norm are scaled down to it; null never clips. Default: 5. */
  readonly clipNorm?: number | null | undefined;
  /** Decay of the moving average of weights that is validated and kept; null keeps the weights themselves. Default: 0.999. */
  readonly average?: number | null | undefined;
  /** Another implementation of the update rules. Default: core's own. */
  readonly createOptimizer?: OptimizerFactory | undefined;
}

/** Options of {@link fit}. Exactly one of `steps` and `epochs` is needed. */
export interface FitOptions extends OptimizationOptions {
  /** Number of updates. */
  readonly steps?: number | undefined;
  /** Passes over the training rows, in full batches. */
  readonly epochs?: number | undefined;
  /** Rows per update. Default: 256, or all rows when there are fewer. */
  readonly batchSize?: number | undefined;
  /**
   * Rows that are in memory at once: gradients of micro-batches add up to the full batch's. Default: `batchSize`. With
   * `workers` at most a worker's share of the batch.
   */
  readonly microBatch?: number | undefined;
  /**
   * Threads that compute the gradient of each batch together, for example `workerThreads` of `@flowzoo/core/node`: up to
   * rounding what one thread gives with the same micro-batch. Default: the calling thread alone.
   */
  readonly workers?: TrainingWorkers | undefined;
  /** Decides batches and noise. Default: 0. */
  readonly seed?: number | undefined;
  readonly validation?: ValidationOptions | undefined;
  /**
   * Changes the training rows of every batch anew, dynamic binarization for example (`binarizeRows`). Rows that `validation`
   * holds out are changed once; rows given as `validation.data` stay as they are. Not together with `workers`.
   */
  readonly augment?: Augmentation | undefined;
  /** Rows for data-dependent initialization. Default: 256 to 16384, as many as hold 2¹⁸ numbers. */
  readonly initializationRows?: number | undefined;
  /** Steps between two entries of the history. Default: a five-hundredth of all steps. */
  readonly recordEvery?: number | undefined;
  /** Called with everything that happens, in order. */
  readonly onEvent?: ((event: FitEvent) => void) | undefined;
  /** Stops after the current step: a checkpoint is saved where there is a hook, and `fit` resolves with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly checkpoint?: CheckpointOptions | undefined;
  /** Continues from a checkpoint to the numbers an uninterrupted training would have given. */
  readonly resume?: Checkpoint | undefined;
}
