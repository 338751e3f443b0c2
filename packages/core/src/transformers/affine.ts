import * as tf from '@tensorflow/tfjs';
import { PartBase } from '../contracts/part-base.ts';
import type { ScalarMapped, Transformer } from '../contracts/transformer.ts';
import type { PartConfig, TransformerDefinition } from '../registry/plugin.ts';
import { directionSchema, type Direction } from './direction.ts';
import {
  logScale,
  resolveScaleMap,
  scaleMapSchema,
  type ScaleMap,
  type ScaleMapName,
  type ScaleMapOptions,
} from './scale-map.ts';

/** Options of {@link Affine}. */
export interface AffineOptions {
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** The direction in which the parameters multiply. Default: `inverse`, z = x·s + t. */
  readonly direction?: Direction;
  /** `scale-shift`: x·s + t; `shift-scale`: (x + t)·s. Default: `scale-shift`. */
  readonly order?: 'scale-shift' | 'shift-scale';
  /** Default: `bounded-exp`. */
  readonly scale?: ScaleMapName | ScaleMapOptions;
  /** Factor on the raw shift. Default: 1. */
  readonly shiftGain?: number;
}

/** What an {@link Affine} computes, its defaults written out. */
export interface AffineForm {
  readonly direction: Direction;
  readonly order: 'scale-shift' | 'shift-scale';
  readonly scale: ScaleMap;
  readonly shiftGain: number;
  /** The learned amplitude of the squash, where there is one. */
  readonly amplitude: tf.Variable | null;
}

/**
 * A scale and a shift, two parameters per scalar in the order [shift, scale].
 *
 * direction `inverse`: z = x·s + t, log|∂z/∂x| = log s; `forward`: x = z·s + t. With order `shift-scale` (x + t)·s.
 * s comes from its raw parameter by a {@link ScaleMapOptions}; all of them are differentiable, only `clip` and `ceiling`
 * cut gradients off. Zero parameters are the identity for every map without offset and floor but the sigmoid.
 *
 * With `tanh-learned` that starts at 0 (Real NVP's code) and a last conditioner layer of zeros, no gradient ever reaches
 * the scale: start the amplitude at 0 only with a conditioner whose last layer is not zero.
 *
 * Variables: `amplitude`, a scalar, with `tanh-learned` only.
 *
 * Dinh et al. 2017 (Real NVP), eq. 7; Kingma & Dhariwal 2018 (Glow), table 1.
 *
 * @throws E_OPTION for a squash without its bound
 * @example
 * const affine = new Affine({ scale: 'exp' });
 * affine.inverse(tf.tensor([3]), tf.tensor([[1, 0]])); // z = 3·e⁰ + 1, log-derivative 0
 */
export class Affine extends PartBase implements Transformer {
  readonly parameterCount = 2;
  readonly constantLogDet = false;
  readonly #direction: Direction;
  readonly #order: 'scale-shift' | 'shift-scale';
  readonly #scale: ScaleMap;
  readonly #shiftGain: number;
  readonly #amplitude: tf.Variable | null;

  constructor(options: AffineOptions = {}) {
    super('affine', options.path ?? '');
    this.#direction = options.direction ?? 'inverse';
    this.#order = options.order ?? 'scale-shift';
    this.#scale = resolveScaleMap(options.scale ?? 'bounded-exp', this.place);
    this.#shiftGain = options.shiftGain ?? 1;
    this.#amplitude =
      this.#scale.squash === null ? this.addVariable('amplitude', tf.scalar(this.#scale.amplitude)) : null;
  }

  /** What is computed, for kernels that compute it themselves. */
  get form(): AffineForm {
    const [direction, order, scale] = [this.#direction, this.#order, this.#scale];
    return { direction, order, scale, shiftGain: this.#shiftGain, amplitude: this.#amplitude };
  }

  forward(z: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    return this.#mapped(z, parameters, 'forward');
  }

  inverse(x: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    return this.#mapped(x, parameters, 'inverse');
  }

  #mapped(input: tf.Tensor, parameters: tf.Tensor, direction: Direction): ScalarMapped {
    const raw = parameter(parameters, 0);
    const shift = this.#shiftGain === 1 ? raw : tf.mul(raw, this.#shiftGain);
    const logs = logScale(parameter(parameters, 1), this.#scale, this.#amplitude);
    if (direction === this.#direction) {
      const scale = tf.exp(logs);
      const value =
        this.#order === 'scale-shift' ? tf.add(tf.mul(input, scale), shift) : tf.mul(tf.add(input, shift), scale);
      return { value, logDerivative: logs };
    }
    const negative = tf.neg(logs);
    const reciprocal = tf.exp(negative);
    const value =
      this.#order === 'scale-shift'
        ? tf.mul(tf.sub(input, shift), reciprocal)
        : tf.sub(tf.mul(input, reciprocal), shift);
    return { value, logDerivative: negative };
  }
}

/** One of the parameters on the last axis: `[..., P]` → `[...]`. */
function parameter(parameters: tf.Tensor, index: number): tf.Tensor {
  const shape = parameters.shape.slice(0, -1);
  const begin = [...shape.map(() => 0), index];
  return tf.reshape(tf.slice(parameters, begin, [...shape, 1]), shape);
}

interface AffineConfig extends PartConfig {
  readonly direction: Direction;
  readonly order: 'scale-shift' | 'shift-scale';
  readonly scale: ScaleMapName | ScaleMapOptions;
  readonly shiftGain: number;
}

/** `affine` as specs name it: its options, and how it is built. */
export const affineDefinition: TransformerDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A scale and a shift, two parameters per scalar, packed [shift, scale].',
    properties: {
      direction: directionSchema('z = x s + t', 'x = z s + t'),
      order: {
        enum: ['scale-shift', 'shift-scale'],
        default: 'scale-shift',
        description: '"scale-shift" is x s + t, "shift-scale" is (x + t) s.',
      },
      scale: scaleMapSchema,
      shiftGain: { type: 'number', default: 1, description: 'Factor on the raw shift.' },
    },
  },
  create: ({ direction, order, scale, shiftGain }: AffineConfig, build) =>
    new Affine({ path: build.path, direction, order, scale, shiftGain }),
};
