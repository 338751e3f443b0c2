import * as tf from '@tensorflow/tfjs';
import type { Mapped } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';
import type { ElementwiseOptions } from './elementwise-bijector.ts';
import {
  constantLogDet,
  elementsPerParameter,
  parameterShape,
  parameterValues,
  sharingSchema,
  valuesSchema,
  type Sharing,
  type Values,
} from './parameter-values.ts';

/** Options of {@link Scale}. */
export interface ScaleOptions extends ElementwiseOptions {
  /** Default: `element`. */
  readonly per?: Sharing;
  /** The scale where training starts, or the scale itself when it is not trained; any sign, never 0. Default: 1. */
  readonly value?: Values;
  /** Default: true. */
  readonly trainable?: boolean;
}

/**
 * x = s ⊙ z with log|s| trained and the signs kept; z = x / s.
 *
 * log|det ∂x/∂z| = Σ log|s|. A trained scale cannot reach or cross 0. One that is not trained is applied exactly as given:
 * `{ "type": "scale", "value": 255, "trainable": false }` takes data 0…255 to latents 0…1.
 *
 * Variables: `logScale`; state: `sign`, or `scale` when it is not trained.
 *
 * @throws E_OPTION for a scale of 0, E_SPEC_SHAPE for a list of the wrong length
 * @example
 * const layer = new Scale({ dataShape: [2], value: [2, -4] });
 * const { value: x, logDet } = layer.forward(tf.ones([1, 2])); // [[2, -4]], [log 8]
 */
export class Scale extends BijectorBase {
  readonly per: Sharing;
  readonly #logScale: tf.Variable | null;
  /** The sign of a trained scale, or the whole of a fixed one. */
  readonly #factor: tf.Variable;

  constructor(options: ScaleOptions) {
    super({
      type: 'scale',
      path: options.path ?? '',
      dataShape: options.dataShape,
      traits: { constantLogDet: true },
      structure: { kind: 'elementwise' },
    });
    this.per = options.per ?? 'element';
    const shape = [...parameterShape(this.per, this.dataShape)];
    const values = parameterValues(options.value ?? 1, { shape, name: 'value', place: this.place });
    if (values.includes(0)) {
      throw new FlowzooError('E_OPTION', 'a scale of 0 has no inverse', {
        at: this.place,
        expected: 'a number other than 0',
        found: '0',
      });
    }
    if (options.trainable === false) {
      this.#logScale = null;
      this.#factor = this.addState('scale', tf.tensor(values, shape));
    } else {
      this.#logScale = this.addVariable(
        'logScale',
        tf.tensor(
          values.map((each) => Math.log(Math.abs(each))),
          shape,
        ),
      );
      this.#factor = this.addState('sign', tf.tensor(values.map(Math.sign), shape));
    }
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    const value =
      this.#logScale === null ? tf.mul(z, this.#factor) : tf.mul(z, tf.mul(this.#factor, tf.exp(this.#logScale)));
    return { value, logDet: this.#logDet(z, 1) };
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    const value =
      this.#logScale === null
        ? tf.div(x, this.#factor)
        : tf.mul(x, tf.mul(this.#factor, tf.exp(tf.neg(this.#logScale))));
    return { value, logDet: this.#logDet(x, -1) };
  }

  #logDet(input: tf.Tensor, sign: 1 | -1): tf.Tensor {
    return constantLogDet(this.#logScale ?? tf.log(tf.abs(this.#factor)), {
      batch: input.shape[0]!,
      multiplicity: elementsPerParameter(this.per, this.dataShape),
      sign,
    });
  }
}

interface ScaleConfig extends PartConfig {
  readonly per: Sharing;
  readonly value: Values;
  readonly trainable: boolean;
}

/** `scale` as specs name it: its options, and how it is built. */
export const scaleDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'x = s z with a trained or a given scale; the way to the latents divides by s.',
    properties: {
      per: sharingSchema('element'),
      value: valuesSchema(
        1,
        'The starting scale, or the scale itself when not trained; one number or one per parameter.',
      ),
      trainable: {
        type: 'boolean',
        default: true,
        description: 'Train log|s|; false applies the value exactly as given.',
      },
    },
  },
  create: (config: ScaleConfig, build) =>
    new Scale({
      dataShape: build.dataShape,
      path: build.path,
      per: config.per,
      value: config.value,
      trainable: config.trainable,
    }),
};
