import { matMul } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Matrix products, one per row: `[rows, n, m]` · `[rows, m, k]` → `[rows, n, k]`.
 *
 * As core's `matMul`, its gradient has no transposed product, which the stock wasm backend multiplies slowly.
 */
export function products(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  const [rows, n, m] = a.shape;
  const k = b.shape[2];
  if (rows === 1) {
    return tf.reshape(matMul(tf.reshape(a, [n, m]), tf.reshape(b, [m, k])), [1, n, k]);
  }
  const multiply = tf.customGrad((left, right, save) => {
    (save as tf.GradSaveFunc)([left as tf.Tensor, right as tf.Tensor]);
    return {
      value: tf.matMul(left as tf.Tensor3D, right as tf.Tensor3D),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedLeft, savedRight] = saved as [tf.Tensor3D, tf.Tensor3D];
        return [products(dy as tf.Tensor3D, flip(savedRight)), products(flip(savedLeft), dy as tf.Tensor3D)];
      },
    };
  });
  return multiply(a, b) as tf.Tensor3D;
}

/** The transposes: `[rows, n, m]` → `[rows, m, n]`. */
export function flip(matrices: tf.Tensor3D): tf.Tensor3D {
  return tf.transpose(matrices, [0, 2, 1]);
}

/** Row vectors times matrices, x W: `[batch, n]` · `[rows, n, m]` → `[batch, m]`, rows = 1 or batch. */
export function rowProducts(x: tf.Tensor2D, matrices: tf.Tensor3D): tf.Tensor2D {
  const [batch, n] = x.shape;
  const [rows, , m] = matrices.shape;
  if (rows === 1) return matMul(x, tf.reshape(matrices, [n, m]));
  return tf.reshape(products(tf.reshape(x, [batch, 1, n]), matrices), [batch, m]);
}
