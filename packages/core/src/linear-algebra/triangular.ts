import { FlowzooError } from '../errors/flowzoo-error.ts';
import { assertSquare, formatSize, matrixOf, type Matrix } from './matrix.ts';

/** Options of {@link solveTriangular}. */
export interface TriangularOptions {
  /** Which half of T holds the matrix. The other half is not read. */
  readonly triangle: 'lower' | 'upper';
  /** Take the diagonal as ones and do not read it. Default false. */
  readonly unitDiagonal?: boolean;
  /** Solve Tᵀ Y = B instead of T Y = B. Default false. */
  readonly transpose?: boolean;
}

/**
 * Y with T Y = B, by forward or backward substitution; T is a triangle `[n, n]`, B and Y are `[n, columns]`.
 *
 * @throws E_LINALG when T is not square or not finite, B has another number of rows, or the diagonal of T has a zero,
 * with its index
 * @example
 * solveTriangular(lower, b, { triangle: 'lower', unitDiagonal: true });
 */
export function solveTriangular(t: Matrix, b: Matrix, options: TriangularOptions): Matrix {
  const { triangle, unitDiagonal = false, transpose = false } = options;
  assertSquare(t);
  assertRows(b, t.rows);
  const n = t.rows;
  const width = b.columns;
  const result = matrixOf({ rows: n, columns: width, values: b.data });
  // Row k of T, or of Tᵀ: a lower triangle that is transposed is substituted from below.
  const element = (k: number, j: number): number => t.data[transpose ? j * n + k : k * n + j]!;
  const forward = (triangle === 'lower') !== transpose;
  for (let step = 0; step < n; step++) {
    const k = forward ? step : n - 1 - step;
    for (let solved = 0; solved < step; solved++) {
      const j = forward ? solved : n - 1 - solved;
      const factor = element(k, j);
      for (let c = 0; c < width; c++) result.data[k * width + c]! -= factor * result.data[j * width + c]!;
    }
    if (unitDiagonal) continue;
    const pivot = element(k, k);
    if (pivot === 0) throw new FlowzooError('E_LINALG', `the triangle is singular: diagonal element ${k} is zero`);
    for (let c = 0; c < width; c++) result.data[k * width + c]! /= pivot;
  }
  return result;
}

/** @throws E_LINALG when B does not have as many rows as the matrix of the system */
export function assertRows(b: Matrix, rows: number): void {
  if (b.rows === rows) return;
  throw new FlowzooError('E_LINALG', 'the right-hand side does not fit the matrix', {
    expected: `${rows} rows`,
    found: formatSize(b),
  });
}
