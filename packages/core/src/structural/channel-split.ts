import * as tf from '@tensorflow/tfjs';
import { formatShape, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';

/** Which end of the last axis is meant. */
export type Half = 'first' | 'second';

/** A division of the last axis into what goes on and what leaves. */
export interface ChannelSplit {
  readonly keep: Half;
  readonly keptShape: Shape;
  readonly leavingShape: Shape;
}

/** The two sides of a division, `[batch, ...]` each. */
export interface SplitChannels {
  readonly kept: tf.Tensor;
  readonly leaving: tf.Tensor;
}

/**
 * Divides the last axis in two; of an odd number of channels the smaller half leaves.
 *
 * @throws E_SPEC_SHAPE when there are not two channels
 */
export function channelSplit(shape: Shape, options: { readonly keep: Half; readonly place: string }): ChannelSplit {
  const channels = shape.at(-1) ?? 0;
  if (channels < 2) {
    throw new FlowzooError('E_SPEC_SHAPE', 'half of the channels cannot leave: there are not two', {
      at: options.place,
      expected: 'at least 2 channels on the last axis after the level',
      found: formatShape(shape),
      remedy: 'Begin the level with { "type": "squeeze" }, or use fewer levels',
    });
  }
  const leaving = Math.floor(channels / 2);
  const rest = shape.slice(0, -1);
  return { keep: options.keep, keptShape: [...rest, channels - leaving], leavingShape: [...rest, leaving] };
}

/** Divides `[batch, ..., channels]`. */
export function splitChannels(value: tf.Tensor, split: ChannelSplit): SplitChannels {
  const sizes = ordered(split.keep, split.keptShape.at(-1)!, split.leavingShape.at(-1)!);
  const [first, second] = tf.split(value, sizes, value.rank - 1) as [tf.Tensor, tf.Tensor];
  return split.keep === 'first' ? { kept: first, leaving: second } : { kept: second, leaving: first };
}

/** The opposite of {@link splitChannels}. */
export function joinChannels(halves: SplitChannels, split: ChannelSplit): tf.Tensor {
  return tf.concat(ordered(split.keep, halves.kept, halves.leaving), halves.kept.rank - 1);
}

function ordered<T>(keep: Half, kept: T, leaving: T): T[] {
  return keep === 'first' ? [kept, leaving] : [leaving, kept];
}
