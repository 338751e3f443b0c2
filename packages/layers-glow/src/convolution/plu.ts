import {
  decomposeLu,
  matMul,
  matrixOf,
  randomOrthogonal,
  solveTriangular,
  type Matrix,
  type Random,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** How the diagonal of the triangle that has one is made from its parameter d. */
export type Diagonal = 'exp' | 'softplus' | 'free';

/** The form of a PLU decomposition. */
export interface PluForm {
  /** `exp`: sign·exp(d); `softplus`: sign·(softplus(d) + floor); `free`: d itself. */
  readonly diagonal: Diagonal;
  /** Which triangle has ones on its diagonal. */
  readonly unit: 'lower' | 'upper';
  /** Added to the diagonal of `softplus`. */
  readonly floor: number;
}

/** What is stored of W = P L U. */
export interface PluValues {
  /** `[C, C]`: L below the diagonal, U above it, d on it. */
  readonly factors: Float32Array;
  /** Row `order[i]` of W is row i of L U. */
  readonly order: Int32Array;
  /** ±1 per diagonal element. */
  readonly sign: Float32Array;
}

/** A random rotation (Haar measure), decomposed. */
export function rotationFactors(random: Random, { size, form }: { size: number; form: PluForm }): PluValues {
  const { order, lower, upper } = decomposeLu(randomOrthogonal(random, { rows: size }));
  const factors = new Float32Array(size * size);
  const sign = new Float32Array(size);
  const diagonal = Float64Array.from({ length: size }, (_, i) => upper.data[i * size + i]!);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const [below, above] = [lower.data[i * size + j]!, upper.data[i * size + j]!];
      if (i > j) factors[i * size + j] = form.unit === 'lower' ? below : below * diagonal[j]!;
      if (i < j) factors[i * size + j] = form.unit === 'lower' ? above : above / diagonal[i]!;
    }
    sign[i] = diagonal[i]! < 0 ? -1 : 1;
    factors[i * size + i] = parameterOf(diagonal[i]!, form);
  }
  return { factors, order, sign };
}

/** d of a diagonal element. */
function parameterOf(value: number, { diagonal, floor }: PluForm): number {
  if (diagonal === 'free') return value;
  const magnitude = Math.abs(value);
  if (diagonal === 'exp') return Math.log(magnitude);
  // A magnitude at the floor or below it has no d; softplus comes no nearer than this.
  const above = Math.max(magnitude - floor, 1e-6);
  return above + Math.log(-Math.expm1(-above));
}

/** What W is composed of, on tensors. */
export interface PluTensors {
  readonly factors: tf.Tensor2D;
  readonly order: Int32Array;
  readonly sign: tf.Tensor;
}

/** P, L, U and the logarithms of the diagonal, all differentiable in the factors; run inside a tidy scope. */
export function expandPlu(
  { factors, order, sign }: PluTensors,
  form: PluForm,
): {
  readonly permutation: tf.Tensor2D;
  readonly lower: tf.Tensor2D;
  readonly upper: tf.Tensor2D;
  readonly logs: tf.Tensor;
} {
  const size = factors.shape[0];
  const masks = trianglesOf(size);
  const identity = tf.eye(size);
  const { diagonal, logs } = diagonalOf(tf.sum(tf.mul(factors, identity), 0), sign, form);
  const scaled = tf.mul(identity, diagonal);
  const lower: tf.Tensor2D = tf.add(tf.mul(factors, masks.lower), form.unit === 'lower' ? identity : scaled);
  const upper: tf.Tensor2D = tf.add(tf.mul(factors, masks.upper), form.unit === 'lower' ? scaled : identity);
  const rows = new Float32Array(size * size);
  order.forEach((row, i) => (rows[row * size + i] = 1));
  return { permutation: tf.tensor2d(rows, [size, size]), lower, upper, logs };
}

/** W and log|det W|, both differentiable in the factors; run inside a tidy scope. */
export function composePlu(
  tensors: PluTensors,
  form: PluForm,
): { readonly weight: tf.Tensor2D; readonly logAbsDeterminant: tf.Scalar } {
  const { permutation, lower, upper, logs } = expandPlu(tensors, form);
  return { weight: matMul(matMul(permutation, lower), upper), logAbsDeterminant: tf.sum(logs) };
}

function diagonalOf(
  parameters: tf.Tensor,
  sign: tf.Tensor,
  { diagonal, floor }: PluForm,
): { readonly diagonal: tf.Tensor; readonly logs: tf.Tensor } {
  if (diagonal === 'free') return { diagonal: parameters, logs: tf.log(tf.abs(parameters)) };
  if (diagonal === 'exp') return { diagonal: tf.mul(sign, tf.exp(parameters)), logs: parameters };
  const magnitude = tf.add(tf.softplus(parameters), floor);
  return { diagonal: tf.mul(sign, magnitude), logs: tf.log(magnitude) };
}

function trianglesOf(size: number): { readonly lower: tf.Tensor; readonly upper: tf.Tensor } {
  const below = Float32Array.from({ length: size * size }, (_, k) => (Math.floor(k / size) > k % size ? 1 : 0));
  const above = Float32Array.from({ length: size * size }, (_, k) => (Math.floor(k / size) < k % size ? 1 : 0));
  return { lower: tf.tensor2d(below, [size, size]), upper: tf.tensor2d(above, [size, size]) };
}

/** W⁻¹ = U⁻¹ L⁻¹ Pᵀ by two triangular solves in float64. */
export function invertPlu({ factors, order, sign }: PluValues, form: PluForm): Matrix {
  const size = order.length;
  const triangles = matrixOf({ rows: size, columns: size, values: factors });
  for (let i = 0; i < size; i++) triangles.data[i * size + i] = diagonalNumber(factors[i * size + i]!, sign[i]!, form);
  const transposed = matrixOf({ rows: size, columns: size });
  order.forEach((row, i) => (transposed.data[i * size + row] = 1));
  const inner = solveTriangular(triangles, transposed, { triangle: 'lower', unitDiagonal: form.unit === 'lower' });
  return solveTriangular(triangles, inner, { triangle: 'upper', unitDiagonal: form.unit === 'upper' });
}

function diagonalNumber(d: number, sign: number, { diagonal, floor }: PluForm): number {
  if (diagonal === 'free') return d;
  if (diagonal === 'exp') return sign * Math.exp(d);
  return sign * (Math.max(d, 0) + Math.log1p(Math.exp(-Math.abs(d))) + floor);
}

/**
 * W⁻¹ with its gradient in W: V = W⁻¹, ∂W = −Vᵀ ∂V Vᵀ.
 *
 * @param weight `[C, C]`, connected to its parameters.
 * @param solve Gives the values, in float64.
 */
export function inverseWeight(weight: tf.Tensor2D, solve: () => Matrix): tf.Tensor2D {
  const invert = tf.customGrad((_matrix, save) => {
    const { rows, columns, data } = solve();
    const inverse = tf.tensor2d(Float32Array.from(data), [rows, columns]);
    (save as tf.GradSaveFunc)([inverse]);
    return {
      value: inverse,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const transposed: tf.Tensor2D = tf.transpose(saved[0] as tf.Tensor2D);
        return tf.neg(matMul(matMul(transposed, dy as tf.Tensor2D), transposed));
      },
    };
  });
  return invert(weight) as tf.Tensor2D;
}
