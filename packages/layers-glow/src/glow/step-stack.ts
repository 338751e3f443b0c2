import {
  BijectorBase,
  combineTraits,
  contextSizeOf,
  forwardThrough,
  initializeThrough,
  inverseThrough,
  type Bijector,
  type BijectorTraits,
  type Mapped,
  type Shape,
} from '@flowzoo/core';
import type * as tf from '@tensorflow/tfjs';
import { inverseRecomputed } from './recompute.ts';

/** Parts of a {@link StepStack}; it owns the layers. */
export interface StepStackOptions {
  readonly dataShape: Shape;
  readonly path: string;
  readonly layers: readonly Bijector[];
  /** Compute activations again on the way back instead of keeping them. */
  readonly recompute: boolean;
}

/** The K steps of one scale, as one layer; their variables are `0.*`, `1.*`, …. */
export class StepStack extends BijectorBase {
  readonly #layers: readonly Bijector[];
  readonly #recompute: boolean;

  constructor({ dataShape, path, layers, recompute }: StepStackOptions) {
    super({ type: 'chain', path, dataShape, contextSize: contextSizeOf(layers) });
    this.#layers = layers.map((layer, index) => this.addChild(String(index), layer));
    this.#recompute = recompute;
  }

  override get traits(): BijectorTraits {
    return combineTraits(this.#layers);
  }

  initialize(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    return initializeThrough(this.#layers, x, context);
  }

  protected computeForward(z: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    return forwardThrough(this.#layers, z, context);
  }

  protected computeInverse(x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
    const run = this.#recompute && this.#layers.length > 0 ? inverseRecomputed : inverseThrough;
    return run(this.#layers, x, context);
  }
}
