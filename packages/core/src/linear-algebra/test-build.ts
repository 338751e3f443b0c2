import { expect } from 'vitest';
import { Random } from '../random/random.ts';
import { matrixOf, type Matrix } from './matrix.ts';

/** A matrix from its rows. */
export function rowsOf(...rows: readonly (readonly number[])[]): Matrix {
  return matrixOf({ rows: rows.length, columns: rows[0]?.length ?? 0, values: rows.flat() });
}

/** A matrix of standard normals. */
export function normalMatrix(rows: number, columns: number, seed: number): Matrix {
  const random = new Random(seed);
  return matrixOf({ rows, columns, values: Float64Array.from({ length: rows * columns }, () => random.normal()) });
}

/** Fails unless both have one size and no element differs by more than the tolerance. */
export function expectMatrix(found: Matrix, expected: Matrix, tolerance = 1e-12): void {
  expect([found.rows, found.columns]).toEqual([expected.rows, expected.columns]);
  // Math.max keeps a NaN, so that one fails.
  const worst = found.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected.data[i]!)), 0);
  expect(worst).toBeLessThanOrEqual(tolerance);
}
