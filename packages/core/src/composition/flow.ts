import * as tf from '@tensorflow/tfjs';
import type { Bijector, BijectorTraits, Mapped } from '../contracts/bijector.ts';
import { checkArguments } from '../contracts/check.ts';
import type { Distribution, Reparameterized, SampleOptions } from '../contracts/distribution.ts';
import { checkSampleOptions } from '../contracts/distribution-base.ts';
import { PartBase } from '../contracts/part-base.ts';
import type { Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { LayerConfig } from '../registry/build.ts';
import type { DistributionDefinition, PartConfig } from '../registry/plugin.ts';
import { assertFitting } from './chain.ts';
import { decodeInParts } from './decode-in-parts.ts';
import { findNonFinite, type NonFinite } from './diagnose.ts';
import { contextFor, contextSizeOf, forwardThrough, initializeThrough, inverseThrough } from './through.ts';
import { combineTraits } from './traits.ts';

/** Parts of a {@link Flow}. */
export interface FlowOptions {
  readonly base: Distribution;
  /** From the data side to the latent side. */
  readonly layers: readonly Bijector[];
  /** Default: empty, the root of a spec. */
  readonly path?: string;
}

/**
 * A normalizing flow: a base distribution seen through a chain of bijectors.
 *
 * log p(x) = log p_base(z) + log|det ∂z/∂x| with z = f⁻¹(x), nats (Rezende & Mohamed 2015, eq. 5; Dinh et al. 2017,
 * eq. 2). The flow owns its base and layers.
 *
 * @example
 * const flow = new Flow({ base, layers: [standardize, coupling] });
 * const nats = flow.logProb(x); // [batch]
 */
export class Flow extends PartBase implements Distribution {
  readonly base: Distribution;
  readonly layers: readonly Bijector[];
  readonly eventShape: Shape;
  readonly contextSize: number;

  constructor(options: FlowOptions) {
    super('flow', options.path ?? '');
    assertFitting(options.layers);
    this.base = this.addChild('base', options.base);
    this.layers = options.layers;
    this.layers.forEach((layer, index) => this.addChild(`layers.${index}`, layer));
    this.eventShape = this.layers[0]?.dataShape ?? this.base.eventShape;
    this.contextSize = contextSizeOf([this.base, ...this.layers]);
  }

  /** The traits of the chain of layers. */
  get traits(): BijectorTraits {
    return combineTraits(this.layers);
  }

  /** True when a layer dequantizes: `logProb` then is a bound. */
  get lowerBound(): boolean {
    return this.base.lowerBound || this.layers.some((layer) => layer.traits.lowerBound);
  }

  /** Event shape of the latents. */
  get latentShape(): Shape {
    return this.base.eventShape;
  }

  logProb(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const { value: z, logDet } = this.inverse(x, context);
      return tf.add(this.base.logProb(z, contextFor(this.base, context)), logDet);
    });
  }

  /** x → z with log|det ∂z/∂x|. The caller disposes both. @throws E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH */
  inverse(x: tf.Tensor, context?: tf.Tensor): Mapped {
    return this.#run(() => {
      const data = x?.dtype === 'int32' ? tf.cast(x, 'float32') : x;
      this.#check('x', data, context, this.eventShape);
      return inverseThrough(this.layers, data, context);
    });
  }

  /** z → x with log|det ∂x/∂z|. The caller disposes both. @throws E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH */
  forward(z: tf.Tensor, context?: tf.Tensor): Mapped {
    return this.#run(() => {
      this.#check('z', z, context, this.latentShape);
      return forwardThrough(this.layers, z, context);
    });
  }

  /** Data → latents, `[batch, ...latentShape]`; the caller disposes. */
  encode(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    return tf.tidy(() => this.inverse(x, context).value);
  }

  /** Latents → data, exact and without any re-sampling; the caller disposes. */
  decode(z: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    return tf.tidy(() => this.forward(z, context).value);
  }

  async sample(count: number, options: SampleOptions = {}): Promise<tf.Tensor> {
    this.assertAlive();
    checkSampleOptions(count, options, { place: this.place, contextSize: this.contextSize });
    const { onProgress: _later, ...rest } = options;
    const z = await this.base.sample(count, { ...rest, context: contextFor(this.base, options.context) });
    try {
      return await decodeInParts({ z, options, decode: (part, context) => this.decode(part, context) });
    } finally {
      z.dispose();
    }
  }

  rsample(count: number, options: SampleOptions = {}): Reparameterized {
    this.assertAlive();
    checkSampleOptions(count, options, { place: this.place, contextSize: this.contextSize });
    return tf.tidy(() => {
      if (this.base.rsample === undefined) {
        throw new FlowzooError('E_OPTION', 'the base has no reparameterized draws', {
          at: `base (${this.base.type})`,
          remedy: 'Use sample(), or a base that offers rsample',
        });
      }
      const drawn = this.base.rsample(count, { ...options, context: contextFor(this.base, options.context) });
      const { value, logDet } = this.forward(drawn.value, options.context);
      return { value, logProb: tf.sub(drawn.logProb, logDet) } as unknown as tf.TensorContainer;
    }) as unknown as Reparameterized;
  }

  initialize(x: tf.Tensor, context?: tf.Tensor): void {
    this.assertAlive();
    this.#check('x', x, context, this.eventShape);
    initializeThrough(this.layers, x, context).dispose();
  }

  /** The first layer, from the data side, whose output or log-det is not finite for these examples; null when all are. */
  async diagnose(x: tf.Tensor, context?: tf.Tensor): Promise<NonFinite | null> {
    return findNonFinite(this, x, context);
  }

  #check(name: 'x' | 'z', tensor: tf.Tensor, context: tf.Tensor | undefined, eventShape: Shape): void {
    this.assertAlive();
    checkArguments(tensor, context, { place: this.place, name, eventShape, contextSize: this.contextSize });
  }

  #run(compute: () => Mapped): Mapped {
    return tf.tidy(() => compute() as unknown as tf.TensorContainer) as unknown as Mapped;
  }
}

interface FlowConfig extends PartConfig {
  readonly base: PartConfig;
  readonly layers: readonly LayerConfig[];
}

/** `flow` as specs name it: its options, and how it is built. */
export const flowDefinition: DistributionDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A base distribution seen through invertible layers.',
    properties: {
      base: { part: 'distribution', default: { type: 'standard-normal' }, description: 'Distribution of the latents.' },
      layers: { part: 'layers', description: 'Layers and repeat groups, data side first.' },
    },
    required: ['layers'],
  },
  create(config: FlowConfig, build) {
    const layers = build.layers(config.layers, { name: 'layers', dataShape: build.eventShape });
    const base = build.distribution(config.base, {
      name: 'base',
      eventShape: layers.at(-1)?.latentShape ?? build.eventShape,
    });
    return new Flow({ base, layers, path: build.path });
  },
};
