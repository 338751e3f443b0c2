import { FlowzooError, type Shape, type StateValues } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Partition, TwoParts } from './partition.ts';

/**
 * A partition of the pixels of an image, all channels of a pixel together. Both parts keep the image's shape, with zeros
 * where the other part is.
 */
export class SpatialPartition implements Partition {
  readonly #dataShape: Shape;
  /** Row-major, 1 where a pixel stays. */
  readonly #mask: Int32Array;

  constructor(dataShape: Shape, mask: Int32Array) {
    this.#dataShape = dataShape;
    this.#mask = mask;
  }

  get keptShape(): Shape {
    return this.#dataShape;
  }

  get changedShape(): Shape {
    return this.#dataShape;
  }

  get identity(): readonly number[] {
    const channels = this.#dataShape[2]!;
    return Array.from(this.#mask, (stays, pixel) =>
      stays === 1 ? Array.from({ length: channels }, (_, channel) => pixel * channels + channel) : [],
    ).flat();
  }

  get saved(): Partition['saved'] {
    return new Map([['mask', { values: this.#mask, shape: this.#dataShape.slice(0, 2) }]]);
  }

  restored(values: ReadonlyMap<string, StateValues>, at: string): Partition {
    const mask = Int32Array.from(values.get('mask') ?? this.#mask);
    const kept = mask.filter((each) => each === 1).length;
    if (mask.some((each) => each !== 0 && each !== 1) || kept === 0 || kept === mask.length) {
      throw new FlowzooError('E_MASK', 'the saved mask is no mask', {
        at,
        expected: 'zeros and ones, some of each',
        found: `${kept} ones among ${mask.length} numbers`,
      });
    }
    return new SpatialPartition(this.#dataShape, mask);
  }

  split(x: tf.Tensor): TwoParts {
    return { kept: this.onlyKept(x), changed: this.onlyChanged(x) };
  }

  join({ kept, changed }: TwoParts): tf.Tensor {
    return tf.add(this.onlyKept(kept), this.onlyChanged(changed));
  }

  onlyChanged(values: tf.Tensor): tf.Tensor {
    return tf.mul(values, this.#indicator(0, values.rank));
  }

  onlyKept(values: tf.Tensor): tf.Tensor {
    return tf.mul(values, this.#indicator(1, values.rank));
  }

  /** 1 at the pixels of a part, `[1, H, W, 1, …]`. */
  #indicator(part: 0 | 1, rank: number): tf.Tensor {
    const shape = [1, this.#dataShape[0]!, this.#dataShape[1]!, ...Array.from({ length: rank - 3 }, () => 1)];
    return tf.tensor(
      Float32Array.from(this.#mask, (each) => (each === part ? 1 : 0)),
      shape,
    );
  }
}
