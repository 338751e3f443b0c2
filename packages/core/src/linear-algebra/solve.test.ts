import { describe, expect, it } from 'vitest';
import { identityMatrix, multiplyMatrices } from './matrix.ts';
import { invertMatrix, solveLinear } from './solve.ts';
import { expectMatrix, normalMatrix, rowsOf } from './test-build.ts';

describe('solveLinear', () => {
  it('solves as by hand, with a zero as first element', () => {
    // 2y = 4, x + y = 5
    expectMatrix(solveLinear(rowsOf([0, 2], [1, 1]), rowsOf([4], [5])), rowsOf([3], [2]), 0);
  });

  it.each([0, 1, 2, 5, 30])('finds what was multiplied, for size %i', (n) => {
    const a = normalMatrix(n, n, n + 7);
    const expected = normalMatrix(n, 3, 8);
    expectMatrix(solveLinear(a, multiplyMatrices(a, expected)), expected, 1e-10);
  });

  it('refuses a right-hand side of another height', () => {
    expect(() => solveLinear(identityMatrix(2), rowsOf([1, 2, 3]))).toThrow(
      'the right-hand side does not fit the matrix (expected 2 rows, got [1, 3])',
    );
  });
});

describe('invertMatrix', () => {
  it('inverts as by hand', () => {
    expectMatrix(invertMatrix(rowsOf([1, 2], [3, 4])), rowsOf([-2, 1], [1.5, -0.5]), 1e-15);
  });

  it.each([0, 1, 4, 20])('is the inverse on both sides, for size %i', (n) => {
    const a = normalMatrix(n, n, n + 1);
    const inverse = invertMatrix(a);
    expectMatrix(multiplyMatrices(a, inverse), identityMatrix(n), 1e-11);
    expectMatrix(multiplyMatrices(inverse, a), identityMatrix(n), 1e-11);
  });

  it.each([
    ['a zero', rowsOf([0]), 'pivot 0 is zero up to rounding (expected an invertible matrix, got pivot 0)'],
    [
      'equal rows',
      rowsOf([1, 2], [1, 2]),
      'pivot 1 is zero up to rounding (expected an invertible matrix, got pivot 0)',
    ],
    ['rank 2', rowsOf([1, 2, 3], [4, 5, 6], [7, 8, 9]), 'pivot 2 is zero up to rounding'],
  ])('refuses %s with the pivot', (_name, a, message) => {
    expect(() => invertMatrix(a)).toThrow(
      expect.objectContaining({
        code: 'E_LINALG',
        message: expect.stringContaining(`the matrix is singular: ${message}`),
      }),
    );
  });

  it('refuses what is not square', () => {
    expect(() => invertMatrix(normalMatrix(3, 2, 1))).toThrow('the matrix is not square (expected [n, n], got [3, 2])');
  });
});
