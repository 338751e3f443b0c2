import type { Dataset } from '../../training/data.ts';
import type { MicroBatchRange } from '../../training/step.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';

/** What a thread is started with. */
export interface ThreadData {
  /** Address of the setup module. */
  readonly setup: string;
  /** Handed to its `setup`. */
  readonly options: unknown;
  readonly spec: ModelSpec;
  /** Weights and state as a safetensors file. */
  readonly packed: Uint8Array;
  /** Names of the variables that are trained, in the order of the flat vectors. */
  readonly trained: readonly string[];
  /** In shared memory. */
  readonly dataset: Dataset;
  readonly microBatch: number;
  /** Shared: the caller writes the weights of a step, all threads read. */
  readonly weights: Float32Array;
  /** Shared: the thread writes its gradient, the caller reads. */
  readonly gradient: Float32Array;
}

/** One step's work for one thread. */
export interface ThreadStep extends MicroBatchRange {
  /** The rows of the whole batch. */
  readonly rows: Int32Array;
  readonly noise: string;
}

/** An error as it crosses threads. */
export interface ThreadFault {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly stack: string | undefined;
}

/** What a thread says. */
export type ThreadAnswer =
  | { readonly type: 'ready'; readonly backend: string }
  /** The shared gradient has been written. */
  | { readonly type: 'gradient'; readonly value: number; readonly unused: readonly string[] }
  | { readonly type: 'fault'; readonly fault: ThreadFault };
