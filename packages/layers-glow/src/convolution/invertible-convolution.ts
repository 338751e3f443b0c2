import {
  BijectorBase,
  matMul,
  Random,
  randomOrthogonal,
  sizeOf,
  type BijectorDefinition,
  type Mapped,
  type Matrix,
  type PartConfig,
  type Shape,
  type StateValues,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { assertChannels } from '../assert-channels.ts';
import { inverseOnTensors, valuesAreAtHand } from './inverse-on-tensors.ts';
import { composePlu, inverseWeight, invertPlu, rotationFactors, type Diagonal, type PluForm } from './plu.ts';

/** Options of {@link InvertibleConvolution}. */
export interface InvertibleConvolutionOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** `plu`: trained; `orthogonal`: a fixed random rotation, state. Default: `plu`. */
  readonly form?: 'plu' | 'orthogonal';
  /** Default: `exp`. */
  readonly diagonal?: Diagonal;
  /** Which triangle has ones on its diagonal. Default: `lower`. */
  readonly unit?: 'lower' | 'upper';
  /** Smallest diagonal element of `softplus`. Default: 0.001. */
  readonly floor?: number;
  /** Draws the rotation. Default: seed 0. */
  readonly random?: Random;
}

/** Parameters of the default form, the layer's own. */
export interface InvertibleConvolutionParts {
  readonly factors: tf.Variable<tf.Rank.R2>;
  readonly sign: tf.Variable;
  /** Row `order[i]` of W is row i of L U. */
  readonly order: Int32Array;
}

/**
 * An invertible linear map of the channels, the same at every pixel: z = x W for row vectors x (the channels of a pixel,
 * or a vector's features), log|det ∂z/∂x| = H·W·log|det W|, nats.
 *
 * W = P L U with a fixed permutation P, fixed signs, and triangles of which one has ones on its diagonal; the other one's
 * is sign·exp(d). So log|det W| = Σ d, no determinant is computed, and W is invertible for every d. It starts at a random
 * rotation. The way back multiplies with W⁻¹, from two triangular solves in float64, made anew in each call; its gradient
 * is exact. On backends that give values back asynchronously only, W⁻¹ is composed of matrix products in float32. A full
 * matrix without decomposition is not offered: float32 determinants under- and overflow from some 48 channels on, and
 * training can make it singular.
 *
 * Variables: `factors` `[C, C]` (L below the diagonal, U above it, d on it). State: `permutation` `[C]` (row
 * `permutation[i]` of W is row i of L U) and `sign` `[C]`; of the form `orthogonal` `weight` `[C, C]` alone.
 *
 * Kingma & Dhariwal 2018 (Glow), section 3.2.
 *
 * @example
 * const layer = new InvertibleConvolution({ dataShape: [4, 4, 12], random: build.random });
 * const { value: z, logDet } = layer.inverse(x); // [batch, 4, 4, 12], [batch]
 */
export class InvertibleConvolution extends BijectorBase {
  readonly #form: PluForm;
  readonly #factors: tf.Variable<tf.Rank.R2> | null = null;
  readonly #sign: tf.Variable | null = null;
  readonly #weight: tf.Variable<tf.Rank.R2> | null = null;
  #order: Int32Array = new Int32Array(0);

  constructor(options: InvertibleConvolutionOptions) {
    const { dataShape, path = '', form = 'plu', random = new Random(0) } = options;
    super({ type: 'invertible-1x1-convolution', path, dataShape, traits: { constantLogDet: true } });
    this.#form = {
      diagonal: options.diagonal ?? 'exp',
      unit: options.unit ?? 'lower',
      floor: options.floor ?? 0.001,
    };
    const size = dataShape.at(-1) ?? 1;
    if (form === 'orthogonal') {
      const { data } = randomOrthogonal(random, { rows: size });
      const weight = tf.tensor2d(Float32Array.from(data), [size, size]);
      this.#weight = this.addState('weight', weight) as tf.Variable<tf.Rank.R2>;
      return;
    }
    const { factors, order, sign } = rotationFactors(random, { size, form: this.#form });
    this.#factors = this.addVariable('factors', tf.tensor2d(factors, [size, size])) as tf.Variable<tf.Rank.R2>;
    this.addState('permutation', tf.tensor1d(order, 'int32'));
    this.#sign = this.addState('sign', tf.tensor1d(sign));
    this.#order = order;
  }

  /** What W = P L U is made of, for layers that compute it together with their own; null for forms other than the default. */
  get parts(): InvertibleConvolutionParts | null {
    if (this.#factors === null || this.#form.diagonal !== 'exp' || this.#form.unit !== 'lower') return null;
    return { factors: this.#factors, sign: this.#sign!, order: this.#order };
  }

  override stateLoaded(values: ReadonlyMap<string, StateValues>): void {
    super.stateLoaded(values);
    const order = values.get('permutation');
    if (order !== undefined) this.#order = Int32Array.from(order);
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    const { weight, logAbsDeterminant } = this.#matrix();
    return { value: this.#multiplied(x, weight), logDet: this.#logDet(logAbsDeterminant, x, 1) };
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    const { weight, logAbsDeterminant } = this.#matrix();
    return { value: this.#multiplied(z, this.#inverse(weight)), logDet: this.#logDet(logAbsDeterminant, z, -1) };
  }

  #inverse(weight: tf.Tensor2D): tf.Tensor2D {
    if (this.#factors === null) return tf.transpose(weight);
    if (valuesAreAtHand()) return inverseWeight(weight, () => this.#solved());
    return inverseOnTensors({ factors: this.#factors, order: this.#order, sign: this.#sign! }, this.#form);
  }

  #matrix(): { readonly weight: tf.Tensor2D; readonly logAbsDeterminant: tf.Scalar } {
    if (this.#factors === null) return { weight: this.#weight!, logAbsDeterminant: tf.scalar(0) };
    return composePlu({ factors: this.#factors, order: this.#order, sign: this.#sign! }, this.#form);
  }

  #solved(): Matrix {
    const factors = this.#factors!.dataSync<'float32'>();
    const sign = this.#sign!.dataSync<'float32'>();
    return invertPlu({ factors, sign, order: this.#order }, this.#form);
  }

  #multiplied(input: tf.Tensor, weight: tf.Tensor2D): tf.Tensor {
    const size = weight.shape[0];
    return tf.reshape(matMul(tf.reshape(input, [input.size / size, size]), weight), input.shape);
  }

  #logDet(logAbsDeterminant: tf.Tensor, input: tf.Tensor, sign: 1 | -1): tf.Tensor {
    const pixels = sizeOf(this.dataShape) / (this.dataShape.at(-1) ?? 1);
    return tf.mul(tf.ones([input.shape[0]!]), tf.mul(logAbsDeterminant, sign * pixels));
  }
}

/** Options of {@link InvertibleConvolution} as a spec writes them. */
export interface InvertibleConvolutionConfig extends PartConfig {
  readonly form: 'plu' | 'orthogonal';
  readonly diagonal: Diagonal;
  readonly unit: 'lower' | 'upper';
  readonly floor: number;
}

/** `invertible-1x1-convolution` as specs name it: its options, and how it is built. */
export const invertibleConvolutionDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'An invertible linear map of the channels of each pixel, or of the features of a vector: W = P L U.',
    properties: {
      form: {
        enum: ['plu', 'orthogonal'],
        default: 'plu',
        description: '"plu" is trained, "orthogonal" stays the random rotation at which both start.',
      },
      diagonal: {
        enum: ['exp', 'softplus', 'free'],
        default: 'exp',
        description:
          'The diagonal from its parameter d: sign exp(d), sign (softplus(d) + floor), or d itself, which may reach 0.',
      },
      unit: {
        enum: ['lower', 'upper'],
        default: 'lower',
        description: 'The triangle that has ones on its diagonal.',
      },
      floor: {
        type: 'number',
        minimum: 0,
        default: 0.001,
        description: 'Added to the diagonal of "softplus"; the others ignore it.',
      },
    },
  },
  create(config: InvertibleConvolutionConfig, build) {
    assertChannels(build);
    const { dataShape, path, random } = build;
    return new InvertibleConvolution({ ...config, dataShape, path, random });
  },
};
