import * as tf from '@tensorflow/tfjs';

/** Gaussians, one for each element. */
export interface Gaussians {
  readonly mean: tf.Tensor;
  readonly logScale: tf.Tensor;
}

/**
 * KL(q‖p) of Gaussians, element by element, nats: log(σ_p/σ_q) + (σ_q² + (µ_q − µ_p)²) / (2σ_p²) − ½. Differentiable in all
 * four; the caller disposes.
 *
 * @example
 * gaussianKl({ mean: tf.scalar(1), logScale: tf.scalar(0) }, { mean: tf.scalar(0), logScale: tf.scalar(0) }); // 0.5
 */
export function gaussianKl(q: Gaussians, p: Gaussians): tf.Tensor {
  return tf.tidy(() => {
    const ratio = tf.sub(q.logScale, p.logScale);
    const shift = tf.mul(tf.sub(q.mean, p.mean), tf.exp(tf.neg(p.logScale)));
    const half = tf.mul(tf.sub(tf.add(tf.exp(tf.mul(ratio, 2)), tf.square(shift)), 1), 0.5);
    return tf.sub(half, ratio);
  });
}
