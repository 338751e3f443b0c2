import { describe, expect, it } from 'vitest';
import { assertSquare, identityMatrix, matrixOf, multiplyMatrices, transposeMatrix } from './matrix.ts';
import { expectMatrix, normalMatrix, rowsOf } from './test-build.ts';

describe('Matrix', () => {
  it('multiplies', () => {
    expectMatrix(
      multiplyMatrices(rowsOf([1, 2, 3], [4, 5, 6]), rowsOf([1, 0], [0, 2], [-1, 1])),
      rowsOf([-2, 7], [-2, 16]),
      0,
    );
  });

  it('has an identity', () => {
    const a = normalMatrix(2, 3, 1);
    expectMatrix(multiplyMatrices(identityMatrix(2), a), a, 0);
    expectMatrix(multiplyMatrices(a, identityMatrix(3)), a, 0);
  });

  it('transposes', () => {
    expectMatrix(transposeMatrix(rowsOf([1, 2, 3], [4, 5, 6])), rowsOf([1, 4], [2, 5], [3, 6]), 0);
  });

  it('copies its values', () => {
    const values = Float64Array.of(1, 2);
    const a = matrixOf({ rows: 1, columns: 2, values });
    values[0] = 9;
    expect([...a.data]).toEqual([1, 2]);
  });

  it.each<[string, () => unknown, string]>([
    [
      'too few values',
      () => matrixOf({ rows: 2, columns: 2, values: [1, 2, 3] }),
      'the values do not fill the matrix (expected 4 values for [2, 2], got 3)',
    ],
    [
      'factors that do not fit',
      () => multiplyMatrices(identityMatrix(2), identityMatrix(3)),
      'the matrices cannot be multiplied (expected 2 rows on the right, got [3, 3])',
    ],
    [
      'what is not square',
      () => assertSquare(normalMatrix(2, 3, 1)),
      'the matrix is not square (expected [n, n], got [2, 3])',
    ],
    [
      'NaN',
      () => assertSquare(rowsOf([1, 2], [NaN, 3])),
      'row 1, column 0: the matrix has an element that is not finite (got NaN)',
    ],
    [
      'infinity',
      () => assertSquare(rowsOf([1, -Infinity], [0, 3])),
      'row 0, column 1: the matrix has an element that is not finite (got -Infinity)',
    ],
  ])('refuses %s', (_name, attempt, message) => {
    expect(attempt).toThrow(expect.objectContaining({ code: 'E_LINALG', message }));
  });
});
