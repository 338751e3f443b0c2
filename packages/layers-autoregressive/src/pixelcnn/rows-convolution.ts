import * as tf from '@tensorflow/tfjs';
import { addBias, convolution, drawBias, drawWeight, PartBase, type Initialization, type Random } from '@flowzoo/core';

/** Options of {@link RowsConvolution}. */
export interface RowsConvolutionOptions {
  readonly path: string;
  /** The window: this many rows above and columns to either side, beside the own row and column. */
  readonly reach: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly initialization: Initialization;
  readonly random: Random;
}

/** The numbers of a {@link RowsConvolution} as a sampler needs them; not to be written to. */
export interface RowsTaps {
  readonly reach: number;
  readonly inputs: number;
  readonly outputs: number;
  /** `[reach + 1, 2·reach + 1, inputs, outputs]`. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A convolution of the vertical stack: row i sees rows i − reach … i in their whole width, and nothing below.
 *
 * It needs no mask: what it says about row i reaches the horizontal stack one row further down.
 *
 * Variables: `weight` `[reach + 1, 2·reach + 1, inputs, outputs]`, `bias` `[outputs]`.
 */
export class RowsConvolution extends PartBase {
  readonly reach: number;
  readonly #weight: tf.Variable<tf.Rank.R4>;
  readonly #bias: tf.Variable<tf.Rank.R1>;

  constructor(options: RowsConvolutionOptions) {
    super('rows-convolution', options.path);
    const { reach, inputs, outputs, initialization, random } = options;
    this.reach = reach;
    const shape: [number, number, number, number] = [reach + 1, 2 * reach + 1, inputs, outputs];
    const taps = shape[0] * shape[1];
    const draw = { initialization, inputs: inputs * taps, outputs: outputs * taps, random };
    this.#weight = this.addVariable('weight', drawWeight<tf.Rank.R4>(shape, draw)) as tf.Variable<tf.Rank.R4>;
    this.#bias = this.addVariable('bias', drawBias({ ...draw, outputs })) as tf.Variable<tf.Rank.R1>;
  }

  /** `[batch, height, width, inputs]` → `[batch, height, width, outputs]`; the caller disposes. */
  apply(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const padded: tf.Tensor4D = tf.pad(x, [
        [0, 0],
        [this.reach, 0],
        [this.reach, this.reach],
        [0, 0],
      ]);
      return addBias(convolution(padded, this.#weight, { padding: 'valid' }), this.#bias);
    });
  }

  /** Reads the variables for a sampler, synchronously. */
  taps(): RowsTaps {
    const [, , inputs, outputs] = this.#weight.shape;
    const [weight, bias] = [this.#weight.dataSync<'float32'>(), this.#bias.dataSync<'float32'>()];
    return { reach: this.reach, inputs, outputs, weight, bias };
  }
}
