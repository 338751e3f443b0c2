import * as tf from '@tensorflow/tfjs';
import { choose } from './choose.ts';
import type { DiscreteHead, ElementDraw } from './discrete-head.ts';
import { drawLogisticBin, logisticBinLogProb } from './logistic-bin.ts';

/** Options of {@link LogisticMixtureHead}. */
export interface LogisticMixtureOptions {
  readonly channels: number;
  /** Number of levels K, 2 or more. */
  readonly levels: number;
  /** Logistics in the mixture. Default: 10. */
  readonly components?: number;
  /**
   * `network`: every channel has a mixture of its own, and the network shows it the earlier channels. `linear`: one
   * mixture per position, whose means of later channels move linearly with the levels of earlier ones. Default: `network`.
   */
  readonly colors?: 'network' | 'linear';
}

/**
 * A mixture of M discretized logistics, with few parameters for many levels: P(x) = Σₘ πₘ [σ((x⁺ − μₘ)/sₘ) − σ((x⁻ − μₘ)/sₘ)].
 *
 * A draw picks a component, draws its logistic, and **rounds to a level**, so that what is fed back while sampling is what
 * the network saw while training, and sampled frequencies are the probabilities that are scored. Temperature divides the
 * mixture's logits and multiplies the scales.
 *
 * With `colors: linear` one component is chosen for the whole position, and its mean of channel c is
 * μ_c + Σ_{c′<c} tanh(γ_{c′c})·x_{c′}, x scaled to [−1, 1]: of the true image when scoring, of the sampled one when drawing.
 *
 * Parameters of a channel: M logits, M means, M log-scales. Linear: M logits, then M means and M log-scales per channel,
 * then M coefficients for each pair of channels, (0→1), (0→2), (1→2), ….
 *
 * Salimans et al. 2017, "PixelCNN++".
 *
 * @example
 * const head = new LogisticMixtureHead({ channels: 3, levels: 256, components: 10, colors: 'linear' });
 */
export class LogisticMixtureHead implements DiscreteHead {
  readonly type = 'logistic-mixture';
  readonly levels: number;
  readonly channels: number;
  readonly components: number;
  readonly tiesChannels: boolean;
  readonly parameters: number;
  readonly uniforms: number;

  constructor(options: LogisticMixtureOptions) {
    const { channels, levels, components = 10, colors = 'network' } = options;
    this.levels = levels;
    this.channels = channels;
    this.components = components;
    this.tiesChannels = colors === 'linear' && channels > 1;
    this.parameters = this.tiesChannels
      ? components * (1 + 2 * channels + (channels * (channels - 1)) / 2)
      : 3 * components * channels;
    // One for the choice and one per logistic.
    this.uniforms = this.tiesChannels ? 1 + channels : 2 * channels;
  }

  logProb(x: tf.Tensor2D, parameters: tf.Tensor2D): tf.Tensor1D {
    return this.tiesChannels ? this.#tiedLogProb(x, parameters) : this.#separateLogProb(x, parameters);
  }

  draw(element: ElementDraw): number {
    const { channel, parameters, uniforms, temperature, levels: drawn } = element;
    const { components: M, levels, channels } = this;
    const tied = this.tiesChannels;
    const logits = tied ? 0 : 3 * M * channel;
    const component = choose({
      logits: parameters,
      start: logits,
      count: M,
      uniform: uniforms[tied ? 0 : 2 * channel]!,
      temperature,
    });
    const means = tied ? M * (1 + 2 * channel) : logits + M;
    let mean = parameters[means + component]!;
    if (tied) {
      for (let earlier = 0; earlier < channel; earlier++) {
        const coefficient = Math.tanh(parameters[M * (1 + 2 * channels + pairIndex(earlier, channel)) + component]!);
        mean += coefficient * ((2 * drawn[earlier]!) / (levels - 1) - 1);
      }
    }
    const logScale = parameters[means + M + component]!;
    const uniform = uniforms[tied ? 1 + channel : 2 * channel + 1]!;
    return drawLogisticBin({ mean, logScale, uniform, temperature, levels });
  }

  #separateLogProb(x: tf.Tensor2D, parameters: tf.Tensor2D): tf.Tensor1D {
    const { channels, components, levels } = this;
    const rows = x.size;
    const [logits, mean, logScale] = tf.split(tf.reshape(parameters, [rows, 3 * components]), 3, 1) as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const each = logisticBinLogProb({ x: tf.reshape(x, [rows, 1]), mean, logScale, levels });
    const logProb = tf.sub(tf.logSumExp(tf.add(logits, each), 1), tf.logSumExp(logits, 1));
    return tf.sum(tf.reshape(logProb, [x.shape[0], channels]), 1);
  }

  #tiedLogProb(x: tf.Tensor2D, parameters: tf.Tensor2D): tf.Tensor1D {
    const { channels, components, levels } = this;
    const parts = tf.split(parameters, parameters.shape[1] / components, 1);
    const levelsOf = tf.split(x, channels, 1);
    const logits = parts[0]!;
    // Channels are added before the weights: one component has the whole position.
    let joint = logits;
    levelsOf.forEach((level, channel) => {
      let mean = parts[1 + 2 * channel]!;
      for (let earlier = 0; earlier < channel; earlier++) {
        const coefficient = tf.tanh(parts[1 + 2 * channels + pairIndex(earlier, channel)]!);
        const scaled = tf.sub(tf.mul(levelsOf[earlier]!, 2 / (levels - 1)), 1);
        mean = tf.add(mean, tf.mul(coefficient, scaled));
      }
      joint = tf.add(joint, logisticBinLogProb({ x: level, mean, logScale: parts[2 + 2 * channel]!, levels }));
    });
    return tf.sub(tf.logSumExp(joint, 1), tf.logSumExp(logits, 1));
  }
}

/** Place of the pair earlier → channel: (0→1), (0→2), (1→2), (0→3), …. */
function pairIndex(earlier: number, channel: number): number {
  return (channel * (channel - 1)) / 2 + earlier;
}
