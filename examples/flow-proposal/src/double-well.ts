import * as tf from '@tensorflow/tfjs';
import { plainTarget, type Target } from '@flowzoo/samplers';

/**
 * Two bent wells in the plane, log p̃(x) = −½ (x₀² − 4)² − 2 (x₁ − ¼ x₀²)²: modes at x₀ = ±2, and between them a barrier of 8
 * nats that a random walk seldom climbs. In tfjs, for the fit: `[batch, 2]` → `[batch]`, nats.
 */
export function doubleWell(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const [a, b] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
    const square = tf.square(a);
    const well = tf.mul(-0.5, tf.square(tf.sub(square, 4)));
    const bend = tf.mul(-2, tf.square(tf.sub(b, tf.mul(0.25, square))));
    return tf.squeeze(tf.add(well, bend), [1]);
  });
}

/** The same in plain numbers: the fastest form for a random walk, so that the comparison is fair to it. */
export const doubleWellTarget: Target = plainTarget({
  eventShape: [2],
  logDensity: (x) => -0.5 * (x[0]! ** 2 - 4) ** 2 - 2 * (x[1]! - 0.25 * x[0]! ** 2) ** 2,
});

/** log ∫ p̃ by the trapezoidal rule in x₀; x₁ is a normal of deviation ½. */
export function doubleWellLogNormalizer(): number {
  let sum = 0;
  const step = 1e-3;
  for (let a = -5; a <= 5; a += step) sum += step * Math.exp(-0.5 * (a * a - 4) ** 2);
  return Math.log(sum * Math.sqrt(2 * Math.PI) * 0.5);
}
