import { decomposeLu } from './lu.ts';
import type { Matrix } from './matrix.ts';

/**
 * det A, from the LU decomposition: det P · ∏ U[k, k]. It overflows or vanishes soon; {@link logAbsDeterminant} does not.
 *
 * @throws E_LINALG when A is not square or not finite
 * @example
 * determinant(matrixOf({ rows: 2, columns: 2, values: [1, 2, 3, 4] })); // −2
 */
export function determinant(a: Matrix): number {
  const { sign, upper } = decomposeLu(a);
  let product: number = sign;
  for (let k = 0; k < a.rows; k++) product *= upper.data[k * a.rows + k]!;
  return product;
}

/**
 * log |det A| in nats and the sign of det A (1, −1, or 0 with −∞ for a matrix whose determinant is exactly zero).
 *
 * @throws E_LINALG when A is not square or not finite
 * @example
 * const { logAbs, sign } = logAbsDeterminant(matrixOf({ rows: 1, columns: 1, values: [-1] })); // 0 and −1
 */
export function logAbsDeterminant(a: Matrix): { readonly logAbs: number; readonly sign: -1 | 0 | 1 } {
  const { sign, upper } = decomposeLu(a);
  let logAbs = 0;
  let negative = sign < 0;
  for (let k = 0; k < a.rows; k++) {
    const pivot = upper.data[k * a.rows + k]!;
    if (pivot === 0) return { logAbs: -Infinity, sign: 0 };
    logAbs += Math.log(Math.abs(pivot));
    if (pivot < 0) negative = !negative;
  }
  return { logAbs, sign: negative ? -1 : 1 };
}
