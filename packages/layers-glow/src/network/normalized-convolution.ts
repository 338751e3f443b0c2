import { PartBase } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { ChannelMoments } from '../actnorm/channel-moments.ts';
import { BorderConvolution, type BorderConvolutionOptions } from './border-convolution.ts';

/** Options of {@link NormalizedConvolution}. */
export interface NormalizedConvolutionOptions extends Omit<BorderConvolutionOptions, 'initialization'> {
  /** k of the scale exp(k·r); 0 is taken as 1. */
  readonly logFactor: number;
  /** False leaves the scale out; the shift then is a bias. */
  readonly normalized: boolean;
}

/**
 * A convolution with activation normalization, (conv(x) + b) ⊙ exp(k·r); weights start as N(0, 0.05²).
 *
 * Variables: `shift` `[out]`, `logScale` `[out]` when normalized, `convolution.*`.
 */
export class NormalizedConvolution extends PartBase {
  readonly #convolution: BorderConvolution;
  readonly #shift: tf.Variable<tf.Rank.R1>;
  readonly #logScale: tf.Variable<tf.Rank.R1> | null;
  readonly #logFactor: number;

  constructor(options: NormalizedConvolutionOptions) {
    super('normalized-convolution', options.path);
    const { outputs, logFactor, normalized, ...rest } = options;
    const initialization = { name: 'normal', scale: 0.05 } as const;
    this.#logFactor = logFactor === 0 ? 1 : logFactor;
    this.#shift = this.addVariable('shift', tf.zeros([outputs])) as tf.Variable<tf.Rank.R1>;
    this.#logScale = normalized ? (this.addVariable('logScale', tf.zeros([outputs])) as tf.Variable<tf.Rank.R1>) : null;
    this.#convolution = this.addChild('convolution', new BorderConvolution({ ...rest, outputs, initialization }));
  }

  /** `[batch, height, width, in]` → `[batch, height, width, out]`; runs inside a tidy scope. */
  apply(x: tf.Tensor4D, activation: 'relu' | 'linear'): tf.Tensor4D {
    return this.#convolution.apply(x, {
      shift: this.#shift,
      logScale: this.#logScale,
      logFactor: this.#logFactor,
      activation,
    });
  }

  /** The convolution alone, of which `fit` takes the statistics. */
  unnormalized(x: tf.Tensor4D): tf.Tensor4D {
    return this.#convolution.apply(x, { shift: tf.zerosLike(this.#shift), logScale: null, logFactor: 1 });
  }

  /** Standardizes a batch that has these moments; a constant channel keeps its scale. */
  fit({ mean, deviation }: ChannelMoments): void {
    tf.tidy(() => {
      this.#shift.assign(tf.tensor1d(Float32Array.from(mean, (value) => -value)));
      const logs = Float32Array.from(deviation, (each) => (each === 0 ? 0 : -Math.log(each + 1e-6) / this.#logFactor));
      this.#logScale?.assign(tf.tensor1d(logs));
    });
  }
}
