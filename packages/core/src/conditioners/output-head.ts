import * as tf from '@tensorflow/tfjs';
import { PartBase } from '../contracts/part-base.ts';
import type { ConditionerBuild } from '../registry/build.ts';
import type { JsonSchema } from '../registry/plugin.ts';

/** What happens to the output of a network. */
export interface OutputConfig {
  readonly outputGain: number;
  readonly outputLogScale: number;
  readonly outputOffset: number | readonly number[];
}

/** Schema properties of {@link OutputConfig}. */
export const outputSchema: JsonSchema = {
  outputGain: { type: 'number', default: 1, description: 'Factor on the output.' },
  outputLogScale: {
    type: 'number',
    minimum: 0,
    default: 0,
    description:
      'k of a trained factor exp(k·s) per output channel, s starting at 0 (Glow: 3); 0 leaves the factor out.',
  },
  outputOffset: {
    default: 0,
    oneOf: [{ type: 'number' }, { type: 'array', items: { type: 'number' }, minItems: 1 }],
    description: 'Constant added to the output; a list is repeated over the features (one number per parameter).',
  },
};

/**
 * The end of every network: y = gain · exp(k·s) · h + offset, with trained s per channel (Kingma & Dhariwal 2018,
 * section 3.3, "zero initialization", as in their code).
 *
 * Variables: `logScale` `[channels]` when k > 0.
 */
export class OutputHead extends PartBase {
  readonly #config: OutputConfig;
  readonly #logScale: tf.Variable | undefined;
  readonly #offsets: readonly number[] | undefined;

  constructor(config: OutputConfig, build: ConditionerBuild) {
    super('output', build.path);
    const channels = build.outputShape.at(-1) ?? 1;
    const offset = typeof config.outputOffset === 'number' ? [config.outputOffset] : config.outputOffset;
    if (channels % offset.length !== 0) {
      throw build.shapeError('outputOffset does not divide the output', {
        expected: `a number of entries that divides ${channels}`,
        found: String(offset.length),
      });
    }
    this.#config = config;
    if (config.outputLogScale > 0) this.#logScale = this.addVariable('logScale', tf.zeros([channels]));
    if (offset.some((value) => value !== 0)) {
      this.#offsets = Array.from({ length: channels }, (_, i) => offset[i % offset.length]!);
    }
  }

  /** Any leading axes, channels last; runs in the caller's tidy scope, and gives back its input if nothing is to do. */
  apply(hidden: tf.Tensor): tf.Tensor {
    const { outputGain, outputLogScale } = this.#config;
    let y = hidden;
    if (outputGain !== 1) y = tf.mul(y, outputGain);
    if (this.#logScale !== undefined) y = tf.mul(y, tf.exp(tf.mul(this.#logScale, outputLogScale)));
    if (this.#offsets !== undefined) y = tf.add(y, tf.tensor1d(this.#offsets as number[]));
    return y;
  }
}
