import * as tf from '@tensorflow/tfjs';
import { addBias, convolution, drawBias, drawWeight, PartBase, type Initialization, type Random } from '@flowzoo/core';
import { groupMask, maskedValues, type MaskType } from './color-groups.ts';

/** Options of {@link MaskedConvolution}. */
export interface MaskedConvolutionOptions {
  readonly path: string;
  /** Rows of the window above the position. 0: none, the horizontal stack. */
  readonly above: number;
  /** Columns of the window to either side. */
  readonly beside: number;
  readonly type: MaskType;
  /** Colour groups; 1 where channels need no order. Default: 1. */
  readonly groups?: number;
  readonly inputs: number;
  readonly outputs: number;
  /** 2 when the outputs are two halves with their own groups. Default: 1. */
  readonly halves?: number;
  readonly initialization: Initialization;
  readonly random: Random;
}

/** The numbers of a masked convolution as a sampler needs them; not to be written to. */
export interface MaskedTaps {
  readonly above: number;
  readonly beside: number;
  /** Taps of the position's own row, from `beside` to the left; the last is the position itself unless it is hidden. */
  readonly own: number;
  readonly inputs: number;
  readonly outputs: number;
  /** `[above, 2·beside + 1, inputs, outputs]`; undefined without rows above. */
  readonly aboveWeight: Float32Array | undefined;
  /** `[own, inputs, outputs]`, masked. */
  readonly rowWeight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A convolution that sees only positions before its own in raster order: whole rows above, and its own row to the left,
 * the position itself included for type B.
 *
 * Only taps that may be seen are stored and multiplied: no filter is half zeros. What is left to mask is the tap of the
 * position itself between colour groups, in the filter and not in the image, so the mask costs nothing that counts and
 * the hidden weights are without effect *whatever their value*: a weight that was loaded or moved cannot leak. Their
 * gradient is zero.
 *
 * Variables: `above` `[above, 2·beside + 1, inputs, outputs]` when there are rows above, `row` `[1, own, inputs,
 * outputs]`, `bias` `[outputs]`.
 *
 * van den Oord et al. 2016, "Pixel Recurrent Neural Networks".
 */
export class MaskedConvolution extends PartBase {
  readonly #options: MaskedConvolutionOptions;
  readonly #own: number;
  readonly #mask: Float32Array | null;
  readonly #above: tf.Variable<tf.Rank.R4> | undefined;
  readonly #row: tf.Variable<tf.Rank.R4>;
  readonly #bias: tf.Variable<tf.Rank.R1>;

  constructor(options: MaskedConvolutionOptions) {
    super('masked-convolution', options.path);
    const { above, beside, type, groups = 1, inputs, outputs, initialization, random } = options;
    this.#options = options;
    // Without colour groups, type A hides the whole centre tap: it is left out.
    this.#own = beside + (type === 'A' && groups === 1 ? 0 : 1);
    const taps = above * (2 * beside + 1) + this.#own;
    const draw = { initialization, inputs: inputs * taps, outputs: outputs * taps, random };
    if (above > 0) {
      const shape: [number, number, number, number] = [above, 2 * beside + 1, inputs, outputs];
      this.#above = this.addVariable('above', drawWeight<tf.Rank.R4>(shape, draw)) as tf.Variable<tf.Rank.R4>;
    }
    this.#mask = groups === 1 ? null : this.#rowMask(groupMask({ ...options, groups }));
    const row = drawWeight<tf.Rank.R4>([1, this.#own, inputs, outputs], draw);
    this.#row = this.addVariable('row', this.#start(row)) as tf.Variable<tf.Rank.R4>;
    this.#bias = this.addVariable('bias', drawBias({ ...draw, outputs })) as tf.Variable<tf.Rank.R1>;
  }

  /** `[batch, height, width, inputs]` → `[batch, height, width, outputs]`; the caller disposes. */
  apply(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const { above, beside } = this.#options;
      const row = this.#masked(this.#row);
      if (this.#above === undefined) return addBias(slideAlong(x, row, beside), this.#bias);
      // One product for both: the missing taps to the right are zeros of the last filter row alone.
      const right = 2 * beside + 1 - this.#own;
      const last: tf.Tensor4D = tf.pad(row, [
        [0, 0],
        [0, right],
        [0, 0],
        [0, 0],
      ]);
      const padded: tf.Tensor4D = tf.pad(x, [
        [0, 0],
        [above, 0],
        [beside, beside],
        [0, 0],
      ]);
      return addBias(convolution(padded, tf.concat([this.#above, last], 0), { padding: 'valid' }), this.#bias);
    });
  }

  /** Reads the variables for a sampler, synchronously. */
  taps(): MaskedTaps {
    const { above, beside, inputs, outputs } = this.#options;
    return {
      above,
      beside,
      own: this.#own,
      inputs,
      outputs,
      aboveWeight: this.#above?.dataSync<'float32'>(),
      rowWeight: maskedValues(this.#row.dataSync<'float32'>(), this.#mask),
      bias: this.#bias.dataSync<'float32'>(),
    };
  }

  #rowMask(centre: Float32Array): Float32Array {
    const { inputs, outputs } = this.#options;
    const mask = new Float32Array(this.#own * inputs * outputs).fill(1);
    mask.set(centre, mask.length - centre.length);
    return mask;
  }

  #start(row: tf.Tensor4D): tf.Tensor4D {
    if (this.#mask === null) return row;
    const masked = tf.tidy(() => this.#masked(row));
    row.dispose();
    return masked;
  }

  #masked(row: tf.Tensor4D): tf.Tensor4D {
    return this.#mask === null ? row : tf.mul(row, tf.tensor4d(this.#mask, row.shape));
  }
}

/** A filter of one row: column j sees columns j − beside … , as many as the filter has taps. */
function slideAlong(x: tf.Tensor4D, row: tf.Tensor4D, beside: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const padded: tf.Tensor4D = tf.pad(x, [
    [0, 0],
    [0, 0],
    [beside, 0],
    [0, 0],
  ]);
  const columns = width + row.shape[1] - 1;
  const seen =
    columns === padded.shape[2] ? padded : tf.slice(padded, [0, 0, 0, 0], [batch, height, columns, channels]);
  return convolution(seen, row, { padding: 'valid' });
}
