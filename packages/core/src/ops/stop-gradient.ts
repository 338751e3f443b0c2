import * as tf from '@tensorflow/tfjs';

/**
 * The same values, through which no gradient flows; tfjs has no such operation.
 *
 * @param x Any shape.
 * @returns A new tensor of the same shape; the caller disposes it.
 * @example
 * const scale = stopGradient(tf.max(tf.abs(x)));
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  const identity = tf.customGrad((value) => ({
    value: tf.clone(value as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return identity(x) as T;
}
