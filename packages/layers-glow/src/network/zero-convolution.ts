import {
  ConditionerBase,
  PartBase,
  type ConditionerDefinition,
  type PartConfig,
  type Random,
  type ConditionerBuild,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { BorderConvolution } from './border-convolution.ts';
import { imageSites, type ImageSites } from './image-sites.ts';
import { PADDINGS, type Padding } from './padding.ts';

/** Options of {@link ZeroConvolutionLayer}. */
export interface ZeroConvolutionLayerOptions {
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly padding: Padding;
  /** k of the factor exp(k·s); 0 leaves it out. */
  readonly logFactor: number;
  /** 0 when unconditional. */
  readonly contextSize: number;
  readonly random: Random;
}

/**
 * A convolution that starts at zero: y = (conv(x) + b + c Wc) ⊙ exp(k·s) with weights, b and s zero at the start.
 *
 * Variables: `weight`, `edge` (see {@link BorderConvolution}), `bias` `[out]`, `logScale` `[out]` when k > 0, `context`
 * `[contextSize, out]` when there is a context.
 *
 * Kingma & Dhariwal 2018 (Glow), section 3.3, zero initialization; the factor is that of its authors' code.
 */
export class ZeroConvolutionLayer extends PartBase {
  readonly #convolution: BorderConvolution;
  readonly #bias: tf.Variable<tf.Rank.R1>;
  readonly #logScale: tf.Variable<tf.Rank.R1> | null;
  readonly #context: tf.Variable<tf.Rank.R2> | null;
  readonly #logFactor: number;

  constructor(options: ZeroConvolutionLayerOptions) {
    super('zero-convolution', options.path);
    const { outputs, contextSize } = options;
    const zero = { name: 'zero', scale: 0 } as const;
    const { inputs, kernel, padding, path, random } = options;
    this.#convolution = this.addChild(
      'convolution',
      new BorderConvolution({ path, inputs, outputs, kernel, padding, random, initialization: zero }),
    );
    this.#logFactor = options.logFactor;
    this.#bias = this.addVariable('bias', tf.zeros([outputs])) as tf.Variable<tf.Rank.R1>;
    this.#logScale =
      this.#logFactor > 0 ? (this.addVariable('logScale', tf.zeros([outputs])) as tf.Variable<tf.Rank.R1>) : null;
    this.#context =
      contextSize > 0
        ? (this.addVariable('context', tf.zeros([contextSize, outputs])) as tf.Variable<tf.Rank.R2>)
        : null;
  }

  /** `[batch, height, width, in]` → `[batch, height, width, out]`; runs inside a tidy scope. */
  apply(x: tf.Tensor4D, context: tf.Tensor | undefined): tf.Tensor4D {
    const outputs = this.#bias.shape[0];
    const [logScale, logFactor] = [this.#logScale, this.#logFactor];
    const y = this.#convolution.apply(x, { shift: this.#bias, logScale, logFactor });
    if (this.#context === null || context === undefined) return y;
    const added = tf.matMul(context as tf.Tensor2D, this.#context);
    const offset = logScale === null ? added : tf.mul(added, tf.exp(tf.mul(logScale, logFactor)));
    return tf.add(y, tf.reshape(offset, [x.shape[0], 1, 1, outputs]));
  }
}

/** Configuration of {@link ZeroConvolution}, defaults filled in. */
export interface ZeroConvolutionConfig extends PartConfig {
  readonly kernel: number;
  readonly padding: Padding;
  readonly logFactor: number;
  readonly context: boolean;
  readonly unusedInputs: number;
}

/**
 * A single convolution from image to parameters per pixel that starts at zero: the network of Glow's learned priors.
 *
 * With an input without channels it depends on the position (with `edge-channel`) and on the context alone. For vectors
 * it is a dense layer. `unusedInputs` keeps weights for that many more channels which are always zero: the paper's code
 * has them in its top prior. They change no result, but the number of parameters and the names in its checkpoints.
 *
 * Variables: those of {@link ZeroConvolutionLayer} under `layer.`, and `unused` `[k, k, unusedInputs, out]`.
 *
 * @example
 * { "type": "zero-convolution", "padding": "edge-channel" }
 */
export class ZeroConvolution extends ConditionerBase {
  readonly #sites: ImageSites;
  readonly #layer: ZeroConvolutionLayer;
  readonly #unused: tf.Variable | null;

  constructor(config: ZeroConvolutionConfig, build: ConditionerBuild) {
    const sites = imageSites(build);
    const contextSize = config.context ? build.contextSize : 0;
    super(config.type, { ...build, contextSize });
    this.#sites = sites;
    const kernel = sites.isVector ? 1 : config.kernel;
    const { padding, logFactor } = config;
    const { inputs, outputs } = sites;
    const { path, random } = build;
    this.#layer = this.addChild(
      'layer',
      new ZeroConvolutionLayer({ path, inputs, outputs, kernel, padding, logFactor, contextSize, random }),
    );
    this.#unused =
      config.unusedInputs > 0
        ? this.addVariable('unused', tf.zeros([kernel, kernel, config.unusedInputs, outputs]))
        : null;
  }

  protected compute(input: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const y = this.#layer.apply(this.#sites.toImages(input), context);
    // Connected by a product with zero, so that optimizers find a gradient for it.
    return this.#unused === null ? y : tf.add(y, tf.mul(tf.sum(this.#unused), 0));
  }
}

/** The registry's entry for `zero-convolution`. */
export const zeroConvolution: ConditionerDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'One convolution that starts at zero: the network of learned priors.',
    properties: {
      kernel: { enum: [1, 3, 5, 7], default: 3, description: 'Side of the filter; vectors take 1.' },
      padding: {
        enum: PADDINGS,
        default: 'zeros',
        description:
          'What surrounds the image: zeros, ones, or zeros with one more input channel that is 1 outside the image.',
      },
      logFactor: {
        type: 'number',
        minimum: 0,
        default: 3,
        description: 'k of a trained factor exp(k s) per output channel, s starting at 0; 0 leaves the factor out.',
      },
      context: { type: 'boolean', default: false, description: "Add a linear map of the model's context." },
      unusedInputs: {
        type: 'integer',
        minimum: 0,
        default: 0,
        description: "Weights for channels that are always zero, as in the top prior of the paper's code.",
      },
    },
  },
  create: (config, build) => new ZeroConvolution(config as ZeroConvolutionConfig, build),
};
