import * as tf from '@tensorflow/tfjs';
import { dropout } from '../ops/index.ts';
import type { ConditionerBuild } from '../registry/build.ts';
import type { ConditionerDefinition, PartConfig } from '../registry/plugin.ts';
import { activationOf, activationSchema, type Activation, type ActivationConfig } from './activations.ts';
import { ConditionerBase } from './conditioner-base.ts';
import { ConvolutionLayer } from './convolution-layer.ts';
import { Dense } from './dense.ts';
import {
  endInitialization,
  endSchema,
  hiddenInitialization,
  initializationSchema,
  type EndConfig,
  type Initialization,
  type InitializationConfig,
} from './initialization.ts';
import { OutputHead, outputSchema, type OutputConfig } from './output-head.ts';

/** Configuration of {@link ConvolutionalNetwork}, defaults filled in. */
export interface ConvolutionalNetworkConfig extends PartConfig, ActivationConfig, InitializationConfig, OutputConfig {
  /** Channels of every hidden layer. */
  readonly hidden: number;
  /** Residual blocks; 0 makes a plain stack of the kernels. */
  readonly blocks: number;
  /** First convolution, those of one block (or of the plain stack), last convolution. */
  readonly kernels: readonly number[];
  readonly skip: 'none' | 'sum';
  readonly weightNormalization: boolean;
  readonly padding: 'zeros';
  /** Probability that an activation inside a block is dropped while training. */
  readonly dropout: number;
  readonly lastLayer: EndConfig;
}

/**
 * A convolutional network from image to parameters per pixel: a first convolution, residual blocks, a last convolution.
 *
 * Block: h ← h + conv(a(… conv(a(h)))), as in Real NVP (Dinh et al. 2017, section 4.1), whose weight normalization is
 * the default. With `skip: sum` the last convolution sees the sum of 1×1 convolutions of the first layer and of every
 * block, as in its authors' code, instead of the last block alone. With `blocks: 0` the kernels are a plain stack:
 * `[3, 1, 3]` is Glow's network. A context adds one number per hidden channel to the first layer.
 *
 * Variables: `first.*`, `context.weight`, `blocks.<i>.<j>.*`, `skips.<i>.*`, `last.*`, `output.logScale`, where a
 * convolution has `weight`, `gain` and `bias`.
 *
 * @example
 * { "type": "convnet", "hidden": 32, "blocks": 2, "skip": "sum" }
 */
export class ConvolutionalNetwork extends ConditionerBase {
  readonly #config: ConvolutionalNetworkConfig;
  readonly #activation: Activation;
  readonly #first: ConvolutionLayer;
  readonly #context: Dense | undefined;
  readonly #blocks: ConvolutionLayer[][] = [];
  readonly #skips: ConvolutionLayer[] = [];
  readonly #last: ConvolutionLayer;
  readonly #output: OutputHead;

  constructor(config: ConvolutionalNetworkConfig, build: ConditionerBuild) {
    super(config.type, build);
    const [inputs, outputs] = imageChannels(build);
    // Built before any variable, since it checks the configuration.
    const output = new OutputHead(config, build);
    this.#config = config;
    this.#activation = activationOf(config);
    const { hidden: width, blocks, kernels, weightNormalization } = config;
    const { path, random, contextSize } = build;
    const initialization = hiddenInitialization(config);
    const layer = (
      name: string,
      options: { inputs: number; outputs: number; kernel: number; initialization?: Initialization },
    ): ConvolutionLayer =>
      this.addChild(
        name,
        new ConvolutionLayer({
          path: `${path}.${name}`,
          weightNormalization,
          initialization,
          fallback: initialization,
          random,
          ...options,
        }),
      );

    this.#first = layer('first', { inputs, outputs: width, kernel: kernels[0]! });
    if (contextSize > 0) {
      const options = { path: `${path}.context`, inputs: contextSize, outputs: width, bias: false };
      this.#context = this.addChild('context', new Dense({ ...options, initialization, random }));
    }
    if (config.skip === 'sum') this.#skips.push(layer('skips.0', { inputs: width, outputs: width, kernel: 1 }));
    // A plain stack is one block without its shortcut.
    for (let i = 0; i < Math.max(1, blocks); i++) {
      const inner = kernels.slice(1, -1);
      this.#blocks.push(inner.map((kernel, j) => layer(`blocks.${i}.${j}`, { inputs: width, outputs: width, kernel })));
      if (config.skip === 'sum') {
        this.#skips.push(layer(`skips.${i + 1}`, { inputs: width, outputs: width, kernel: 1 }));
      }
    }
    this.#last = layer('last', {
      inputs: width,
      outputs,
      kernel: kernels.at(-1)!,
      initialization: endInitialization(config.lastLayer, initialization),
    });
    this.#output = this.addChild('output', output);
  }

  protected override compute(input: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const residual = this.#config.blocks > 0;
    let h = this.#first.apply(input as tf.Tensor4D);
    if (this.#context !== undefined && context !== undefined) {
      const offset = this.#context.apply(context as tf.Tensor2D);
      h = tf.add(h, tf.reshape(offset, [h.shape[0], 1, 1, h.shape[3]]));
    }
    let sum = this.#skips[0]?.apply(h);
    this.#blocks.forEach((block, i) => {
      const inside = this.#runBlock(block, h, i);
      h = residual ? tf.add(h, inside) : inside;
      const skip = this.#skips[i + 1];
      if (skip !== undefined && sum !== undefined) sum = tf.add(sum, skip.apply(h));
    });
    return this.#output.apply(this.#last.apply(this.#activation(sum ?? h)));
  }

  #runBlock(block: readonly ConvolutionLayer[], hidden: tf.Tensor4D, index: number): tf.Tensor4D {
    const { dropout: rate } = this.#config;
    let h = hidden;
    block.forEach((layer, j) => {
      h = this.#activation(h);
      if (this.mode.training && rate > 0 && j === block.length - 1) {
        h = dropout(h, { rate, random: this.mode.random.fork('dropout').fork(index) });
      }
      h = layer.apply(h);
    });
    return h;
  }
}

/** Channels in and out, once the shapes are images of one size. */
function imageChannels(build: ConditionerBuild): [number, number] {
  const { inputShape, outputShape } = build;
  const fits =
    inputShape.length === 3 &&
    outputShape.length === 3 &&
    inputShape[0] === outputShape[0] &&
    inputShape[1] === outputShape[1];
  if (fits) return [inputShape[2]!, outputShape[2]!];
  throw build.shapeError('a convolutional conditioner maps images to images of the same height and width', {
    expected: '[height, width, channels] for both',
    found: `[${inputShape.join(', ')}] to [${outputShape.join(', ')}]`,
    remedy: 'Use "mlp" or "resnet" for vectors',
  });
}

/** The registry's entry for `convnet`. */
export const convolutionalNetwork: ConditionerDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Convolutional residual network for images.',
    properties: {
      hidden: { type: 'integer', minimum: 1, default: 32, description: 'Channels of every hidden layer.' },
      blocks: {
        type: 'integer',
        minimum: 0,
        default: 2,
        description: 'Number of residual blocks; 0 makes a plain stack of the kernels.',
      },
      kernels: {
        type: 'array',
        items: { type: 'integer', minimum: 1 },
        minItems: 3,
        default: [3, 3, 3, 1],
        description:
          'Sides of the filters: the first convolution, those inside a block, the last convolution. With blocks 0, [3, 1, 3] is the network of Glow.',
      },
      skip: {
        enum: ['none', 'sum'],
        default: 'none',
        description: 'sum: the last convolution sees the sum over 1×1 convolutions of the first layer and every block.',
      },
      ...activationSchema,
      weightNormalization: {
        type: 'boolean',
        default: true,
        description: 'Write every filter as gain times direction, g·v/‖v‖ per output channel.',
      },
      padding: { enum: ['zeros'], default: 'zeros', description: 'What surrounds the image.' },
      dropout: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0,
        description: 'Probability that an activation before the last convolution of a block is dropped while training.',
      },
      ...initializationSchema,
      lastLayer: endSchema({ initialization: 'zero', scale: 0.01 }, 'How the last convolution starts.'),
      ...outputSchema,
    },
  },
  create: (config, build) => new ConvolutionalNetwork(config as ConvolutionalNetworkConfig, build),
};
