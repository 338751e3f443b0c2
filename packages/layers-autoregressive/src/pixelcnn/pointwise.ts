import * as tf from '@tensorflow/tfjs';
import { drawBias, drawWeight, linear, PartBase, type Initialization, type Random } from '@flowzoo/core';
import { groupMask, maskedValues } from './color-groups.ts';

/** Options of {@link Pointwise}. */
export interface PointwiseOptions {
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Colour groups, masked as type B; 1 where channels need no order. Default: 1. */
  readonly groups?: number;
  /** Default: true. */
  readonly bias?: boolean;
  readonly initialization: Initialization;
  readonly random: Random;
}

/** The numbers of a {@link Pointwise} map as a sampler needs them; not to be written to. */
export interface PointwiseTaps {
  readonly inputs: number;
  readonly outputs: number;
  /** `[inputs, outputs]`, masked. */
  readonly weight: Float32Array;
  readonly bias: Float32Array | undefined;
}

/**
 * A 1×1 convolution: the same dense map at every position, with the mask of type B between colour groups. Weights that
 * the mask hides are without effect whatever their value.
 *
 * Variables: `weight` `[inputs, outputs]`, `bias` `[outputs]`.
 */
export class Pointwise extends PartBase {
  readonly outputs: number;
  readonly #mask: Float32Array | null;
  readonly #weight: tf.Variable<tf.Rank.R2>;
  readonly #bias: tf.Variable<tf.Rank.R1> | undefined;

  constructor(options: PointwiseOptions) {
    super('pointwise', options.path);
    const { inputs, outputs, groups = 1, bias = true } = options;
    this.outputs = outputs;
    this.#mask = groups === 1 ? null : groupMask({ type: 'B', groups, inputs, outputs });
    const drawn = drawWeight<tf.Rank.R2>([inputs, outputs], options);
    const weight = tf.tidy(() => tf.clone(this.#masked(drawn)));
    drawn.dispose();
    this.#weight = this.addVariable('weight', weight) as tf.Variable<tf.Rank.R2>;
    if (bias) this.#bias = this.addVariable('bias', drawBias(options)) as tf.Variable<tf.Rank.R1>;
  }

  /** `[..., inputs]` → `[..., outputs]`; the caller disposes. */
  apply<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() => {
      const inputs = x.shape.at(-1)!;
      const rows: tf.Tensor2D = tf.reshape(x, [x.size / inputs, inputs]);
      const mapped = linear(rows, this.#masked(this.#weight), this.#bias);
      return tf.reshape(mapped, [...x.shape.slice(0, -1), this.outputs]) as T;
    });
  }

  /** Reads the variables for a sampler, synchronously. */
  taps(): PointwiseTaps {
    return {
      inputs: this.#weight.shape[0],
      outputs: this.outputs,
      weight: maskedValues(this.#weight.dataSync<'float32'>(), this.#mask),
      bias: this.#bias?.dataSync<'float32'>(),
    };
  }

  #masked(weight: tf.Tensor2D): tf.Tensor2D {
    return this.#mask === null ? weight : tf.mul(weight, tf.tensor2d(this.#mask, weight.shape));
  }
}
