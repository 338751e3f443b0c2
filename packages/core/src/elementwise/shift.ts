import * as tf from '@tensorflow/tfjs';
import type { Mapped } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';
import type { ElementwiseOptions } from './elementwise-bijector.ts';
import {
  parameterShape,
  parameterValues,
  sharingSchema,
  valuesSchema,
  type Sharing,
  type Values,
} from './parameter-values.ts';

/** Options of {@link Shift}. */
export interface ShiftOptions extends ElementwiseOptions {
  /** Default: `element`. */
  readonly per?: Sharing;
  /** The shift where training starts, or the shift itself when it is not trained. Default: 0. */
  readonly value?: Values;
  /** Default: true. */
  readonly trainable?: boolean;
}

/**
 * x = z + t; z = x − t. The log-det is 0.
 *
 * The variable (the state entry when it is not trained) is called `shift`.
 *
 * @throws E_SPEC_SHAPE for a list of the wrong length
 * @example
 * const layer = new Shift({ dataShape: [2], value: 0.5, trainable: false });
 * const { value: z } = layer.inverse(tf.ones([1, 2])); // [[0.5, 0.5]]
 */
export class Shift extends BijectorBase {
  readonly per: Sharing;
  readonly #shift: tf.Variable;

  constructor(options: ShiftOptions) {
    super({
      type: 'shift',
      path: options.path ?? '',
      dataShape: options.dataShape,
      traits: { constantLogDet: true },
      structure: { kind: 'elementwise' },
    });
    this.per = options.per ?? 'element';
    const shape = [...parameterShape(this.per, this.dataShape)];
    const values = parameterValues(options.value ?? 0, { shape, name: 'value', place: this.place });
    const initial = tf.tensor(values, shape);
    this.#shift = options.trainable === false ? this.addState('shift', initial) : this.addVariable('shift', initial);
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    return { value: tf.add(z, this.#shift), logDet: tf.zeros([z.shape[0]!]) };
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    return { value: tf.sub(x, this.#shift), logDet: tf.zeros([x.shape[0]!]) };
  }
}

interface ShiftConfig extends PartConfig {
  readonly per: Sharing;
  readonly value: Values;
  readonly trainable: boolean;
}

/** `shift` as specs name it: its options, and how it is built. */
export const shiftDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'x = z + t with a trained or a given shift; the way to the latents subtracts t.',
    properties: {
      per: sharingSchema('element'),
      value: valuesSchema(
        0,
        'The starting shift, or the shift itself when not trained; one number or one per parameter.',
      ),
      trainable: { type: 'boolean', default: true, description: 'Train t; false keeps it as given.' },
    },
  },
  create: (config: ShiftConfig, build) =>
    new Shift({
      dataShape: build.dataShape,
      path: build.path,
      per: config.per,
      value: config.value,
      trainable: config.trainable,
    }),
};
