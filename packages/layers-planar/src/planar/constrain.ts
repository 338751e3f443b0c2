import * as tf from '@tensorflow/tfjs';

/** Below this ‖w‖² a planar layer fades into the identity. */
export const SMALLEST_SQUARED_NORM = 1e-8;

/** û and what it promises. */
export interface Constrained {
  /** `[rows, K, D]`. */
  readonly direction: tf.Tensor;
  /** 1 + sup h′ · wᵀû > 0, `[rows, K]`: the smallest slope of the layer when below 1, the largest when above. */
  readonly edge: tf.Tensor;
}

/**
 * û = s·(u + (m(wᵀu) − wᵀu) w / ‖w‖²) with m(t) = (−1 + μ + softplus t) / sup h′, so that wᵀû > −1 / sup h′.
 *
 * The division is by the **squared** norm. s = min(1, ‖w‖² / 10⁻⁸) is 1 except next to w = 0, where the formula of the paper
 * has a pole; there wᵀû = s·m still keeps the bound.
 *
 * Rezende & Mohamed 2015, appendix A.1.
 *
 * @param options.minimumSlope μ; 0 is the paper's.
 */
export function constrain(
  { u, w }: { readonly u: tf.Tensor; readonly w: tf.Tensor },
  options: { readonly supremum: number; readonly minimumSlope: number },
): Constrained {
  const { supremum, minimumSlope } = options;
  const product = tf.sum(tf.mul(w, u), -1);
  const squaredNorm = tf.sum(tf.square(w), -1);
  const divisor = tf.maximum(squaredNorm, SMALLEST_SQUARED_NORM);
  const fade = tf.div(squaredNorm, divisor);
  const free = tf.add(tf.softplus(product), minimumSlope);
  const along = tf.div(tf.sub(free, 1), tf.mul(divisor, supremum));
  const unit = tf.div(w, tf.sqrt(tf.maximum(tf.sum(tf.square(w), -1, true), 1e-30)));
  // û = s·(u without its part along w) + m·w / ‖w‖², the same vector: u + (m − wᵀu) w / ‖w‖² loses a small wᵀû in the
  // rounding of a large wᵀu. Twice is enough for a projection.
  const across = withoutPartAlong(withoutPartAlong(u, unit), unit);
  const direction = tf.add(tf.mul(across, tf.expandDims(fade, -1)), tf.mul(w, tf.expandDims(along, -1)));
  // (1 − s) + s·free and not 1 + sup·wᵀû, for the same reason.
  return { direction, edge: tf.add(tf.sub(1, fade), tf.mul(fade, free)) };
}

function withoutPartAlong(u: tf.Tensor, unit: tf.Tensor): tf.Tensor {
  return tf.sub(u, tf.mul(unit, tf.sum(tf.mul(unit, u), -1, true)));
}
