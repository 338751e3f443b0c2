import type * as tf from '@tensorflow/tfjs';
import type { Mapped } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import type { Shape } from '../contracts/shape.ts';
import { sumEvent } from '../ops/index.ts';

/** Where an elementwise bijector stands and what it maps. */
export interface ElementwiseOptions {
  /** Event shape of x and of z. */
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
}

/** The image of every element and the log of the derivative there, both of the input's shape. */
export interface ElementwiseMapped {
  readonly value: tf.Tensor;
  /** log|d value / d input|, nats. */
  readonly logDerivative: tf.Tensor;
}

/**
 * A scalar bijection without parameters, applied to every element: log|det| = Σ log|derivative| over the event.
 *
 * A concrete class writes the scalar map of each direction.
 */
export abstract class ElementwiseBijector extends BijectorBase {
  protected constructor(type: string, options: ElementwiseOptions) {
    super({
      type,
      path: options.path ?? '',
      dataShape: options.dataShape,
      structure: { kind: 'elementwise' },
    });
  }

  /** Latent → data. */
  protected abstract mapForward(z: tf.Tensor): ElementwiseMapped;

  /** Data → latent. */
  protected abstract mapInverse(x: tf.Tensor): ElementwiseMapped;

  protected override computeForward(z: tf.Tensor): Mapped {
    return summed(this.mapForward(z));
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    return summed(this.mapInverse(x));
  }
}

function summed({ value, logDerivative }: ElementwiseMapped): Mapped {
  return { value, logDet: sumEvent(logDerivative) };
}
