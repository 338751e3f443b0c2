import { BijectorBase, sizeOf, type BijectorDefinition, type Mapped, type PartConfig, type Shape } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Options of {@link Scaling}. */
export interface ScalingOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** One factor per element, or per channel (last axis). Default: `element`. */
  readonly per?: 'element' | 'channel';
}

/**
 * NICE's diagonal scaling: z = exp(s) ⊙ x with trained s, which starts at 0.
 *
 * The factor multiplies from data to latents, as in the paper's h ↦ exp(s) ⊙ h, so log|det ∂z/∂x| = Σ s and x = exp(−s) ⊙ z:
 * a large s says that a direction of the data varies little. NICE puts one such layer last, on the latent side: its
 * couplings keep volume, and without it the model could not change any.
 *
 * Variables: `logScale`.
 *
 * Dinh et al. 2015 (NICE), section 3.3.
 *
 * @example
 * const layer = new Scaling({ dataShape: [64] });
 */
export class Scaling extends BijectorBase {
  readonly #logScale: tf.Variable;
  readonly #multiplicity: number;

  constructor({ dataShape, path = '', per = 'element' }: ScalingOptions) {
    super({
      type: 'scaling',
      path,
      dataShape,
      traits: { constantLogDet: true },
      structure: { kind: 'elementwise' },
    });
    const shape = per === 'element' ? dataShape : dataShape.slice(-1);
    this.#logScale = this.addVariable('logScale', tf.zeros([...shape]));
    this.#multiplicity = sizeOf(dataShape) / sizeOf(shape);
  }

  protected computeForward(z: tf.Tensor): Mapped {
    return { value: tf.mul(z, tf.exp(tf.neg(this.#logScale))), logDet: this.#logDet(z, -1) };
  }

  protected computeInverse(x: tf.Tensor): Mapped {
    return { value: tf.mul(x, tf.exp(this.#logScale)), logDet: this.#logDet(x, 1) };
  }

  #logDet(input: tf.Tensor, sign: 1 | -1): tf.Tensor {
    return tf.add(tf.zeros([input.shape[0]!]), tf.mul(tf.sum(this.#logScale), sign * this.#multiplicity));
  }
}

interface ScalingConfig extends PartConfig {
  readonly per: 'element' | 'channel';
}

/** The registry's entry for `scaling`. */
export const scalingDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'z = exp(s) x with a trained s (NICE).',
    properties: {
      per: {
        enum: ['element', 'channel'],
        default: 'element',
        description: 'One factor per element of the event, or per channel (last axis).',
      },
    },
  },
  create: ({ per }: ScalingConfig, build) => new Scaling({ dataShape: build.dataShape, path: build.path, per }),
};
