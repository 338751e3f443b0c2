import { addBias, convolution, drawWeight, PartBase, type Initialization, type Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { canFold, foldedConvolution } from './folded-convolution.ts';
import { surroundings, type Padding } from './padding.ts';

/** Options of {@link BorderConvolution}. */
export interface BorderConvolutionOptions {
  readonly path: string;
  /** Channels in; may be 0: the result then depends on the position alone. */
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the square filter, odd. */
  readonly kernel: number;
  readonly padding: Padding;
  readonly initialization: Initialization;
  readonly random: Random;
}

/** What is applied to the sum of a convolution, per output channel: a((h + shift) · exp(logFactor · logScale)). */
export interface OutputAffine {
  readonly shift: tf.Tensor1D;
  /** Null for scale 1. */
  readonly logScale: tf.Tensor1D | null;
  readonly logFactor: number;
  /** A rectifier right behind it costs nothing there. Default: `linear`. */
  readonly activation?: 'relu' | 'linear';
}

/**
 * A convolution of stride 1 that keeps the size of the image, with a choice of what is around the image, and without a
 * bias of its own: a shift and a scale per channel come from its owner and are folded into the filter.
 *
 * Variables: `weight` `[k, k, in, out]` when there are inputs, `edge` `[k, k, 1, out]` with `edge-channel` and k > 1.
 */
export class BorderConvolution extends PartBase {
  readonly #outputs: number;
  readonly #weight: tf.Variable<tf.Rank.R4> | null;
  readonly #edge: tf.Variable<tf.Rank.R4> | null;
  readonly #onesAround: boolean;

  constructor(options: BorderConvolutionOptions) {
    super('convolution', options.path);
    const { inputs, outputs, kernel, padding, initialization, random } = options;
    const taps = kernel * kernel;
    const draw = { initialization, inputs: inputs * taps, outputs: outputs * taps, random };
    const filter = (name: string, channels: number): tf.Variable<tf.Rank.R4> =>
      this.addVariable(
        name,
        drawWeight<tf.Rank.R4>([kernel, kernel, channels, outputs], draw),
      ) as tf.Variable<tf.Rank.R4>;
    this.#outputs = outputs;
    this.#weight = inputs > 0 ? filter('weight', inputs) : null;
    this.#edge = padding === 'edge-channel' && kernel > 1 ? filter('edge', 1) : null;
    this.#onesAround = padding === 'ones' && kernel > 1 && inputs > 0;
  }

  /** `[batch, height, width, in]` → `[batch, height, width, out]`; runs inside a tidy scope. */
  apply(x: tf.Tensor4D, affine: OutputAffine): tf.Tensor4D {
    const { shift, logScale, logFactor, activation = 'linear' } = affine;
    const weight = this.#weight;
    if (weight !== null && !this.#onesAround && x.size > 0 && canFold()) {
      return foldedConvolution({ x, weight, shift, logScale, edge: this.#edge }, { logFactor, activation });
    }
    const y = this.#composed(x, affine);
    return activation === 'relu' ? tf.relu(y) : y;
  }

  #composed(x: tf.Tensor4D, { shift, logScale, logFactor }: OutputAffine): tf.Tensor4D {
    const [batch, height, width] = x.shape;
    const scale = logScale === null ? null : (tf.exp(tf.mul(logScale, logFactor)) as tf.Tensor1D);
    const scaled = <T extends tf.Tensor>(each: T): T => (scale === null ? each : tf.mul(each, scale)) as T;
    const offset = scaled(shift);
    const filter = this.#weight === null ? null : scaled<tf.Tensor4D>(this.#weight);
    const y =
      filter === null ? (tf.zeros([batch, height, width, this.#outputs]) as tf.Tensor4D) : convolution(x, filter);
    const around = this.#edge !== null ? scaled<tf.Tensor4D>(this.#edge) : this.#onesAround ? filter : null;
    if (around === null) return addBias(y, offset);
    const map = tf.reshape(tf.add(surroundings(height, width, around), offset), [y.size / batch]) as tf.Tensor1D;
    return tf.reshape(addBias(tf.reshape(y, [batch, map.size]), map), y.shape);
  }
}
