import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../two-way/two-way-layer.ts';
import { flip } from './products.ts';

/** R, R̃ and what the log-det needs. */
export interface Triangles {
  /** R, upper triangular, `[rows, M, M]`. */
  readonly outer: tf.Tensor3D;
  /** R̃, upper triangular, `[rows, M, M]`. */
  readonly inner: tf.Tensor3D;
  /** 1 + rᵢᵢ r̃ᵢᵢ > 0, `[rows, M]`. */
  readonly edge: tf.Tensor;
}

/**
 * R and R̃ from `triangles` `[rows, M, M]` and `diagonal` `[rows, M]`, with no parameter unused: the upper triangle and the
 * diagonal belong to R, the lower triangle (transposed) to R̃, and `diagonal` is that of R̃.
 *
 * Both diagonals are √(1 − μ) tanh(·), so that rᵢᵢ r̃ᵢᵢ > −1 = −1 / sup h′: van den Berg et al. 2018, theorem 2.
 */
export function trianglesFor(parameters: Parameters, options: { readonly minimumSlope: number }): Triangles {
  const full = parameters['triangles'] as tf.Tensor3D;
  const width = full.shape[2];
  const eye = tf.eye(width);
  const upper = tf.tensor2d(upperMask(width), [width, width]);
  const bound = Math.sqrt(1 - options.minimumSlope);
  const outerDiagonal = tf.mul(tf.tanh(tf.sum(tf.mul(full, eye), 2)), bound);
  const innerDiagonal = tf.mul(tf.tanh(parameters['diagonal']!), bound);
  const triangle = (matrices: tf.Tensor3D, diagonal: tf.Tensor): tf.Tensor3D =>
    tf.add(tf.mul(matrices, upper), tf.mul(eye, tf.expandDims(diagonal, 1)));
  return {
    outer: triangle(full, outerDiagonal),
    inner: triangle(flip(full), innerDiagonal),
    edge: tf.add(1, tf.mul(outerDiagonal, innerDiagonal)),
  };
}

/** 1 above the diagonal. */
function upperMask(width: number): Float32Array {
  return Float32Array.from({ length: width * width }, (_, i) => (i % width > Math.floor(i / width) ? 1 : 0));
}
