import { assertInvertible, decomposeLu } from './lu.ts';
import { identityMatrix, matrixOf, type Matrix } from './matrix.ts';
import { assertRows, solveTriangular } from './triangular.ts';

/**
 * Y with A Y = B, by LU decomposition with partial pivoting; A is `[n, n]`, B and Y are `[n, columns]`.
 *
 * @throws E_LINALG when A is singular (with the index of the pivot), not square or not finite, or B does not fit
 * @example
 * solveLinear(a, matrixOf({ rows: 2, columns: 1, values: [1, 2] }));
 */
export function solveLinear(a: Matrix, b: Matrix): Matrix {
  const lu = decomposeLu(a);
  assertRows(b, a.rows);
  assertInvertible(lu);
  const permuted = matrixOf({ rows: b.rows, columns: b.columns });
  for (let i = 0; i < b.rows; i++) {
    const row = lu.order[i]! * b.columns;
    permuted.data.set(b.data.subarray(row, row + b.columns), i * b.columns);
  }
  const half = solveTriangular(lu.lower, permuted, { triangle: 'lower', unitDiagonal: true });
  return solveTriangular(lu.upper, half, { triangle: 'upper' });
}

/**
 * A⁻¹.
 *
 * @throws E_LINALG when A is singular (with the index of the pivot), not square or not finite
 */
export function invertMatrix(a: Matrix): Matrix {
  return solveLinear(a, identityMatrix(a.rows));
}
