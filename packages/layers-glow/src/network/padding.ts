import { convolution } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/**
 * What a convolution sees around the image.
 *
 * - `zeros`: zeros.
 * - `ones`: ones.
 * - `edge-channel`: zeros, and one more input channel that is 1 outside the image and 0 inside, so that the network can
 *   tell a border from dark pixels; it is that of Glow's authors.
 */
export type Padding = 'zeros' | 'ones' | 'edge-channel';

/** Names of {@link Padding}, for schemas. */
export const PADDINGS: readonly Padding[] = ['zeros', 'ones', 'edge-channel'];

/** `[1, height + 2 reach, width + 2 reach, channels]`: 1 outside the image, 0 inside; run inside a tidy scope. */
export function outside(height: number, width: number, options: { reach: number; channels: number }): tf.Tensor4D {
  const { reach, channels } = options;
  const around: [number, number] = [reach, reach];
  return tf.pad(tf.zeros([1, height, width, channels]), [[0, 0], around, around, [0, 0]], 1) as tf.Tensor4D;
}

/**
 * What the surroundings of the image add to a convolution that pads with zeros: a map `[1, height, width, out]` that is
 * the same for every example, so it is computed once and not per example.
 *
 * @param filter `[k, k, in, out]`: of the edge channel (in = 1), or the filter itself for `ones`.
 */
export function surroundings(height: number, width: number, filter: tf.Tensor4D): tf.Tensor4D {
  const reach = (filter.shape[0] - 1) / 2;
  return convolution(outside(height, width, { reach, channels: filter.shape[2] }), filter, { padding: 'valid' });
}
