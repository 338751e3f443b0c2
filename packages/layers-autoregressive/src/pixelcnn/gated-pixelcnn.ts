import * as tf from '@tensorflow/tfjs';
import {
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
import { gatedProgram, type ProgramOptions } from './cached/gated-program.ts';
import type { SamplerProgram } from './cached/program.ts';
import { checkFeatures } from './check-features.ts';
import { GatedLayer, type Stacks } from './gated-layer.ts';
import { ImageModel } from './image-model.ts';
import { OutputLayers } from './output-layers.ts';

/** Configuration of {@link GatedPixelCnn}, defaults filled in. */
export interface GatedPixelCnnConfig extends PartConfig, HeadConfig, InitializationConfig {
  readonly layers: number;
  readonly features: number;
  readonly firstKernel: number;
  readonly kernel: number;
  readonly skip: 'none' | 'sum';
  /** Width of the skip connections and of the hidden output layer; null: as many as features. */
  readonly outputFeatures: number | null;
  readonly dropout: number;
  readonly lastLayer: EndConfig;
}

/**
 * The gated PixelCNN: exact log-probabilities of images with integer levels, without a blind spot.
 *
 * A vertical stack sees whole rows above, a horizontal one its own row to the left; see {@link GatedLayer}. A context (a
 * class as one-hot row, or any vector) adds a bias to every gate of every layer.
 *
 * The receptive field of L layers of side k, the first of side k₁: R = (k₁ − 1)/2 + (L − 1)(k − 1)/2 columns to the left,
 * and in the R + 1 rows above R columns to either side; all of it is seen.
 *
 * Variables: `layers.<i>.*`, `output.*`.
 *
 * van den Oord et al. 2016, "Conditional Image Generation with PixelCNN Decoders".
 *
 * @example
 * { "type": "gated-pixelcnn", "levels": 17, "layers": 5, "features": 48, "dropout": 0.4 }
 */
export class GatedPixelCnn extends ImageModel {
  readonly #layers: GatedLayer[] = [];
  readonly #output: OutputLayers;

  constructor(config: GatedPixelCnnConfig, build: DistributionBuild) {
    super(config, build);
    const { layers, features, skip, outputFeatures } = config;
    const hidden = outputFeatures ?? features;
    checkFeatures({ features, outputFeatures: hidden }, { groups: this.groups, at: this.place });
    const initialization = hiddenInitialization(config);
    const common = { features, groups: this.groups, initialization, contextSize: this.contextSize };
    for (let i = 0; i < layers; i++) {
      const layer = new GatedLayer({
        ...common,
        path: `${build.path}.layers.${i}`,
        kernel: i === 0 ? config.firstKernel : config.kernel,
        inputs: i === 0 ? this.imageShape[2] : features,
        skip: skip === 'sum' ? hidden : 0,
        dropout: config.dropout,
        first: i === 0,
        last: i === layers - 1,
        vertical: this.imageShape[0] > 1,
        random: build.random.fork(`layers.${i}`),
      });
      this.#layers.push(this.addChild(`layers.${i}`, layer));
    }
    const output = new OutputLayers({
      path: `${build.path}.output`,
      inputs: skip === 'sum' ? hidden : features,
      hidden,
      outputs: this.head.parameters,
      groups: this.groups,
      initialization,
      lastLayer: endInitialization(config.lastLayer, initialization),
      random: build.random.fork('output'),
    });
    this.#output = this.addChild('output', output);
  }

  protected override network(image: tf.Tensor4D, context: tf.Tensor2D | undefined): tf.Tensor4D {
    const [batch, height, width, channels] = image.shape;
    // No position has the last row above it.
    const above = height > 1 ? tf.slice(image, [0, 0, 0, 0], [batch, height - 1, width, channels]) : null;
    let stacks: Stacks = { vertical: above, horizontal: image, skips: null };
    for (const layer of this.#layers) stacks = layer.apply(stacks, context);
    return this.#output.apply(stacks.skips ?? stacks.horizontal);
  }

  protected override program(options: ProgramOptions): SamplerProgram {
    const layers = this.#layers.map((layer) => layer.taps());
    return gatedProgram({ layers, output: this.#output.taps() }, options);
  }
}

/** `gated-pixelcnn` as specs name it: its options, and how it is built. */
export const gatedPixelCnnDefinition: DistributionDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'The gated PixelCNN on integers 0 … levels - 1: exact log-probabilities, no blind spot.',
    properties: {
      ...headSchema,
      layers: { type: 'integer', minimum: 1, default: 5, description: 'Gated layers.' },
      features: { type: 'integer', minimum: 1, default: 32, description: 'Features of each stack.' },
      firstKernel: {
        enum: [3, 5, 7, 9, 11],
        default: 7,
        description: 'Side of the first window, of which only earlier positions are seen.',
      },
      kernel: { enum: [1, 3, 5, 7, 9, 11], default: 3, description: 'Side of the other windows.' },
      skip: {
        enum: ['none', 'sum'],
        default: 'sum',
        description: 'The output sees the sum of 1×1 maps of every layer, or the last layer alone.',
      },
      outputFeatures: {
        anyOf: [{ type: 'integer', minimum: 1 }, { const: null }],
        default: null,
        description: 'Width of the skip connections and of the hidden output layer; null: as many as features.',
      },
      dropout: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0,
        description: 'Probability that the output of a gate is dropped while training.',
      },
      ...initializationSchema,
      lastLayer: endSchema(
        { initialization: 'zero', scale: 0.01 },
        'How the last 1×1 map starts; zero: uniform levels.',
      ),
    },
  },
  create: (config: GatedPixelCnnConfig, build) => new GatedPixelCnn(config, build),
};
