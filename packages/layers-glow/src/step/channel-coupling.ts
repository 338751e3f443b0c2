import {
  BijectorBase,
  contextFor,
  sumEvent,
  type Conditioner,
  type Mapped,
  type Shape,
  type Transformer,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { affineAtOnce } from './affine-at-once.ts';

/** Parts of a {@link ChannelCoupling}; the layer owns them. */
export interface ChannelCouplingOptions {
  readonly dataShape: Shape;
  readonly path: string;
  readonly transformer: Transformer;
  /** From the first ⌊C/2⌋ channels to `P` numbers for each of the others, side by side. */
  readonly conditioner: Conditioner;
}

/**
 * The coupling of a Glow step: the first ⌊C/2⌋ channels stay and drive the bijection of the others.
 *
 * z₁ = x₁, z₂ = g⁻¹(x₂; θ(x₁)), log|det ∂z/∂x| = Σ log|∂z₂/∂x₂|, nats. With one channel nothing stays, and θ depends on
 * biases and context alone.
 */
export class ChannelCoupling extends BijectorBase {
  readonly #kept: number;
  readonly #conditioner: Conditioner;
  readonly #transformer: Transformer;

  constructor({ dataShape, path, transformer, conditioner }: ChannelCouplingOptions) {
    super({
      type: 'coupling',
      path,
      dataShape,
      contextSize: conditioner.contextSize,
      traits: { constantLogDet: transformer.constantLogDet },
    });
    this.#kept = keptChannelCount(dataShape);
    this.#conditioner = this.addChild('conditioner', conditioner);
    this.#transformer = this.addChild('transformer', transformer);
  }

  /** Hands data-dependent initialization down to the conditioner; returns z, which the caller disposes. */
  initialize(x: tf.Tensor, context?: tf.Tensor): tf.Tensor {
    this.check('x', x, context);
    return tf.tidy(() => {
      this.#conditioner.initialize?.(this.#parts(x)[0], context);
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
    const [kept, changed] = this.#parts(input);
    const raw = this.#conditioner.apply(kept, contextFor(this.#conditioner, context));
    const parameters = tf.reshape(raw, [...changed.shape, this.#transformer.parameterCount]);
    const { value, logDet } = this.#transformed(direction, changed, parameters);
    return { value: this.#kept === 0 ? value : tf.concat([kept, value], input.rank - 1), logDet };
  }

  #transformed(direction: 'forward' | 'inverse', changed: tf.Tensor, parameters: tf.Tensor): Mapped {
    const atOnce = direction === 'inverse' ? affineAtOnce(changed, parameters, this.#transformer) : null;
    if (atOnce !== null) return atOnce;
    const { value, logDerivative } = this.#transformer[direction](changed, parameters);
    return { value, logDet: sumEvent(logDerivative) };
  }

  #parts(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
    if (this.#kept === 0) return [tf.zeros([...x.shape.slice(0, -1), 0]), x];
    return tf.split(x, [this.#kept, x.shape.at(-1)! - this.#kept], x.rank - 1) as [tf.Tensor, tf.Tensor];
  }
}

/** How many channels of an event stay. */
export function keptChannelCount(dataShape: Shape): number {
  return Math.floor((dataShape.at(-1) ?? 0) / 2);
}
