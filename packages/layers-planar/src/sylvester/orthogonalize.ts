import { FlowzooError } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { flip, products } from './products.ts';

/** Options of {@link orthogonalize}. */
export interface OrthogonalizeOptions {
  /** Steps at most; backends that read no value back always take this many. Default: 100. */
  readonly maxIterations?: number;
  /** The place that an error names. */
  readonly place?: string;
}

const STEPS_BETWEEN_LOOKS = 3;

/** ‖QᵀQ − I‖ per column at which the iteration stops, and above which the result is refused. */
const GOOD_ENOUGH = 1e-6;
const LARGEST_RESIDUAL = 1e-4;

/**
 * The matrices with orthonormal columns nearest to A: A ← A/‖A‖, then A ← A (I + (I − AᵀA) / 2) until AᵀA = I.
 *
 * The Frobenius norm bounds the singular values by 1, inside the region of convergence, √3. The iteration is differentiable.
 * On the synchronous backends (`cpu`, `wasm`) it stops when the residual does not matter and throws when it never comes to
 * that: with columns that are not orthonormal the log-det would be wrong. Numbers that are not finite are handed on.
 *
 * van den Berg et al. 2018, section 3.2, after Björck & Bowie 1971.
 *
 * @param matrices `[rows, D, M]`, M ≤ D.
 * @returns `[rows, D, M]`; the caller disposes
 * @throws E_NO_CONVERGENCE when columns are linearly dependent
 */
export function orthogonalize(matrices: tf.Tensor3D, options: OrthogonalizeOptions = {}): tf.Tensor3D {
  const { maxIterations = 100, place } = options;
  return tf.tidy(() => {
    const identity = tf.eye(matrices.shape[2]);
    const norm = tf.sqrt(tf.add(tf.sum(tf.square(matrices), [1, 2], true), 1e-30));
    let q = tf.div(matrices, norm) as tf.Tensor3D;
    const looks = tf.getBackend() === 'cpu' || tf.getBackend() === 'wasm';
    const allowed = GOOD_ENOUGH * matrices.shape[2];
    for (let i = 1; i <= maxIterations; i++) {
      const defect = tf.sub(identity, products(flip(q), q)) as tf.Tensor3D;
      if (looks && i % STEPS_BETWEEN_LOOKS === 0 && !(largestResidual(defect) > allowed)) return q;
      q = tf.add(q, tf.mul(products(q, defect), 0.5)) as tf.Tensor3D;
    }
    if (looks) assertOrthonormal(q, place);
    return q;
  });
}

/** The largest ‖QᵀQ − I‖ (Frobenius) of the matrices `[rows, D, M]`, read back. */
export function orthogonalityResidual(q: tf.Tensor3D): number {
  return tf.tidy(() => largestResidual(tf.sub(products(flip(q), q), tf.eye(q.shape[2])) as tf.Tensor3D));
}

/** @throws E_NO_CONVERGENCE when columns are not orthonormal */
function assertOrthonormal(q: tf.Tensor3D, place: string | undefined): void {
  const residual = orthogonalityResidual(q);
  if (!(residual > LARGEST_RESIDUAL * q.shape[2])) return;
  throw new FlowzooError('E_NO_CONVERGENCE', 'the columns of Q could not be made orthonormal', {
    at: place,
    expected: `‖QᵀQ − I‖ of ${LARGEST_RESIDUAL * q.shape[2]} at most`,
    found: String(residual),
    remedy: 'The columns of "basis" are linearly dependent: draw them again, or use form "householder"',
  });
}

function largestResidual(defect: tf.Tensor3D): number {
  if (defect.size === 0) return 0;
  return tf.tidy(() => Math.sqrt(tf.max(tf.sum(tf.square(defect), [1, 2])).dataSync()[0]!));
}
