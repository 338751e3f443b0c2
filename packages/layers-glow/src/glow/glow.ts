import {
  BijectorBase,
  contextSizeOf,
  forwardThrough,
  MultiScale,
  sizeOf,
  Squeeze,
  type Bijector,
  type BijectorBuild,
  type BijectorDefinition,
  type BijectorTraits,
  type Mapped,
  type NamedLatent,
  type PartConfig,
  type ScaleMapName,
  type ScaleMapOptions,
  type Shape,
  type SqueezeOrder,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { createSplit, splitScaleSchema } from '../split/split.ts';
import { createStep, stepProperties, type StepConfig } from '../step/glow-step.ts';
import { levelShapes } from './levels.ts';
import { StepStack } from './step-stack.ts';

/** The layers of one scale, from the data side. */
export interface GlowLevel {
  readonly squeeze: Squeeze;
  readonly steps: StepStack;
  /** The prior of what leaves after the scale; of everything after the last one. */
  readonly prior: Bijector;
}

/** Parts of a {@link Glow}; the layer owns them. */
export interface GlowOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  readonly levels: readonly GlowLevel[];
}

/**
 * Glow: L scales, each a squeeze, K steps and a prior; after each but the last, half of the channels leave.
 *
 * x ↔ z with z flat, `[D]`: the latents of level 0, 1, … one after the other, as of core's `multi-scale`. The priors are
 * layers ({@link Split}): what leaves is standardized by its mean and deviation given what stays, and what is left at the
 * end by those of the last prior, which may depend on the context (class-conditional Glow). So the base of the flow is the
 * standard normal, its temperature scales the deviation of every latent, and log-dets hold the densities of the priors.
 *
 * {@link Glow.split} gives flat latents as a list with names and shapes, {@link Glow.join} makes them flat again.
 *
 * Variables: `levels.<i>.steps.<k>.*` (see {@link GlowStep}), `levels.<i>.prior.conditioner.*`.
 *
 * Kingma & Dhariwal 2018 (Glow), figure 2.
 *
 * @throws E_SPEC_SHAPE at construction for sizes that the levels do not halve; E_NOT_INITIALIZED by both directions before
 * `initialize`
 * @example
 * { "type": "glow", "levels": 2, "steps": 8, "conditioner": { "type": "glow-network", "hidden": 64 } }
 */
export class Glow extends BijectorBase {
  readonly #scales: MultiScale;

  constructor({ dataShape, path = '', levels }: GlowOptions) {
    const layers = levels.map(({ squeeze, steps, prior }) => [squeeze, steps, prior]);
    super({
      type: 'glow',
      path,
      dataShape,
      latentShape: [sizeOf(dataShape)],
      contextSize: contextSizeOf(layers.flat()),
    });
    this.#scales = new MultiScale({ dataShape, path, levels: layers });
    levels.forEach(({ squeeze, steps, prior }, level) => {
      this.addChild(`levels.${level}.squeeze`, squeeze);
      this.addChild(`levels.${level}.steps`, steps);
      this.addChild(`levels.${level}.prior`, prior);
    });
  }

  override get traits(): BijectorTraits {
    return this.#scales.traits;
  }

  /** Event shapes of the latents of the levels. */
  get parts(): readonly Shape[] {
    return this.#scales.parts;
  }

  /** Flat latents `[batch, D]` as a named list, shapes restored. The caller disposes every value. */
  split(z: tf.Tensor): readonly NamedLatent[] {
    this.assertAlive();
    return this.#scales.split(z);
  }

  /** The opposite of {@link Glow.split}: latents by level → `[batch, D]`. The caller disposes. @throws E_EVENT_SHAPE */
  join(values: readonly tf.Tensor[]): tf.Tensor {
    this.assertAlive();
    return this.#scales.join(values);
  }

  initialize(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    return this.#scales.initialize(x, context);
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const [only, ...others] = this.#scales.levels;
    if (only === undefined || others.length > 0) return this.#scales.forward(z, context);
    // Flat latents of one level are cut into one part, and tfjs cannot differentiate that.
    return forwardThrough(only, tf.reshape(z, [z.shape[0]!, ...this.parts[0]!]), context);
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#scales.inverse(x, context);
  }
}

interface GlowConfig extends PartConfig, StepConfig {
  readonly levels: number;
  readonly steps: number;
  readonly order: SqueezeOrder;
  readonly splitPrior: 'learned' | 'standard';
  readonly topPrior: 'learned' | 'standard';
  readonly priorScale: ScaleMapName | ScaleMapOptions;
  readonly splitConditioner: PartConfig;
  readonly topConditioner: PartConfig;
  readonly recompute: boolean;
}

/** `glow` as specs name it: its options, and how it is built. */
export const glowDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Glow: scales of a squeeze, steps and a learned prior; half of the channels leave after each scale.',
    properties: {
      levels: {
        type: 'integer',
        minimum: 1,
        default: 3,
        description: 'L, the number of scales; each halves the sides.',
      },
      steps: { type: 'integer', minimum: 1, default: 8, description: 'K, the number of steps of each scale.' },
      ...stepProperties,
      order: {
        enum: ['channel-major', 'space-major'],
        default: 'channel-major',
        description: 'Order of the channels after a squeeze: channel-major is the paper’s.',
      },
      splitPrior: {
        enum: ['learned', 'standard'],
        default: 'learned',
        description: 'Prior of the half that leaves after a scale: normal given the half that stays, or N(0, 1).',
      },
      topPrior: {
        enum: ['learned', 'standard'],
        default: 'learned',
        description:
          "Prior of the last scale: normal with learned mean and deviation (given the model's context), or N(0, 1).",
      },
      splitConditioner: {
        part: 'conditioner',
        default: { type: 'zero-convolution' },
        description: 'The network of the learned split priors.',
      },
      topConditioner: {
        part: 'conditioner',
        default: { type: 'zero-convolution', context: true },
        description: 'The network of the learned top prior: from the context, if there is one, and the position.',
      },
      priorScale: splitScaleSchema,
      recompute: {
        type: 'boolean',
        default: false,
        description:
          'Compute activations again by inversion while training instead of keeping them: memory does not grow with steps.',
      },
    },
  },
  create(config: GlowConfig, build) {
    const shapes = levelShapes(build.dataShape, { levels: config.levels, place: `${build.path} (glow)` });
    const levels = shapes.map((dataShape, index) => createLevel(config, build, { dataShape, index }));
    return new Glow({ dataShape: build.dataShape, path: build.path, levels });
  },
};

function createLevel(
  config: GlowConfig,
  build: BijectorBuild,
  { dataShape, index }: { readonly dataShape: Shape; readonly index: number },
): GlowLevel {
  const path = `${build.path}.levels[${index}]`;
  const squeeze = new Squeeze({ dataShape, path: `${path}.squeeze`, order: config.order });
  const squeezed = squeeze.latentShape;
  const layers = Array.from({ length: config.steps }, (_, k) =>
    createStep(config, {
      build,
      dataShape: squeezed,
      path: `${path}.steps[${k}]`,
      name: `levels[${index}].steps[${k}].`,
    }),
  );
  const last = index === config.levels - 1;
  const prior = createSplit(
    {
      prior: last ? config.topPrior : config.splitPrior,
      keep: 'first',
      leave: last ? 'all' : 'half',
      scale: config.priorScale,
      conditioner: last ? config.topConditioner : config.splitConditioner,
    },
    { build, dataShape: squeezed, path: `${path}.prior`, name: `levels[${index}].prior.` },
  );
  const steps = new StepStack({ dataShape: squeezed, path: `${path}.steps`, layers, recompute: config.recompute });
  return { squeeze, steps, prior };
}
