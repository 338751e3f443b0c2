import type { Distribution } from '../contracts/distribution.ts';
import type { Dataset } from './data.ts';
import type { FlatParameters } from './flat-parameters.ts';
import type { MicroBatchRange } from './step.ts';

/**
 * Threads that compute the gradient of a batch together with the calling one. {@link fit} starts them before its first
 * step and stops them whatever happens.
 */
export interface TrainingWorkers {
  /** How many shares a batch is divided into, that of the calling thread included. */
  readonly count: number;
  /**
   * Starts the threads; null when the job was aborted before they were ready.
   *
   * @throws E_WORKER when one does not start, E_OPTION when the model cannot be built again
   */
  start(job: WorkerJob): Promise<RunningWorkers | null>;
}

/** What workers are to work on. */
export interface WorkerJob {
  /** As it is when training starts, initialized. */
  readonly model: Distribution;
  readonly parameters: FlatParameters;
  readonly dataset: Dataset;
  readonly microBatch: number;
  readonly signal: AbortSignal | undefined;
}

/** One step for all workers. */
export interface WorkerStep {
  /** The rows of the whole batch. */
  readonly rows: Int32Array;
  /** Where the noise of the step comes from; that of a micro-batch depends on its number in the whole batch. */
  readonly noise: string;
  /** The micro-batches of each worker but the calling one; a share may be empty. */
  readonly shares: readonly MicroBatchRange[];
}

/** What a worker contributes to the gradient of a batch. */
export interface WorkerGradient {
  readonly value: number;
  /** Flat; valid until the next step. */
  readonly gradient: Float32Array;
  readonly unused: readonly string[];
}

/** Workers that have their model and their data. */
export interface RunningWorkers {
  /** The weights to compute at, flat: the trainer writes them before each `compute`. */
  readonly weights: Float32Array;
  /** Computes all shares at once. @throws E_WORKER when a worker failed or is gone */
  compute(step: WorkerStep): Promise<readonly WorkerGradient[]>;
  /** Ends all threads, busy ones too. */
  stop(): Promise<void>;
}

/** Whether a value is what the option `workers` takes. */
export function isTrainingWorkers(value: unknown): value is TrainingWorkers {
  if (typeof value !== 'object' || value === null) return false;
  const { count, start } = value as Partial<TrainingWorkers>;
  return Number.isInteger(count) && count! >= 1 && typeof start === 'function';
}
