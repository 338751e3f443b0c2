import { matMul } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/**
 * y = x · scale + shift, one number each per channel (last axis).
 *
 * The gradients in scale and shift are sums over all rows, taken as products with a row of ones: broadcast arithmetic
 * would sum over leading axes, which the stock wasm backend does slowly.
 *
 * @param x `[..., channels]`.
 * @param scale `[channels]`.
 * @param shift `[channels]`.
 * @returns The shape of x; the caller disposes it.
 * @example
 * const y = channelAffine(x, tf.tensor1d([2, 3]), tf.tensor1d([0, 1]));
 */
export function channelAffine(x: tf.Tensor, scale: tf.Tensor1D, shift: tf.Tensor1D): tf.Tensor {
  const channels = scale.shape[0];
  const rows = x.size / channels;
  const map = tf.customGrad((...args) => {
    const [input, factor, offset, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([input, factor]);
    return {
      value: tf.add(tf.mul(input, factor), offset),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedInput, savedFactor] = saved as [tf.Tensor, tf.Tensor];
        return [tf.mul(dy, savedFactor), sumRows(tf.mul(dy, savedInput)), sumRows(dy)];
      },
    };
  });
  const sumRows = (y: tf.Tensor): tf.Tensor =>
    tf.reshape(matMul(tf.ones([1, rows]), tf.reshape(y, [rows, channels])), [channels]);
  return map(x, scale, shift);
}
