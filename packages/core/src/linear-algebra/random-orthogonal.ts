import type { Random } from '../random/random.ts';
import { matrixOf, type Matrix } from './matrix.ts';
import { decomposeQr } from './qr.ts';

/** Options of {@link randomOrthogonal}. */
export interface RandomOrthogonalOptions {
  readonly rows: number;
  /** At most `rows`. Default: `rows`, an orthogonal matrix. */
  readonly columns?: number;
}

/**
 * A matrix with orthonormal columns, uniformly distributed (Haar measure): the Q of a matrix of standard normals whose R
 * has a positive diagonal.
 *
 * @throws E_LINALG when there are more columns than rows
 * @see Mezzadri 2007, How to generate random matrices from the classical compact groups, section 5
 * @example
 * const q = randomOrthogonal(new Random(7), { rows: 4 });
 */
export function randomOrthogonal(random: Random, { rows, columns = rows }: RandomOrthogonalOptions): Matrix {
  const normals = Float64Array.from({ length: rows * columns }, () => random.normal());
  return decomposeQr(matrixOf({ rows, columns, values: normals })).q;
}
