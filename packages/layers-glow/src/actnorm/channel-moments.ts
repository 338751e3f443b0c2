import { FlowzooError, formatShape } from '@flowzoo/core';
import type * as tf from '@tensorflow/tfjs';

/** Mean and standard deviation of every channel. */
export interface ChannelMoments {
  readonly mean: Float64Array;
  /** Divided by n, not n − 1; exactly 0 where all values are equal. */
  readonly deviation: Float64Array;
}

/**
 * Mean and standard deviation of every channel (last axis) over all other axes, in float64: first the mean, then the
 * spread of what is left.
 *
 * Reads the values of `x` back synchronously: it is for initialization, once.
 *
 * @throws E_DATA_EMPTY, E_DATA_NOT_FINITE with row and channel
 */
export function channelMoments(x: tf.Tensor, place: string): ChannelMoments {
  const channels = x.shape.at(-1)!;
  if (x.size === 0) {
    throw new FlowzooError('E_DATA_EMPTY', 'cannot be initialized from no data', {
      at: place,
      found: formatShape(x.shape),
      remedy: 'Give it a batch of training data, 256 rows or more',
    });
  }
  const values = x.dataSync();
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new FlowzooError('E_DATA_NOT_FINITE', 'cannot be initialized from data that are not finite', {
      at: place,
      found: `${values[bad]} in row ${Math.floor(bad / (x.size / x.shape[0]!))}, channel ${bad % channels}`,
      remedy: 'Drop the row or fill the gap',
    });
  }
  const share = channels / values.length;
  const mean = new Float64Array(channels);
  const square = new Float64Array(channels);
  const varies = new Uint8Array(channels);
  // Plain loops, since an initialization reads millions of values.
  for (let start = 0; start < values.length; start += channels) {
    for (let c = 0; c < channels; c++) mean[c]! += values[start + c]! * share;
  }
  for (let start = 0; start < values.length; start += channels) {
    for (let c = 0; c < channels; c++) {
      const value = values[start + c]!;
      square[c]! += (value - mean[c]!) ** 2 * share;
      // Values are compared, not variances: rounding of the mean makes a constant channel look like a very narrow one.
      if (value !== values[c]) varies[c] = 1;
    }
  }
  return { mean, deviation: square.map((value, channel) => (varies[channel] === 1 ? Math.sqrt(value) : 0)) };
}

/** @throws E_DATA_CONSTANT with the channel */
export function assertVarying({ mean, deviation }: ChannelMoments, place: string): void {
  const constant = deviation.indexOf(0);
  if (constant < 0) return;
  throw new FlowzooError('E_DATA_CONSTANT', 'cannot be initialized from a constant channel: it has no scale', {
    at: place,
    found: `${mean[constant]} throughout channel ${constant}`,
    remedy: 'Initialize with more rows, dequantize the data first, or set "initialization": "identity"',
  });
}
