import { stopGradient } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Log-scales are kept in this interval: below it a bin swallows the whole logistic, above it the data see a flat line. */
export const LOG_SCALE_RANGE: readonly [number, number] = [-7, 7];

/** A logistic distribution cut into K bins; all tensors broadcast to one shape. */
export interface LogisticBin {
  /** Levels 0 … K − 1. */
  readonly x: tf.Tensor;
  /** In units of the scaled data, where level x stands at 2x/(K − 1) − 1. */
  readonly mean: tf.Tensor;
  /** Any real number: what leaves {@link LOG_SCALE_RANGE} counts as its end. */
  readonly logScale: tf.Tensor;
  readonly levels: number;
}

/**
 * log P(x) of a logistic variable rounded to the K levels −1 … 1, the tails falling to the two edge bins.
 *
 * With a and b the standardized ends of the bin, P = σ(b) − σ(a), and
 *
 *     log P = −softplus(−b) − softplus(a) + log(1 − e^{a − b}),
 *
 * exactly and without cancellation, since b − a is the width over the scale and positive by construction. The lower edge
 * bin reaches to −∞ and keeps the first term alone, the upper one the second alone. So no branch has to be guarded: every
 * term is finite everywhere, and the bins sum to 1 for means far outside and scales at their floor.
 *
 * Salimans et al. 2017, "PixelCNN++".
 */
export function logisticBinLogProb({ x, mean, logScale, levels }: LogisticBin): tf.Tensor {
  const half = 1 / (levels - 1);
  const inverseScale = tf.exp(tf.neg(tf.clipByValue(logScale, ...LOG_SCALE_RANGE)));
  const centred = tf.sub(tf.sub(tf.mul(x, 2 * half), 1), mean);
  const below = tf.mul(tf.sub(centred, half), inverseScale);
  const above = tf.mul(tf.add(centred, half), inverseScale);
  // 1 but for the lowest, and but for the highest level: levels are whole numbers, and comparisons have no gradient.
  const level = stopGradient(x);
  const hasLower = tf.clipByValue(level, 0, 1);
  const hasUpper = tf.clipByValue(tf.sub(levels - 1, level), 0, 1);
  const outside = tf.add(tf.mul(hasLower, tf.softplus(below)), tf.mul(hasUpper, tf.softplus(tf.neg(above))));
  return tf.sub(tf.mul(tf.mul(hasLower, hasUpper), logOneMinusExp(tf.mul(inverseScale, 2 * half))), outside);
}

/** log(1 − e⁻ᵈ) for d > 0: with t = tanh(d/2), 1 − e⁻ᵈ = 2t/(1 + t), which loses nothing for small d. */
function logOneMinusExp(width: tf.Tensor): tf.Tensor {
  const t = tf.tanh(tf.mul(width, 0.5));
  return tf.add(tf.sub(tf.log(t), tf.log(tf.add(t, 1))), Math.LN2);
}

/** The level that a logistic variable rounds to, for its parameters and a uniform: the inverse of the cumulative function. */
export function drawLogisticBin(options: {
  readonly mean: number;
  readonly logScale: number;
  readonly uniform: number;
  readonly temperature: number;
  readonly levels: number;
}): number {
  const { mean, logScale, uniform, temperature, levels } = options;
  const scale = temperature * Math.exp(Math.min(Math.max(logScale, LOG_SCALE_RANGE[0]), LOG_SCALE_RANGE[1]));
  const value = mean + scale * (Math.log(uniform) - Math.log1p(-uniform));
  const level = Math.round(((value + 1) / 2) * (levels - 1));
  return Math.min(Math.max(level, 0), levels - 1);
}
