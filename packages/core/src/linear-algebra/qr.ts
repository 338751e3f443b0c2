import { FlowzooError } from '../errors/flowzoo-error.ts';
import { assertFinite, formatSize, matrixOf, type Matrix } from './matrix.ts';

/** A = Q R. */
export interface QrDecomposition {
  /** `[rows, columns]`, orthonormal columns: Qᵀ Q = 1. */
  readonly q: Matrix;
  /** `[columns, columns]`, upper triangular with a diagonal ≥ 0. */
  readonly r: Matrix;
}

/**
 * Thin QR decomposition by Householder reflections, of a matrix with at least as many rows as columns.
 *
 * The diagonal of R is never negative, which makes the decomposition of a matrix of full rank unique. Where the rank is
 * smaller, Q is orthonormal all the same.
 *
 * @throws E_LINALG when there are more columns than rows, or an element is not finite
 * @see Golub & Van Loan, Matrix Computations (4th ed.), algorithms 5.1.1 and 5.2.1
 */
export function decomposeQr(a: Matrix): QrDecomposition {
  if (a.columns > a.rows) {
    throw new FlowzooError('E_LINALG', 'the matrix has more columns than rows', {
      expected: '[rows, columns] with rows ≥ columns',
      found: formatSize(a),
      remedy: 'Decompose its transpose',
    });
  }
  assertFinite(a);
  const work = matrixOf({ rows: a.rows, columns: a.columns, values: a.data });
  const reflections: (Float64Array | null)[] = [];
  for (let k = 0; k < a.columns; k++) {
    const normal = reflectionFor(work, k);
    reflections.push(normal);
    if (normal !== null) reflect(work, normal, k);
  }
  const r = matrixOf({ rows: a.columns, columns: a.columns });
  const q = matrixOf({ rows: a.rows, columns: a.columns });
  for (let i = 0; i < a.columns; i++) {
    const sign = work.data[i * a.columns + i]! < 0 ? -1 : 1;
    for (let j = i; j < a.columns; j++) r.data[i * a.columns + j] = sign * work.data[i * a.columns + j]!;
    q.data[i * a.columns + i] = sign;
  }
  // Q is the product of the reflections on the first columns of the identity (signed as R is), the last one first.
  for (let k = a.columns - 1; k >= 0; k--) {
    const normal = reflections[k]!;
    if (normal !== null) reflect(q, normal, k);
  }
  return { q, r };
}

/** The unit normal of the reflection that sends the rest of column k, from the diagonal down, to its first axis. */
function reflectionFor(work: Matrix, k: number): Float64Array | null {
  const normal = Float64Array.from({ length: work.rows - k }, (_, i) => work.data[(k + i) * work.columns + k]!);
  // Relative to the largest element, so that squares of huge or tiny ones neither overflow nor vanish.
  const largest = normal.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return null;
  divideInPlace(normal, largest);
  // Away from the origin, so that nothing cancels.
  normal[0]! += normal[0]! < 0 ? -euclideanNorm(normal) : euclideanNorm(normal);
  divideInPlace(normal, euclideanNorm(normal));
  return normal;
}

function euclideanNorm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

function divideInPlace(vector: Float64Array, divisor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! /= divisor;
}

/** Applies 1 − 2 v vᵀ to the rows from `k` on. */
function reflect(work: Matrix, normal: Float64Array, k: number): void {
  for (let j = 0; j < work.columns; j++) {
    let product = 0;
    for (let i = 0; i < normal.length; i++) product += normal[i]! * work.data[(k + i) * work.columns + j]!;
    for (let i = 0; i < normal.length; i++) work.data[(k + i) * work.columns + j]! -= 2 * product * normal[i]!;
  }
}
