import * as tf from '@tensorflow/tfjs';
import type { DiscreteHead, ElementDraw } from './discrete-head.ts';

/**
 * Two levels with one logit a per channel: P(1) = σ(a), log P(x) = x·a − log(1 + eᵃ).
 *
 * @example
 * const head = new BernoulliHead({ channels: 1 });
 */
export class BernoulliHead implements DiscreteHead {
  readonly type = 'bernoulli';
  readonly levels = 2;
  readonly channels: number;
  readonly tiesChannels = false;
  readonly parameters: number;
  readonly uniforms: number;

  constructor(options: { readonly channels: number }) {
    this.channels = options.channels;
    this.parameters = options.channels;
    this.uniforms = options.channels;
  }

  logProb(x: tf.Tensor2D, parameters: tf.Tensor2D): tf.Tensor1D {
    return tf.sum(tf.sub(tf.mul(x, parameters), tf.softplus(parameters)), 1);
  }

  draw({ channel, parameters, uniforms, temperature }: ElementDraw): number {
    const logit = parameters[channel]!;
    if (temperature === 0) return logit > 0 ? 1 : 0;
    return uniforms[channel]! < 1 / (1 + Math.exp(-logit / temperature)) ? 1 : 0;
  }
}
