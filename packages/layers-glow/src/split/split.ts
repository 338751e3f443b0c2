import {
  Affine,
  BijectorBase,
  contextFor,
  FlowzooError,
  formatShape,
  sizeOf,
  sumEvent,
  type BijectorBuild,
  type BijectorDefinition,
  type Conditioner,
  type JsonSchema,
  type Mapped,
  type PartConfig,
  type ScaleMapName,
  type ScaleMapOptions,
  type Shape,
  type Transformer,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Which channels leave. */
export type Leaving = 'half' | 'all';

/** Parts of a {@link Split}; the layer owns them. */
export interface SplitOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** Which half stays; of an odd number of channels the smaller half leaves. Default: `first`. */
  readonly keep?: 'first' | 'second';
  /** Default: `half`. */
  readonly leave?: Leaving;
  /** From what stays to mean and raw scale of what leaves; null is the standard normal prior. */
  readonly conditioner: Conditioner | null;
  /** From raw to σ; `exp` is the paper's. Default: {@link SPLIT_SCALE}. */
  readonly scale?: ScaleMapName | ScaleMapOptions;
}

/** exp, softly bounded to e^±5, so that no input can make a deviation overflow. */
export const SPLIT_SCALE: ScaleMapOptions = { squash: 'tanh', bound: 5 };

/**
 * The prior of channels that leave the flow: a normal distribution whose mean and deviation depend on what stays.
 *
 * With x = (x₁, x₂), x₁ staying and x₂ leaving: z₁ = x₁ and z₂ = (x₂ − μ(x₁)) / σ(x₁), log|det ∂z/∂x| = −Σ log σ(x₁), nats.
 * Under a standard normal base z₂ then has exactly the density N(x₂; μ(x₁), σ²(x₁)). So the prior is a layer like every
 * other, all latents of a flow stay standard normal, and the temperature of a draw scales every deviation. The event keeps
 * its shape; `multi-scale`, or `glow`, then takes z₂ out of the flow. `leave: "all"` makes the prior of the last scale,
 * which depends on the position and on the context only.
 *
 * Variables: those of `conditioner`.
 *
 * Kingma & Dhariwal 2018 (Glow), figure 2; the learned prior is that of its authors' code.
 *
 * @throws E_SPEC_SHAPE when there are not two channels and half of them leave
 * @example
 * { "type": "split", "conditioner": { "type": "zero-convolution" } }
 */
export class Split extends BijectorBase {
  readonly #kept: number;
  readonly #keptFirst: boolean;
  readonly #conditioner: Conditioner | null;
  readonly #transformer: Transformer;

  constructor(options: SplitOptions) {
    const { dataShape, path = '', keep = 'first', conditioner } = options;
    super({
      type: 'split',
      path,
      dataShape,
      contextSize: conditioner?.contextSize ?? 0,
      traits: { constantLogDet: conditioner === null || options.leave === 'all' },
      structure: { kind: 'coupling', identity: identityOf(dataShape, options) },
    });
    this.#kept = keptChannels(dataShape, options.leave ?? 'half', this.place);
    this.#keptFirst = keep === 'first';
    this.#conditioner = conditioner === null ? null : this.addChild('conditioner', conditioner);
    this.#transformer = this.addChild(
      'transformer',
      new Affine({ path: `${path}.transformer`, direction: 'forward', scale: options.scale ?? SPLIT_SCALE }),
    );
  }

  /** Hands data-dependent initialization down to a conditioner that has one; returns z, which the caller disposes. */
  initialize(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    return tf.tidy(() => {
      this.#conditioner?.initialize?.(this.#parts(x).kept, context);
      return this.inverse(x, context).value;
    });
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#mapped('forward', z, context);
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return this.#mapped('inverse', x, context);
  }

  #mapped(direction: 'forward' | 'inverse', input: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    if (this.#conditioner === null) return { value: tf.clone(input), logDet: tf.zeros([input.shape[0]!]) };
    const { kept, leaving } = this.#parts(input);
    const raw = this.#conditioner.apply(kept, contextFor(this.#conditioner, context));
    const parameters = tf.reshape(raw, [...leaving.shape, 2]);
    const { value, logDerivative } = this.#transformer[direction](leaving, parameters);
    if (this.#kept === 0) return { value, logDet: sumEvent(logDerivative) };
    const ordered = this.#keptFirst ? [kept, value] : [value, kept];
    return { value: tf.concat(ordered, input.rank - 1), logDet: sumEvent(logDerivative) };
  }

  #parts(x: tf.Tensor): { readonly kept: tf.Tensor; readonly leaving: tf.Tensor } {
    if (this.#kept === 0) return { kept: tf.zeros([...x.shape.slice(0, -1), 0]), leaving: x };
    const leaving = x.shape.at(-1)! - this.#kept;
    const sizes = this.#keptFirst ? [this.#kept, leaving] : [leaving, this.#kept];
    const [first, second] = tf.split(x, sizes, x.rank - 1) as [tf.Tensor, tf.Tensor];
    return this.#keptFirst ? { kept: first, leaving: second } : { kept: second, leaving: first };
  }
}

/** How many channels stay. @throws E_SPEC_SHAPE */
function keptChannels(dataShape: Shape, leave: Leaving, place: string): number {
  const channels = dataShape.at(-1) ?? 0;
  if (leave === 'all' && channels >= 1) return 0;
  if (channels >= 2) return Math.ceil(channels / 2);
  throw new FlowzooError('E_SPEC_SHAPE', 'half of the channels cannot leave: there are not two', {
    at: place,
    expected: 'at least 2 channels on the last axis',
    found: formatShape(dataShape),
    remedy: 'Put { "type": "squeeze" } before it, or use "leave": "all"',
  });
}

/** Flat indices of the elements that stay. */
function identityOf(dataShape: Shape, { leave, keep, conditioner }: SplitOptions): number[] {
  const all = Array.from({ length: sizeOf(dataShape) }, (_, i) => i);
  if (conditioner === null) return all;
  if (leave === 'all') return [];
  const channels = dataShape.at(-1) ?? 1;
  const leaving = Math.floor(channels / 2);
  return all.filter((i) => (keep === 'second' ? i % channels >= leaving : i % channels < channels - leaving));
}

/** Options of {@link Split} as a spec writes them. */
export interface SplitConfig extends PartConfig {
  readonly prior: 'learned' | 'standard';
  readonly keep: 'first' | 'second';
  readonly leave: Leaving;
  readonly scale: ScaleMapName | ScaleMapOptions;
  readonly conditioner: PartConfig;
}

/** Schema of the option `scale` of priors; options of the affine transformer. */
export const splitScaleSchema: JsonSchema = {
  type: ['string', 'object'],
  default: SPLIT_SCALE,
  description:
    'From the raw number to σ, as of the affine transformer: "exp" (the paper), "bounded-exp", …, or an object; the default is exp(5 tanh(r/5)).',
};

/** Builds a split of `dataShape`; `name` is the path inside the part that builds it, empty or with a dot at its end. */
export function createSplit(
  config: Omit<SplitConfig, 'type'>,
  site: { readonly build: BijectorBuild; readonly dataShape: Shape; readonly path: string; readonly name: string },
): Split {
  const { dataShape, path } = site;
  const { prior, keep, leave, scale } = config;
  const channels = dataShape.at(-1) ?? 0;
  const kept = keptChannels(dataShape, leave, path);
  const around = dataShape.slice(0, -1);
  const conditioner =
    prior === 'standard'
      ? null
      : site.build.conditioner(config.conditioner, {
          name: `${site.name}conditioner`,
          inputShape: [...around, kept],
          outputShape: [...around, 2 * (channels - kept)],
        });
  return new Split({ dataShape, path, keep, leave, scale, conditioner });
}

/** `split` as specs name it: its options, and how it is built. */
export const splitDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A normal prior of the half of the channels that leaves the flow, given the half that stays.',
    properties: {
      prior: {
        enum: ['learned', 'standard'],
        default: 'learned',
        description: '"learned": mean and deviation come from the conditioner; "standard": N(0, 1), no parameters.',
      },
      keep: { enum: ['first', 'second'], default: 'first', description: 'Which half of the channels stays.' },
      leave: {
        enum: ['half', 'all'],
        default: 'half',
        description: '"all" makes the prior of the last scale, which depends on position and context only.',
      },
      scale: splitScaleSchema,
      conditioner: {
        part: 'conditioner',
        default: { type: 'zero-convolution' },
        description: 'The network from what stays to [mean, raw deviation] of every channel that leaves.',
      },
    },
  },
  create: (config: SplitConfig, build) =>
    createSplit(config, { build, dataShape: build.dataShape, path: build.path, name: '' }),
};
