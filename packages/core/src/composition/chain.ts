import type * as tf from '@tensorflow/tfjs';
import type { Bijector, BijectorTraits, Mapped } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import type { Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { LayerConfig } from '../registry/build.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';
import { combineTraits } from './traits.ts';
import { contextSizeOf, forwardThrough, initializeThrough, inverseThrough } from './through.ts';

/** Options of {@link Chain}. */
export interface ChainOptions {
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** What the data side of an empty chain looks like; otherwise the first layer says it. */
  readonly dataShape?: Shape;
}

/**
 * Several bijectors as one, listed from the data side to the latent side: `Chain([A, B])` is x = A(B(z)).
 *
 * log|det ∂x/∂z| = Σ log-dets of the layers at the points they are evaluated at. The chain owns its layers.
 *
 * @throws E_EVENT_SHAPE when one layer's latent shape is not the next one's data shape
 */
export class Chain extends BijectorBase {
  readonly layers: readonly Bijector[];

  constructor(layers: readonly Bijector[], options: ChainOptions = {}) {
    const dataShape = layers[0]?.dataShape ?? options.dataShape ?? [];
    super({
      type: 'chain',
      path: options.path ?? '',
      dataShape,
      latentShape: layers.at(-1)?.latentShape ?? dataShape,
      contextSize: contextSizeOf(layers),
    });
    assertFitting(layers);
    this.layers = layers;
    layers.forEach((layer, index) => this.addChild(`layers.${index}`, layer));
  }

  override get traits(): BijectorTraits {
    return combineTraits(this.layers);
  }

  initialize(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    return initializeThrough(this.layers, x, context);
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return forwardThrough(this.layers, z, context);
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return inverseThrough(this.layers, x, context);
  }
}

/** @throws E_EVENT_SHAPE */
export function assertFitting(layers: readonly Bijector[]): void {
  for (let i = 1; i < layers.length; i++) {
    const [above, below] = [layers[i - 1]!, layers[i]!];
    if (above.latentShape.join() !== below.dataShape.join()) {
      throw new FlowzooError(
        'E_EVENT_SHAPE',
        `layer ${i} (${below.type}) does not fit under layer ${i - 1} (${above.type})`,
        {
          at: below.path,
          expected: `data of shape [${above.latentShape.join(', ')}]`,
          found: `a layer for [${below.dataShape.join(', ')}]`,
        },
      );
    }
  }
}

interface ChainConfig extends PartConfig {
  readonly layers: readonly LayerConfig[];
}

/** `chain` as specs name it: its options, and how it is built. */
export const chainDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Several layers as one, from the data side to the latent side.',
    properties: { layers: { part: 'layers', description: 'Layers and repeat groups, data side first.' } },
    required: ['layers'],
  },
  create(config: ChainConfig, build) {
    const layers = build.layers(config.layers, { name: 'layers', dataShape: build.dataShape });
    return new Chain(layers, { path: build.path, dataShape: build.dataShape });
  },
};
