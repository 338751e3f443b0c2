import * as tf from '@tensorflow/tfjs';
import { isStockWasm } from './stock-wasm.ts';

/** Which factors of {@link matMul} are transposed. */
export interface MatMulOptions {
  /** Use aᵀ. Default: false. */
  readonly transposeA?: boolean;
  /** Use bᵀ. Default: false. */
  readonly transposeB?: boolean;
}

/**
 * The matrix product a·b whose gradient is fast on every backend.
 *
 * The stock wasm backend multiplies transposed factors, and with them every gradient of a product, about thirty times
 * slower than plain ones; there factors are transposed explicitly. Factors without elements are legal: an empty inner
 * axis gives zeros (the stock wasm kernel returns uninitialized memory for it).
 *
 * @param a `[rows, inner]`, or `[inner, rows]` with `transposeA`.
 * @param b `[inner, columns]`, or `[columns, inner]` with `transposeB`.
 * @returns `[rows, columns]`; the caller disposes it.
 * @example
 * const gram = matMul(x, x, { transposeA: true });
 */
export function matMul(a: tf.Tensor2D, b: tf.Tensor2D, options: MatMulOptions = {}): tf.Tensor2D {
  const { transposeA = false, transposeB = false } = options;
  if (a.size === 0 || b.size === 0) return emptyProduct(a, b, { transposeA, transposeB });
  if (!isStockWasm()) return tf.matMul(a, b, transposeA, transposeB);
  if (!transposeA && !transposeB) return plainProduct(a, b);
  return tf.tidy(() => plainProduct(transposeA ? tf.transpose(a) : a, transposeB ? tf.transpose(b) : b));
}

/** ∂(a·b) composed of plain products: ∂a = ∂y·bᵀ, ∂b = aᵀ·∂y. */
function plainProduct(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const product = tf.customGrad((left, right, save) => {
    (save as tf.GradSaveFunc)([left as tf.Tensor, right as tf.Tensor]);
    return {
      value: tf.matMul(left as tf.Tensor2D, right as tf.Tensor2D),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedLeft, savedRight] = saved as [tf.Tensor2D, tf.Tensor2D];
        return [
          plainProduct(dy as tf.Tensor2D, tf.transpose(savedRight)),
          plainProduct(tf.transpose(savedLeft), dy as tf.Tensor2D),
        ];
      },
    };
  });
  return product(a, b) as tf.Tensor2D;
}

/** Zeros that stay connected to both factors, so that an optimizer finds a gradient for each. */
function emptyProduct(a: tf.Tensor2D, b: tf.Tensor2D, options: Required<MatMulOptions>): tf.Tensor2D {
  const rows = a.shape[options.transposeA ? 1 : 0];
  const columns = b.shape[options.transposeB ? 0 : 1];
  const [shapeA, shapeB] = [a.shape, b.shape];
  const product = tf.customGrad(() => ({
    value: tf.zeros([rows, columns]),
    gradFunc: () => [tf.zeros(shapeA), tf.zeros(shapeB)],
  }));
  return product(a, b) as tf.Tensor2D;
}
