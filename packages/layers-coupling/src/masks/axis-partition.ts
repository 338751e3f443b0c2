import { FlowzooError, permuteLast, sizeOf, takeLast, type Shape, type StateValues } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Partition, TwoParts } from './partition.ts';

/** A partition by index lists on the last axis: features of vectors, channels of images. */
export class AxisPartition implements Partition {
  readonly keptShape: Shape;
  readonly changedShape: Shape;
  readonly #dataShape: Shape;
  readonly #kept: readonly number[];
  readonly #changed: readonly number[];
  /** Where each element of the last axis stands in [kept, changed]. */
  readonly #places: readonly number[];

  constructor(dataShape: Shape, kept: readonly number[], changed: readonly number[]) {
    const leading = dataShape.slice(0, -1);
    this.keptShape = [...leading, kept.length];
    this.changedShape = [...leading, changed.length];
    this.#dataShape = dataShape;
    this.#kept = kept;
    this.#changed = changed;
    const order = [...kept, ...changed];
    this.#places = order.map((_, index) => order.indexOf(index));
  }

  get identity(): readonly number[] {
    const length = this.#dataShape.at(-1)!;
    const rows = sizeOf(this.#dataShape) / length;
    return Array.from({ length: rows }, (_, row) => this.#kept.map((index) => row * length + index)).flat();
  }

  get saved(): Partition['saved'] {
    const entry = (list: readonly number[]): { values: Int32Array; shape: Shape } => ({
      values: Int32Array.from(list),
      shape: [list.length],
    });
    return new Map([
      ['identity', entry(this.#kept)],
      ['transform', entry(this.#changed)],
    ]);
  }

  restored(values: ReadonlyMap<string, StateValues>, at: string): Partition {
    const kept = Array.from(values.get('identity') ?? this.#kept);
    const changed = Array.from(values.get('transform') ?? this.#changed);
    const sorted = [...kept, ...changed].sort((a, b) => a - b);
    if (sorted.length !== this.#dataShape.at(-1) || sorted.some((index, place) => index !== place)) {
      throw new FlowzooError('E_MASK', 'the saved index lists are no partition of the features', {
        at,
        expected: `each of 0 to ${this.#dataShape.at(-1)! - 1} once`,
        found: sorted.join(', '),
      });
    }
    return new AxisPartition(this.#dataShape, kept, changed);
  }

  split(x: tf.Tensor): TwoParts {
    return { kept: takeLast(x, this.#kept), changed: takeLast(x, this.#changed) };
  }

  join({ kept, changed }: TwoParts): tf.Tensor {
    return permuteLast(this.#kept.length === 0 ? changed : tf.concat([kept, changed], -1), this.#places);
  }

  onlyChanged(values: tf.Tensor): tf.Tensor {
    return values;
  }

  onlyKept(values: tf.Tensor): tf.Tensor {
    return values;
  }
}
