import { type Mapped, Random, sizeOf, sumEvent } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { StackSite } from '../two-way/stack-on-arrays.ts';
import {
  TwoWayLayer,
  type Field,
  type Parameters,
  type ParameterSource,
  type TwoWayOptions,
} from '../two-way/two-way-layer.ts';
import { runOperation } from '../wasm/operation.ts';
import { basisFields, basisFor, type Basis, type BasisOptions, type SylvesterForm } from './basis.ts';
import { orthogonalityResidual, orthogonalize } from './orthogonalize.ts';
import { flip, rowProducts } from './products.ts';
import { solveSystem } from './solve-system.ts';
import { amortisedSylvesterOperation, sylvesterOperation, type SylvesterAttributes } from './sylvester-operation.ts';
import { trianglesFor, type Triangles } from './triangles.ts';

/** Options of {@link Sylvester}. */
export interface SylvesterOptions extends TwoWayOptions {
  /** How Q is made. Default: `orthogonal`. */
  readonly form?: SylvesterForm;
  /** M, the rank of the change, from 1 to D. Default: D. */
  readonly width?: number;
  /** Of `householder`: how many reflections. Default: 8. */
  readonly reflections?: number;
  /** Of `triangular`: Q is the reversal, not the identity; alternate it from layer to layer. Default: false. */
  readonly reversed?: boolean;
  /** μ of the constraint, in [0, 1). Default: 0.001; the paper has 0. */
  readonly minimumSlope?: number;
  /** Draws the initial parameters. Default: seed 0. */
  readonly random?: Random;
}

/**
 * A Sylvester layer, for row vectors y = x + tanh(x Q R̃ᵀ + b) Rᵀ Qᵀ with
 * log|det| = Σᵢ log(1 + h′ᵢ rᵢᵢ r̃ᵢᵢ), in nats; Q `[D, M]` has orthonormal columns, R and R̃ are upper triangular.
 *
 * Both diagonals are bounded so that rᵢᵢ r̃ᵢᵢ > −1, which makes it invertible for all values. The way back works in the
 * basis Q: q + R tanh(R̃ q + b) = Qᵀy is a triangular system of M monotone scalar equations, solved from the last to the
 * first, and x = y − Q R tanh(R̃ q + b). `closed` says which way the formula runs. Per example both cost O(M (D + M)),
 * parameters of one's own included (making an `orthogonal` Q costs O(D M²) for every set of parameters). On `wasm` the closed
 * formula in the basis Q, with all gradients, is one operation; of the triangular form it is the whole layer.
 *
 * Variables: `basis` (`[D, M]` for `orthogonal`, `[reflections, D]` for `householder`, none for `triangular`),
 * `triangles` `[M, M]` (R above and on the diagonal, the transpose of R̃ below), `diagonal` `[M]` of R̃, and `b` `[M]`; with
 * a conditioner, its variables, and these as state.
 *
 * van den Berg et al. 2018, section 3, with the order of factors for row vectors; invertibility: theorem 2.
 *
 * @throws E_NO_CONVERGENCE from both directions when the columns of an `orthogonal` basis are linearly dependent
 * @example
 * const layer = registry.bijector({ type: 'sylvester', form: 'householder', width: 2 }, { dataShape: [5] });
 * const { value: x, logDet } = layer.forward(z); // [batch, 5], [batch]
 */
export class Sylvester extends TwoWayLayer {
  readonly #basis: BasisOptions;
  readonly #minimumSlope: number;

  constructor(options: SylvesterOptions) {
    const basis = basisOptions(options);
    const { minimumSlope = 0.001, random = new Random(0) } = options;
    super({ ...options, type: 'sylvester', fields: sylvesterFields(options, random), solving: 'iterative' });
    this.#basis = { ...basis, place: this.place };
    this.#minimumSlope = minimumSlope;
  }

  /**
   * The largest Frobenius norm ‖QᵀQ − I‖ of the matrices that the layer uses; 0 for the forms that are orthonormal as they
   * are made. Reads values back.
   *
   * @param context `[batch, contextSize]`, for a layer with a conditioner.
   */
  orthogonalityResidual(context?: tf.Tensor): number {
    this.assertAlive();
    if (this.#basis.form !== 'orthogonal') return 0;
    return tf.tidy(() => {
      const { basis } = this.parametersFor(context);
      return orthogonalityResidual(orthogonalize(basis as tf.Tensor3D, { place: this.place }));
    });
  }

  protected run(input: tf.Tensor2D, parameters: Parameters, { solve }: StackSite, source: ParameterSource): Mapped {
    const { form, reversed } = this.#basis;
    // The triangular form needs no products with Q: all of it is one operation.
    const whole = form === 'triangular' && !solve ? this.#operation(input, source, { reversed, adding: true }) : null;
    if (whole !== null) return whole;
    const basis = basisFor(parameters, this.#basis);
    const projected = basis.project(input);
    const triangles = (): Triangles => trianglesFor(parameters, { minimumSlope: this.#minimumSlope });
    const offset = (): tf.Tensor2D => parameters['b'] as tf.Tensor2D;
    const inBasis = solve ? solveSystem({ target: projected, offset: offset(), ...triangles() }) : projected;
    const sign = solve ? -1 : 1;
    const step = this.#operation(inBasis, source, { reversed: false, adding: false });
    if (step === null) return this.#moved(input, basis, triangles(), { inBasis, offset: offset(), sign });
    const moved = basis.embed(step.value as tf.Tensor2D);
    if (solve) return { value: tf.sub(input, moved), logDet: tf.neg(step.logDet) };
    return { value: tf.add(input, moved), logDet: step.logDet };
  }

  /** In the basis Q, with all gradients, in one call; null where there is no such operation. */
  #operation(
    x: tf.Tensor2D,
    { start, raw, places }: ParameterSource,
    how: Pick<SylvesterAttributes, 'reversed' | 'adding'>,
  ): Mapped | null {
    const { triangles, diagonal, b } = start;
    const attributes = { ...how, minimumSlope: this.#minimumSlope, rawStart: places['triangles']! };
    // One row for several examples comes from a conditioner without a context.
    if (x.size === 0 || (raw !== null && raw.shape[0] !== x.shape[0])) return null;
    const found =
      raw === null
        ? runOperation(sylvesterOperation, [x, triangles!, diagonal!, b!], attributes)
        : runOperation(amortisedSylvesterOperation, [x, triangles!, diagonal!, b!, raw], attributes);
    return found === null ? null : { value: found[0], logDet: found[1] };
  }

  /** input ± h Rᵀ Qᵀ where h = tanh(q R̃ᵀ + b). */
  #moved(
    input: tf.Tensor2D,
    basis: Basis,
    { outer, inner, edge }: Triangles,
    { inBasis, offset, sign }: { readonly inBasis: tf.Tensor2D; readonly offset: tf.Tensor2D; readonly sign: 1 | -1 },
  ): Mapped {
    const hidden = tf.tanh(tf.add(rowProducts(inBasis, flip(inner)), offset)) as tf.Tensor2D;
    const step = basis.embed(rowProducts(hidden, flip(outer)));
    // 1 + h′ r r̃ = tanh² + (1 − tanh²)(1 + r r̃), a sum of what is not negative.
    const share = tf.mul(tf.sub(1, hidden), tf.add(1, hidden));
    const slopes = tf.add(tf.square(hidden), tf.mul(share, edge));
    const logDet = sumEvent(tf.log(slopes));
    return { value: tf.add(input, tf.mul(step, sign)), logDet: tf.mul(logDet, sign) };
  }
}

/** What makes Q, all defaults filled in. */
function basisOptions(options: Omit<SylvesterOptions, 'random'>): BasisOptions {
  const size = sizeOf(options.dataShape);
  const { form = 'orthogonal', width = size, reflections = 8, reversed = false } = options;
  return { form, size, width, reflections, reversed };
}

/** The fields of a layer, in the order in which a conditioner gives them. */
export function sylvesterFields(options: Omit<SylvesterOptions, 'random'>, random: Random): Field[] {
  const basis = basisOptions(options);
  const { width } = basis;
  const small = (name: string, count: number, scale: number): Float32Array =>
    random
      .fork(name)
      .normals(count)
      .map((value) => scale * value);
  return [
    ...basisFields(basis, random),
    { name: 'triangles', shape: [width, width], start: small('triangles', width * width, 0.1 / Math.sqrt(width)) },
    { name: 'diagonal', shape: [width], start: small('diagonal', width, 0.1) },
    { name: 'b', shape: [width], start: new Float32Array(width) },
  ];
}
