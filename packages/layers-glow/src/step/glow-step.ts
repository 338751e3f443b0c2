import {
  BijectorBase,
  combineTraits,
  contextFor,
  forwardThrough,
  initializeThrough,
  inverseThrough,
  type Bijector,
  type BijectorBuild,
  type BijectorDefinition,
  type BijectorTraits,
  type JsonSchema,
  type Mapped,
  type PartConfig,
  type Shape,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { ActNorm } from '../actnorm/actnorm.ts';
import { assertChannels } from '../assert-channels.ts';
import { InvertibleConvolution } from '../convolution/invertible-convolution.ts';
import { ChannelCoupling, keptChannelCount } from './channel-coupling.ts';
import { mixedAtOnce } from './mixing.ts';

/** Parts of a {@link GlowStep}; the layer owns them. */
export interface GlowStepOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  readonly actnorm: ActNorm;
  readonly convolution: InvertibleConvolution;
  readonly coupling: Bijector;
}

/**
 * One step of Glow: from data to latents an activation normalization, an invertible 1×1 convolution, and a coupling that
 * keeps the first half of the channels.
 *
 * The log-det is the sum of the three. The step is initialized from data, through its network, in one pass.
 *
 * Variables: `actnorm.*`, `convolution.*`, `coupling.conditioner.*`, `coupling.transformer.*`.
 *
 * Kingma & Dhariwal 2018 (Glow), section 3 and table 1.
 *
 * @throws E_NOT_INITIALIZED by both directions before `initialize`
 * @example
 * { "type": "glow-step", "conditioner": { "type": "glow-network", "hidden": 128 }, "transformer": { "type": "additive" } }
 */
export class GlowStep extends BijectorBase {
  readonly #actnorm: ActNorm;
  readonly #convolution: InvertibleConvolution;
  readonly #coupling: Bijector;

  constructor({ dataShape, path = '', actnorm, convolution, coupling }: GlowStepOptions) {
    super({ type: 'glow-step', path, dataShape, contextSize: coupling.contextSize });
    this.#actnorm = this.addChild('actnorm', actnorm);
    this.#convolution = this.addChild('convolution', convolution);
    this.#coupling = this.addChild('coupling', coupling);
  }

  get #layers(): readonly Bijector[] {
    return [this.#actnorm, this.#convolution, this.#coupling];
  }

  override get traits(): BijectorTraits {
    return combineTraits(this.#layers);
  }

  initialize(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    initializeThrough(this.#layers, x, context).dispose();
    // As both layers in one product give it, so that later calls agree to the last bit.
    return tf.tidy(() => this.inverse(x, context).value);
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return forwardThrough(this.#layers, z, context);
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const mixed = mixedAtOnce(x, this.#actnorm, this.#convolution);
    if (mixed === null) return inverseThrough(this.#layers, x, context);
    const { value, logDet } = this.#coupling.inverse(mixed.value, contextFor(this.#coupling, context));
    return { value, logDet: tf.add(logDet, mixed.logDet) };
  }
}

/** Options of the steps, in `glow-step` and in `glow`. */
export interface StepConfig {
  readonly conditioner: PartConfig;
  readonly transformer: PartConfig;
  readonly convolution: 'plu' | 'orthogonal';
  readonly initialization: 'data' | 'identity';
}

/** Schema properties of {@link StepConfig}. */
export const stepProperties: JsonSchema = {
  conditioner: {
    part: 'conditioner',
    default: { type: 'glow-network' },
    description: 'The network from the channels that stay to the parameters of the others.',
  },
  transformer: {
    part: 'transformer',
    default: { type: 'affine', order: 'shift-scale' },
    description:
      'The scalar bijection of the channels that change: affine (the paper: with "scale": "sigmoid"), additive, or another.',
  },
  convolution: {
    enum: ['plu', 'orthogonal'],
    default: 'plu',
    description: 'The 1×1 convolution: a trained PLU decomposition, or a fixed random rotation.',
  },
  initialization: {
    enum: ['data', 'identity'],
    default: 'data',
    description: 'Start the activation normalization of the step from a batch of data, or at scale 1 and shift 0.',
  },
};

/** Builds a step of `dataShape`; `name` is the path inside the part that builds it, empty or with a dot at its end. */
export function createStep(
  config: StepConfig,
  site: { readonly build: BijectorBuild; readonly dataShape: Shape; readonly path: string; readonly name: string },
): GlowStep {
  const { build, dataShape, path, name } = site;
  const kept = keptChannelCount(dataShape);
  const around = dataShape.slice(0, -1);
  const changed = (dataShape.at(-1) ?? 0) - kept;
  const transformer = build.transformer(config.transformer, {
    name: `${name}transformer`,
    eventShape: [...around, changed],
  });
  const conditioner = build.conditioner(config.conditioner, {
    name: `${name}conditioner`,
    inputShape: [...around, kept],
    outputShape: [...around, changed * transformer.parameterCount],
  });
  return new GlowStep({
    dataShape,
    path,
    actnorm: new ActNorm({ dataShape, path: `${path}.actnorm`, initialization: config.initialization }),
    convolution: new InvertibleConvolution({
      dataShape,
      path: `${path}.convolution`,
      form: config.convolution,
      random: build.random.fork(`${name}convolution`),
    }),
    coupling: new ChannelCoupling({ dataShape, path: `${path}.coupling`, transformer, conditioner }),
  });
}

/** `glow-step` as specs name it: its options, and how it is built. */
export const glowStepDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Activation normalization, invertible 1×1 convolution and coupling: one step of Glow.',
    properties: stepProperties,
  },
  create(config: PartConfig & StepConfig, build) {
    assertChannels(build);
    return createStep(config, { build, dataShape: build.dataShape, path: build.path, name: '' });
  },
};
