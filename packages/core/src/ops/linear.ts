import * as tf from '@tensorflow/tfjs';
import { matMul } from './mat-mul.ts';
import { isStockWasm } from './stock-wasm.ts';

/**
 * The affine map of a dense layer, y = x·W + b, trainable at full speed on every backend.
 *
 * Its gradients are ∂x = ∂y·Wᵀ, ∂W = xᵀ·∂y and ∂b = 1ᵀ·∂y; on the stock wasm backend the last is a product with a row of
 * ones, because that shares the packed ∂y of the product before it, and the sum over rows is slow there.
 *
 * @param x `[batch, in]`; `in` = 0 is legal and leaves the bias.
 * @param weight `[in, out]`.
 * @param bias `[out]`.
 * @returns `[batch, out]`; the caller disposes it.
 * @example
 * const hidden = tf.tanh(linear(x, weight, bias));
 */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  if (bias === undefined) return matMul(x, weight);
  return tf.tidy(() => addBias(matMul(x, weight), bias));
}

/**
 * Adds one number per column (or per channel: any leading axes); its gradient is the sum over the rows.
 *
 * @param x `[..., features]`.
 * @param bias `[features]`.
 * @returns The shape of x; the caller disposes it.
 */
export function addBias<T extends tf.Tensor>(x: T, bias: tf.Tensor1D): T {
  const features = bias.shape[0];
  if (x.size === 0 || !isStockWasm()) return tf.add(x, bias);
  const add = tf.customGrad((value, offset) => ({
    value: tf.add(value as tf.Tensor, offset as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => {
      const rows = dy.size / features;
      const sum = matMul(tf.ones([1, rows]), tf.reshape(dy, [rows, features]));
      return [tf.clone(dy), tf.reshape(sum, [features])];
    },
  }));
  return add(x, bias) as T;
}
