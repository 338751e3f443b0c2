import { FlowzooError } from '../errors/flowzoo-error.ts';
import { assertSquare, identityMatrix, matrixOf, type Matrix } from './matrix.ts';

/** P A = L U. */
export interface LuDecomposition {
  /** Row i of P A is row `order[i]` of A. */
  readonly order: Int32Array;
  /** det P, 1 or −1. */
  readonly sign: 1 | -1;
  /** L: lower triangular with ones on the diagonal. */
  readonly lower: Matrix;
  /** U: upper triangular. */
  readonly upper: Matrix;
  /**
   * The first pivot that rounding errors cannot tell from zero, null when A is invertible in float64.
   *
   * U[k, k] comes from subtracting products from an element of A; it counts as zero when it is at most n ε times the sum
   * of their magnitudes. Scaling rows or columns of A does not change the verdict, as a fixed threshold would.
   */
  readonly singularPivot: number | null;
}

/**
 * LU decomposition with partial pivoting, P A = L U, of a square matrix. Singular matrices have one too.
 *
 * @throws E_LINALG when A is not square or not finite
 * @see Golub & Van Loan, Matrix Computations (4th ed.), algorithm 3.4.1
 * @example
 * const { lower, upper, order } = decomposeLu(matrixOf({ rows: 2, columns: 2, values: [0, 1, 2, 3] }));
 */
export function decomposeLu(a: Matrix): LuDecomposition {
  assertSquare(a);
  const n = a.rows;
  const lower = identityMatrix(n);
  const upper = matrixOf({ rows: n, columns: n, values: a.data });
  const order = Int32Array.from({ length: n }, (_, i) => i);
  let sign: 1 | -1 = 1;
  for (let k = 0; k < n; k++) {
    const pivot = largestBelow(upper, k);
    if (pivot !== k) {
      swapRows(upper.data, { n, first: k, second: pivot, from: k, to: n });
      swapRows(lower.data, { n, first: k, second: pivot, from: 0, to: k });
      [order[k], order[pivot]] = [order[pivot]!, order[k]!];
      sign = sign === 1 ? -1 : 1;
    }
    eliminateBelow(lower.data, upper.data, { n, k });
  }
  return { order, sign, lower, upper, singularPivot: findSingularPivot(a, { order, lower, upper }) };
}

/**
 * Throws where a matrix has no inverse.
 *
 * @throws E_LINALG with the index of the pivot
 */
export function assertInvertible({ singularPivot, upper }: LuDecomposition): void {
  if (singularPivot === null) return;
  throw new FlowzooError('E_LINALG', `the matrix is singular: pivot ${singularPivot} is zero up to rounding`, {
    expected: 'an invertible matrix',
    found: `pivot ${upper.data[singularPivot * upper.columns + singularPivot]}`,
  });
}

function largestBelow(upper: Matrix, k: number): number {
  const n = upper.rows;
  let best = k;
  for (let i = k + 1; i < n; i++) {
    if (Math.abs(upper.data[i * n + k]!) > Math.abs(upper.data[best * n + k]!)) best = i;
  }
  return best;
}

interface RowSwap {
  readonly n: number;
  readonly first: number;
  readonly second: number;
  readonly from: number;
  readonly to: number;
}

function swapRows(data: Float64Array, { n, first, second, from, to }: RowSwap): void {
  for (let j = from; j < to; j++) {
    const held = data[first * n + j]!;
    data[first * n + j] = data[second * n + j]!;
    data[second * n + j] = held;
  }
}

function eliminateBelow(
  lower: Float64Array,
  upper: Float64Array,
  { n, k }: { readonly n: number; readonly k: number },
): void {
  const pivot = upper[k * n + k]!;
  // The largest of the column is zero: the whole column is, and there is nothing to eliminate.
  if (pivot === 0) return;
  for (let i = k + 1; i < n; i++) {
    const factor = upper[i * n + k]! / pivot;
    lower[i * n + k] = factor;
    upper[i * n + k] = 0;
    for (let j = k + 1; j < n; j++) upper[i * n + j]! -= factor * upper[k * n + j]!;
  }
}

function findSingularPivot(
  a: Matrix,
  { order, lower, upper }: Pick<LuDecomposition, 'order' | 'lower' | 'upper'>,
): number | null {
  const n = a.rows;
  for (let k = 0; k < n; k++) {
    let magnitude = Math.abs(a.data[order[k]! * n + k]!);
    for (let j = 0; j < k; j++) magnitude += Math.abs(lower.data[k * n + j]! * upper.data[j * n + k]!);
    if (!(Math.abs(upper.data[k * n + k]!) > n * Number.EPSILON * magnitude)) return k;
  }
  return null;
}
