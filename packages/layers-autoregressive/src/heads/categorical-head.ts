import * as tf from '@tensorflow/tfjs';
import { choose } from './choose.ts';
import type { DiscreteHead, ElementDraw } from './discrete-head.ts';

/**
 * K levels with K logits per channel: log P(x) = a_x − log Σₖ e^{aₖ}. It assumes nothing about the order of the levels.
 *
 * @example
 * const head = new CategoricalHead({ channels: 1, levels: 17 });
 */
export class CategoricalHead implements DiscreteHead {
  readonly type = 'categorical';
  readonly levels: number;
  readonly channels: number;
  readonly tiesChannels = false;
  readonly parameters: number;
  readonly uniforms: number;

  constructor(options: { readonly channels: number; readonly levels: number }) {
    this.levels = options.levels;
    this.channels = options.channels;
    this.parameters = options.channels * options.levels;
    this.uniforms = options.channels;
  }

  logProb(x: tf.Tensor2D, parameters: tf.Tensor2D): tf.Tensor1D {
    const rows = x.size;
    const logits = tf.reshape(parameters, [rows, this.levels]);
    const indices = tf.cast(tf.floor(tf.add(tf.reshape(x, [rows]), 0.5)), 'int32') as tf.Tensor1D;
    // One-hot rows and not gather: its gradient has no kernel on wasm.
    const chosen = tf.sum(tf.mul(logits, tf.oneHot(indices, this.levels)), 1);
    const logProb = tf.sub(chosen, tf.logSumExp(logits, 1));
    return tf.sum(tf.reshape(logProb, [x.shape[0], this.channels]), 1);
  }

  draw({ channel, parameters, uniforms, temperature }: ElementDraw): number {
    const { levels } = this;
    return choose({
      logits: parameters,
      start: channel * levels,
      count: levels,
      uniform: uniforms[channel]!,
      temperature,
    });
  }
}
