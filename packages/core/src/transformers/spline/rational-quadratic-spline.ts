import * as tf from '@tensorflow/tfjs';
import { PartBase } from '../../contracts/part-base.ts';
import type { ScalarMapped, Transformer } from '../../contracts/transformer.ts';
import type { PartConfig, TransformerDefinition } from '../../registry/plugin.ts';
import type { Direction } from '../direction.ts';
import { splineOfArrays } from './spline-arrays.ts';
import { splineForm, type SplineForm } from './spline-form.ts';
import { SplineKernel } from './spline-kernel.ts';
import {
  splineSchema,
  type BinOptions,
  type RationalQuadraticSplineOptions,
  type SlopeOptions,
  type SplineBoundary,
  type SplineTails,
} from './spline-options.ts';
import { splineOfTensors } from './spline-tensors.ts';

/** Backends whose tensors can be read at once and for free. */
const READABLE: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/**
 * A monotone rational-quadratic spline of K bins, linear or identical outside its interval.
 *
 * In bin k, with ξ = (x − x_k)/w_k, s = h_k/w_k and slopes d at the knots,
 * z = y_k + h_k (s ξ² + d_k ξ(1−ξ)) / (s + (d_{k+1} + d_k − 2s) ξ(1−ξ)).
 *
 * Parameters per scalar: raw widths, raw heights (K each, K − 1 with `splitFirst`), raw slopes (`identity` K − 1, `free`
 * K + 1, else K). **Zero parameters are the identity** as long as the slope's offset is `identity`. Where the forms of
 * other libraries are: nflows, `slope: { offset: 0, floor: 1e-3 }`, with its identity start `beta: ln 2/(1 − floor)`;
 * zuko, `bin: { floor: 0, squash: 'softclip', bound: B/2 }, slope: { map: 'exp', floor: 0, squash: 'softclip', bound: B }`
 * with B = −ln(min slope); distrax, `tails: 'linear', boundary: 'free'`; flowjax, `bin: { splitFirst: true }`.
 *
 * With `identity` boundary the log-derivative is continuous at the ends of the interval; with a `free` boundary use
 * `linear` tails. With `tails: 'error'` values outside throw E_OUT_OF_DOMAIN on the cpu and wasm backends and give NaN on
 * a GPU, whose values cannot be read at once.
 *
 * On cpu and wasm one typed-array kernel computes value, log-derivative and gradients in float64; it is differentiable
 * once. Elsewhere the same function is composed of tensor operations.
 *
 * Durkan et al. 2019 (Neural Spline Flows), eq. 4 to 8; Gregory & Delbourgo 1982.
 *
 * @throws E_OPTION for options that fit no spline
 * @example
 * const spline = new RationalQuadraticSpline({ bins: 8, interval: [-3, 3] });
 * spline.inverse(x, tf.zeros([...x.shape, spline.parameterCount])); // z = x, log-derivative 0
 */
export class RationalQuadraticSpline extends PartBase implements Transformer {
  readonly parameterCount: number;
  readonly constantLogDet = false;
  readonly #form: SplineForm;
  readonly #kernel: SplineKernel;
  readonly #direction: Direction;

  constructor(options: RationalQuadraticSplineOptions = {}) {
    super('rational-quadratic-spline', options.path ?? '');
    this.#form = splineForm(options, this.place);
    this.#kernel = new SplineKernel(this.#form);
    this.#direction = options.direction ?? 'inverse';
    this.parameterCount = this.#form.parameterCount;
  }

  forward(z: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    return this.#mapped(z, parameters, { solve: this.#direction !== 'forward' });
  }

  inverse(x: tf.Tensor, parameters: tf.Tensor): ScalarMapped {
    return this.#mapped(x, parameters, { solve: this.#direction !== 'inverse' });
  }

  mapArrays(input: Float32Array, parameters: Float32Array, direction: Direction): Float32Array {
    return this.#kernel.evaluate(input, parameters, this.#direction !== direction);
  }

  #mapped(input: tf.Tensor, parameters: tf.Tensor, options: { readonly solve: boolean }): ScalarMapped {
    if (input.size === 0 || READABLE.has(tf.getBackend())) {
      return splineOfArrays(this.#kernel, input, parameters, options);
    }
    return splineOfTensors(this.#form, input, parameters, options);
  }
}

interface SplineConfig extends PartConfig {
  readonly bins: number;
  readonly interval: readonly [number, number];
  readonly direction: Direction;
  readonly bin: BinOptions;
  readonly slope: SlopeOptions;
  readonly boundary: SplineBoundary;
  readonly tails: SplineTails;
}

/** `rational-quadratic-spline` as specs name it: its options, and how it is built. */
export const rationalQuadraticSplineDefinition: TransformerDefinition = {
  version: 1,
  schema: splineSchema,
  create: ({ bins, interval, direction, bin, slope, boundary, tails }: SplineConfig, build) =>
    new RationalQuadraticSpline({ path: build.path, bins, interval, direction, bin, slope, boundary, tails }),
};
