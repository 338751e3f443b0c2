import type { Shape, StateValues } from '@flowzoo/core';
import type * as tf from '@tensorflow/tfjs';

/** An event in two parts, each with the batch axis first. */
export interface TwoParts {
  /** What stays, and what the conditioner sees. */
  readonly kept: tf.Tensor;
  /** What the transformer changes. */
  readonly changed: tf.Tensor;
}

/** How an event divides into what a coupling keeps and what it changes; immutable, and saved with the weights. */
export interface Partition {
  /** Event shape of {@link TwoParts.kept}. */
  readonly keptShape: Shape;
  /** Event shape of {@link TwoParts.changed}. */
  readonly changedShape: Shape;
  /** Flat indices of the elements that stay. */
  readonly identity: readonly number[];
  /** What is saved, by name; int32. */
  readonly saved: ReadonlyMap<string, { readonly values: Int32Array; readonly shape: Shape }>;
  /** The same kind of partition with what a file holds. @throws E_MASK when that is no partition of the event */
  restored(values: ReadonlyMap<string, StateValues>, at: string): Partition;
  split(x: tf.Tensor): TwoParts;
  join(parts: TwoParts): tf.Tensor;
  /** Zero where a {@link changedShape} tensor (with any trailing axes) holds elements that are not changed. */
  onlyChanged(values: tf.Tensor): tf.Tensor;
  /** Zero where a {@link keptShape} tensor holds elements that are not kept. */
  onlyKept(values: tf.Tensor): tf.Tensor;
}
