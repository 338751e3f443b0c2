import {
  activationOf,
  activationSchema,
  ConditionerBase,
  dropout,
  type Activation,
  type ActivationConfig,
  type ConditionerBuild,
  type ConditionerDefinition,
  type PartConfig,
  type StateValues,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { channelMoments } from '../actnorm/channel-moments.ts';
import { imageSites, type ImageSites } from './image-sites.ts';
import { NormalizedConvolution } from './normalized-convolution.ts';
import { PADDINGS, type Padding } from './padding.ts';
import { ZeroConvolutionLayer } from './zero-convolution.ts';

/** Configuration of {@link GlowNetwork}, defaults filled in. */
export interface GlowNetworkConfig extends PartConfig, ActivationConfig {
  readonly hidden: number;
  readonly kernels: readonly number[];
  readonly padding: Padding;
  readonly normalization: 'actnorm' | 'none';
  readonly logFactor: number;
  /** Probability that a number of the last hidden layer is dropped while training. */
  readonly dropout: number;
  readonly context: boolean;
}

/**
 * The network of a Glow coupling: convolutions of sides 3, 1 and 3 with activation normalization after each but the last,
 * which starts at zero and is multiplied by exp(3·s).
 *
 * The scale and the shift of each normalization are folded into its filter, so they cost nothing per pixel. `initialize`
 * sets them from a batch, layer by layer, once; a channel that is constant there keeps scale 1. Without it they start at
 * scale 1 and shift 0. Hidden weights start as N(0, 0.05²). For vectors all sides are 1.
 *
 * Variables: `hidden.<i>.convolution.*`, `hidden.<i>.shift`, `hidden.<i>.logScale`, `context` `[contextSize, hidden]`,
 * `last.*`. State: `initialized`.
 *
 * Kingma & Dhariwal 2018 (Glow), section 3.3; sides, start and normalization are those of its authors' code.
 *
 * @example
 * { "type": "glow-network", "hidden": 512, "padding": "edge-channel" }
 */
export class GlowNetwork extends ConditionerBase {
  readonly #sites: ImageSites;
  readonly #activation: Activation;
  readonly #rectified: boolean;
  readonly #hidden: readonly NormalizedConvolution[];
  readonly #context: tf.Variable<tf.Rank.R2> | null;
  readonly #dropout: number;
  readonly #last: ZeroConvolutionLayer;
  readonly #flag: tf.Variable | null;
  #initialized: boolean;

  constructor(config: GlowNetworkConfig, build: ConditionerBuild) {
    const sites = imageSites(build);
    const contextSize = config.context ? build.contextSize : 0;
    super(config.type, { ...build, contextSize });
    this.#sites = sites;
    this.#activation = activationOf(config);
    this.#rectified = config.activation === 'relu';
    this.#dropout = config.dropout;
    const { path, random } = build;
    const { padding, logFactor, hidden: width } = config;
    const kernels = config.kernels.map((kernel) => (sites.isVector ? 1 : kernel));
    this.#hidden = kernels.slice(0, -1).map((kernel, i) => {
      const [inputs, outputs] = [i === 0 ? sites.inputs : width, width];
      const layer = new NormalizedConvolution({
        path: `${path}.hidden.${i}`,
        inputs,
        outputs,
        kernel,
        padding,
        logFactor,
        random,
        normalized: config.normalization === 'actnorm',
      });
      return this.addChild(`hidden.${i}`, layer);
    });
    this.#context =
      contextSize > 0
        ? (this.addVariable(
            'context',
            tf.tensor(
              random.normals(contextSize * width).map((value) => 0.05 * value),
              [contextSize, width],
            ),
          ) as tf.Variable<tf.Rank.R2>)
        : null;
    this.#last = this.addChild(
      'last',
      new ZeroConvolutionLayer({
        path: `${path}.last`,
        inputs: width,
        outputs: sites.outputs,
        kernel: kernels.at(-1)!,
        padding,
        logFactor,
        contextSize: 0,
        random,
      }),
    );
    this.#initialized = config.normalization === 'none';
    this.#flag = this.#initialized ? null : this.addState('initialized', tf.scalar(0, 'int32'));
  }

  /** Sets the normalizations from a batch, once; returns what `apply` returns afterwards. */
  initialize(input: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    if (!this.#initialized) {
      tf.tidy(() => {
        this.#run(input, context, (layer, before) => layer.fit(channelMoments(before, this.place)));
        this.#flag?.assign(tf.scalar(1, 'int32'));
      });
      this.#initialized = true;
    }
    return this.apply(input, context);
  }

  override stateLoaded(values: ReadonlyMap<string, StateValues>): void {
    super.stateLoaded(values);
    const flag = values.get('initialized');
    if (flag !== undefined) this.#initialized = flag[0] === 1;
  }

  protected compute(input: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const h = this.#run(input, context);
    if (!this.mode.training || this.#dropout === 0) return this.#last.apply(h, undefined);
    const thinned = dropout(h, { rate: this.#dropout, random: this.mode.random.fork('dropout') });
    return this.#last.apply(thinned, undefined);
  }

  /** The last hidden layer; `fit` sees what each hidden convolution puts out before its normalization. */
  #run(
    input: tf.Tensor,
    context: tf.Tensor | undefined,
    fit?: (layer: NormalizedConvolution, before: tf.Tensor) => void,
  ): tf.Tensor4D {
    let h = this.#sites.toImages(input);
    this.#hidden.forEach((layer, i) => {
      if (fit !== undefined) fit(layer, layer.unnormalized(h));
      const given = i === 0 && this.#context !== null && context !== undefined;
      if (this.#rectified && !given) {
        h = layer.apply(h, 'relu');
        return;
      }
      h = layer.apply(h, 'linear');
      if (given) {
        const offset = tf.matMul(context as tf.Tensor2D, this.#context!);
        h = tf.add(h, tf.reshape(offset, [h.shape[0], 1, 1, h.shape[3]]));
      }
      h = this.#activation(h);
    });
    return h;
  }
}

/** The registry's entry for `glow-network`. */
export const glowNetwork: ConditionerDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'The network of Glow: convolutions with activation normalization, the last one starting at zero.',
    properties: {
      hidden: {
        type: 'integer',
        minimum: 1,
        default: 64,
        description: 'Channels of the hidden layers; 512 in the paper.',
      },
      kernels: {
        type: 'array',
        items: { enum: [1, 3, 5, 7] },
        minItems: 2,
        default: [3, 1, 3],
        description: 'Sides of the filters, first to last; vectors take 1 throughout.',
      },
      padding: {
        enum: PADDINGS,
        default: 'zeros',
        description:
          'What surrounds the image: zeros, ones, or zeros with one more input channel that is 1 outside the image (the paper).',
      },
      normalization: {
        enum: ['actnorm', 'none'],
        default: 'actnorm',
        description: 'A trained scale and shift per channel after each hidden convolution, started from data; or none.',
      },
      logFactor: {
        type: 'number',
        minimum: 0,
        default: 3,
        description:
          'k of the factors exp(k s) of the normalizations and of the output; 0 leaves that of the output out.',
      },
      ...activationSchema,
      dropout: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0,
        description: 'Probability that a number of the last hidden layer is dropped while training.',
      },
      context: {
        type: 'boolean',
        default: false,
        description: "Add a linear map of the model's context to the first hidden layer.",
      },
    },
  },
  create: (config, build) => new GlowNetwork(config as GlowNetworkConfig, build),
};
