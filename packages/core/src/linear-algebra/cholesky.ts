import { FlowzooError } from '../errors/flowzoo-error.ts';
import { assertSquare, matrixOf, type Matrix } from './matrix.ts';

/**
 * The lower triangular L with a positive diagonal and L Lᵀ = A, for a symmetric positive definite A. Only the lower
 * triangle of A is read.
 *
 * @throws E_LINALG when A is not positive definite (with the index of the pivot), not square or not finite
 * @see Golub & Van Loan, Matrix Computations (4th ed.), algorithm 4.2.1
 * @example
 * decomposeCholesky(matrixOf({ rows: 2, columns: 2, values: [4, 2, 2, 5] })); // [2, 0, 1, 2]
 */
export function decomposeCholesky(a: Matrix): Matrix {
  assertSquare(a);
  const n = a.rows;
  const lower = matrixOf({ rows: n, columns: n });
  for (let k = 0; k < n; k++) {
    const pivot = remainder(a, lower, { i: k, k });
    if (!(pivot > 0)) {
      throw new FlowzooError('E_LINALG', `the matrix is not positive definite: pivot ${k} is not positive`, {
        expected: 'a pivot > 0',
        found: `${pivot}`,
      });
    }
    const diagonal = Math.sqrt(pivot);
    lower.data[k * n + k] = diagonal;
    for (let i = k + 1; i < n; i++) lower.data[i * n + k] = remainder(a, lower, { i, k }) / diagonal;
  }
  return lower;
}

/** A[i, k] − ∑ L[i, j] L[k, j] over j < k. */
function remainder(a: Matrix, lower: Matrix, { i, k }: { readonly i: number; readonly k: number }): number {
  const n = a.rows;
  let value = a.data[i * n + k]!;
  for (let j = 0; j < k; j++) value -= lower.data[i * n + j]! * lower.data[k * n + j]!;
  return value;
}
