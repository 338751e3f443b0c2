import * as tf from '@tensorflow/tfjs';

/** The parts of `[rows, K, ...rest]` along its second axis, each `[rows, ...rest]`; differentiable for K = 1 too. */
export function layersOf(stacked: tf.Tensor): tf.Tensor[] {
  const [rows, layers, ...rest] = stacked.shape as [number, number, ...number[]];
  // The gradient of tf.unstack fails on a single part.
  return layers === 1 ? [tf.reshape(stacked, [rows, ...rest])] : tf.unstack(stacked, 1);
}
