import type * as tf from '@tensorflow/tfjs';
import type { Part } from './part.ts';
import type { Shape } from './shape.ts';

/** Options of every sampler. */
export interface SampleOptions {
  /** Seed of the draw; the same seed gives the same bits. Default: 0. */
  readonly seed?: number | undefined;
  /** Scale of the base's deviation from its centre; 1 is the model itself, 0 its centre. Default: 1. */
  readonly temperature?: number | undefined;
  /** `[count, contextSize]`, one row per sample. */
  readonly context?: tf.Tensor | undefined;
  /** Stops between steps with E_ABORTED; nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
  /** Called as sequential samplers advance; one-pass samplers call it once at the end. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

/** A differentiable draw and its own log-density. The caller disposes both. */
export interface Reparameterized {
  /** `[count, ...eventShape]`. */
  readonly value: tf.Tensor;
  /** `[count]`, nats. */
  readonly logProb: tf.Tensor;
}

/** Anything that scores and draws: bases, flows, autoregressive models of discrete data. */
export interface Distribution extends Part {
  readonly eventShape: Shape;
  /** 0 when unconditional. */
  readonly contextSize: number;
  /** True when `logProb` is a lower bound on the log-probability of the data (dequantization). */
  readonly lowerBound: boolean;
  /**
   * Number of levels K where `logProb` is the **exact** log-probability of the integers 0 … K − 1; absent elsewhere. Bits
   * per dimension have a meaning then, as they do for a bound.
   */
  readonly levels?: number;
  /** Log-density (or log-probability of discrete data), `[batch]`, nats; differentiable. The caller disposes. */
  logProb(x: tf.Tensor, context?: tf.Tensor): tf.Tensor;
  /** `[count, ...eventShape]`; the caller disposes. Asynchronous, because sequential samplers report and can be aborted. */
  sample(count: number, options?: SampleOptions): Promise<tf.Tensor>;
  /** Synchronous and differentiable in the variables, where the generative direction is; for reverse KL. */
  rsample?(count: number, options?: SampleOptions): Reparameterized;
  /** Data-dependent initialization of layers that need it, from a batch of data. */
  initialize?(x: tf.Tensor, context?: tf.Tensor): void;
}
