import type * as tf from '@tensorflow/tfjs';
import {
  Dense,
  endInitialization,
  endSchema,
  hiddenInitialization,
  initializationSchema,
  type DistributionBuild,
  type DistributionDefinition,
  type EndConfig,
  type InitializationConfig,
  type PartConfig,
} from '@flowzoo/core';
import { headSchema, type HeadConfig } from '../heads/index.ts';
import type { ProgramOptions } from './cached/gated-program.ts';
import { plainProgram } from './cached/plain-program.ts';
import type { SamplerProgram } from './cached/program.ts';
import { checkFeatures } from './check-features.ts';
import { addContext } from './gated-layer.ts';
import { ImageModel } from './image-model.ts';
import { MaskedConvolution } from './masked-convolution.ts';
import { OutputLayers } from './output-layers.ts';
import { ResidualBlock } from './residual-block.ts';

/** Configuration of {@link PixelCnn}, defaults filled in. */
export interface PixelCnnConfig extends PartConfig, HeadConfig, InitializationConfig {
  readonly blocks: number;
  readonly features: number;
  readonly firstKernel: number;
  readonly kernel: number;
  /** Width of the hidden output layer; null: as many as features. */
  readonly outputFeatures: number | null;
  readonly dropout: number;
  readonly lastLayer: EndConfig;
}

/**
 * The PixelCNN of masked k×k convolutions: a first one of type A, residual blocks of type B, 1×1 layers.
 *
 * It has a **blind spot**: a position never learns of the earlier positions in the wedge up and to the right of it, beyond
 * the first window's width, because each window reaches only so far right as it reaches up. Likelihoods are exact all the
 * same, of a model that ignores those positions; `gated-pixelcnn` sees them.
 *
 * Variables: `first.*`, `context.weight`, `blocks.<i>.*`, `output.*`.
 *
 * van den Oord et al. 2016, "Pixel Recurrent Neural Networks".
 *
 * @example
 * { "type": "pixelcnn", "levels": 2, "blocks": 7, "features": 32 }
 */
export class PixelCnn extends ImageModel {
  readonly #first: MaskedConvolution;
  readonly #context: Dense | undefined;
  readonly #blocks: ResidualBlock[] = [];
  readonly #output: OutputLayers;

  constructor(config: PixelCnnConfig, build: DistributionBuild) {
    super(config, build);
    const { blocks, features, firstKernel, kernel, outputFeatures } = config;
    const { path, random } = build;
    const { groups, contextSize } = this;
    const hidden = outputFeatures ?? features;
    checkFeatures({ features, outputFeatures: hidden }, { groups, at: this.place });
    const initialization = hiddenInitialization(config);
    const beside = (firstKernel - 1) / 2;
    const first = new MaskedConvolution({
      path: `${path}.first`,
      above: beside,
      beside,
      type: 'A',
      groups,
      inputs: this.imageShape[2],
      outputs: 2 * features,
      initialization,
      random: random.fork('first'),
    });
    this.#first = this.addChild('first', first);
    if (contextSize > 0) {
      const map = { path: `${path}.context`, inputs: contextSize, outputs: 2 * features, bias: false };
      const context = new Dense({ ...map, initialization, random: random.fork('context') });
      this.#context = this.addChild('context', context);
    }
    for (let i = 0; i < blocks; i++) {
      const block = new ResidualBlock({
        path: `${path}.blocks.${i}`,
        kernel,
        features,
        groups,
        contextSize,
        dropout: config.dropout,
        initialization,
        random: random.fork(`blocks.${i}`),
      });
      this.#blocks.push(this.addChild(`blocks.${i}`, block));
    }
    const output = new OutputLayers({
      path: `${path}.output`,
      inputs: 2 * features,
      hidden,
      outputs: this.head.parameters,
      groups,
      initialization,
      lastLayer: endInitialization(config.lastLayer, initialization),
      random: random.fork('output'),
    });
    this.#output = this.addChild('output', output);
  }

  protected override network(image: tf.Tensor4D, context: tf.Tensor2D | undefined): tf.Tensor4D {
    let h = addContext(this.#first.apply(image), this.#context, context);
    for (const block of this.#blocks) h = block.apply(h, context);
    return this.#output.apply(h);
  }

  protected override program(options: ProgramOptions): SamplerProgram {
    const network = {
      first: this.#first.taps(),
      context: this.#context?.variables.get('weight')?.dataSync<'float32'>(),
      blocks: this.#blocks.map((block) => block.taps()),
      output: this.#output.taps(),
    };
    return plainProgram(network, options);
  }
}

/** `pixelcnn` as specs name it: its options, and how it is built. */
export const pixelCnnDefinition: DistributionDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description:
      'The PixelCNN of masked convolutions on integers 0 … levels - 1: exact log-probabilities, with a blind spot.',
    properties: {
      ...headSchema,
      blocks: { type: 'integer', minimum: 0, default: 5, description: 'Residual blocks.' },
      features: {
        type: 'integer',
        minimum: 1,
        default: 32,
        description: 'Features inside a block; twice as many run between the blocks.',
      },
      firstKernel: {
        enum: [3, 5, 7, 9, 11],
        default: 7,
        description: 'Side of the first window, of which only earlier positions are seen.',
      },
      kernel: { enum: [1, 3, 5, 7, 9, 11], default: 3, description: 'Side of the windows in the blocks.' },
      outputFeatures: {
        anyOf: [{ type: 'integer', minimum: 1 }, { const: null }],
        default: null,
        description: 'Width of the hidden output layer; null: as many as features.',
      },
      dropout: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0,
        description: 'Probability that an activation inside a block is dropped while training.',
      },
      ...initializationSchema,
      lastLayer: endSchema(
        { initialization: 'zero', scale: 0.01 },
        'How the last 1×1 map starts; zero: uniform levels.',
      ),
    },
  },
  create: (config: PixelCnnConfig, build) => new PixelCnn(config, build),
};
