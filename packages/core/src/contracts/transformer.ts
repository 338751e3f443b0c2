import type * as tf from '@tensorflow/tfjs';
import type { Direction } from '../transformers/direction.ts';
import type { Part } from './part.ts';

/** The result of a scalar bijection, element by element. */
export interface ScalarMapped {
  /** Same shape as the input. */
  readonly value: tf.Tensor;
  /** Log abs derivative of the called direction, same shape as the input, nats. */
  readonly logDerivative: tf.Tensor;
}

/**
 * A scalar bijection driven by parameters: affine, spline, mixture CDF. Coupling and autoregressive layers share them.
 *
 * `parameters` has the input's shape and one more axis of length `parameterCount` at the end. All-zero parameters are
 * the start of a zero-initialized conditioner. Runs inside the caller's tidy scope.
 */
export interface Transformer extends Part {
  /** Parameters per scalar, P. */
  readonly parameterCount: number;
  /** The derivative does not depend on input or parameters (additive). */
  readonly constantLogDet: boolean;
  /** Latent → data. */
  forward(z: tf.Tensor, parameters: tf.Tensor): ScalarMapped;
  /** Data → latent. */
  inverse(x: tf.Tensor, parameters: tf.Tensor): ScalarMapped;
  /**
   * The same without tensors, for whoever goes from scalar to scalar: N inputs and N · P parameters to N values and
   * N log-derivatives after them. Leaving it out costs only speed.
   */
  mapArrays?(input: Float32Array, parameters: Float32Array, direction: Direction): Float32Array;
}
