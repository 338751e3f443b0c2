import * as tf from '@tensorflow/tfjs';
import { PartBase } from '../contracts/part-base.ts';
import type { ScalarMapped, Transformer } from '../contracts/transformer.ts';
import type { PartConfig, TransformerDefinition } from '../registry/plugin.ts';
import { directionSchema, type Direction } from './direction.ts';

/** Options of {@link Additive}. */
export interface AdditiveOptions {
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** The direction in which the shift is added. Default: `inverse`, z = x + t. */
  readonly direction?: Direction;
  /** Factor on the raw parameter. Default: 1. */
  readonly shiftGain?: number;
}

/**
 * A shift: z = x + t with one parameter per scalar, t = shiftGain · raw; the log-derivative is 0.
 *
 * Dinh et al. 2015 (NICE), eq. 5: the additive coupling law. Zero parameters are the identity.
 *
 * @example
 * const shift = new Additive();
 * const { value: z } = shift.inverse(tf.tensor([[1, 2]]), tf.tensor([[[10], [20]]])); // [[11, 22]]
 */
export class Additive extends PartBase implements Transformer {
  readonly parameterCount = 1;
  readonly constantLogDet = true;
  readonly #direction: Direction;
  readonly #shiftGain: number;

  constructor(options: AdditiveOptions = {}) {
    super('additive', options.path ?? '');
    this.#direction = options.direction ?? 'inverse';
    this.#shiftGain = options.shiftGain ?? 1;
  }

  /** What is computed, for kernels that compute it themselves. */
  get form(): { readonly direction: Direction; readonly shiftGain: number } {
    return { direction: this.#direction, shiftGain: this.#shiftGain };
  }

  forward(z: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    return this.#shifted(z, parameters, 'forward');
  }

  inverse(x: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    return this.#shifted(x, parameters, 'inverse');
  }

  #shifted(input: tf.Tensor, parameters: tf.Tensor, direction: Direction): ScalarMapped {
    const raw = tf.reshape(parameters, input.shape);
    const shift = this.#shiftGain === 1 ? raw : tf.mul(raw, this.#shiftGain);
    const value = direction === this.#direction ? tf.add(input, shift) : tf.sub(input, shift);
    return { value, logDerivative: tf.zeros(input.shape) };
  }
}

interface AdditiveConfig extends PartConfig {
  readonly direction: Direction;
  readonly shiftGain: number;
}

/** `additive` as specs name it: its options, and how it is built. */
export const additiveDefinition: TransformerDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A shift, one parameter per scalar (NICE).',
    properties: {
      direction: directionSchema('z = x + t', 'x = z + t'),
      shiftGain: { type: 'number', default: 1, description: 'Factor on the raw shift.' },
    },
  },
  create: ({ direction, shiftGain }: AdditiveConfig, build) => new Additive({ path: build.path, direction, shiftGain }),
};
