import { describe, expect, it } from 'vitest';
import { decomposeCholesky } from './cholesky.ts';
import { multiplyMatrices, transposeMatrix } from './matrix.ts';
import { expectMatrix, normalMatrix, rowsOf } from './test-build.ts';

describe('decomposeCholesky', () => {
  it('gives the decomposition worked by hand', () => {
    const a = rowsOf([4, 12, -16], [12, 37, -43], [-16, -43, 98]);
    expectMatrix(decomposeCholesky(a), rowsOf([2, 0, 0], [6, 1, 0], [-8, 5, 3]), 0);
  });

  it.each([0, 1, 3, 12])('satisfies L Lᵀ = A for size %i', (n) => {
    const root = normalMatrix(n, n + 2, n + 1);
    const a = multiplyMatrices(root, transposeMatrix(root));
    const lower = decomposeCholesky(a);
    expectMatrix(multiplyMatrices(lower, transposeMatrix(lower)), a, 1e-12);
    for (let i = 0; i < n; i++) {
      expect(lower.data[i * n + i]).toBeGreaterThan(0);
      for (let j = i + 1; j < n; j++) expect(lower.data[i * n + j]).toBe(0);
    }
  });

  it('reads the lower triangle only', () => {
    expectMatrix(decomposeCholesky(rowsOf([4, 99], [2, 5])), rowsOf([2, 0], [1, 2]), 0);
  });

  it.each([
    ['a negative diagonal', rowsOf([1, 0], [0, -2]), 1, '-2'],
    ['an indefinite matrix', rowsOf([1, 2], [2, 1]), 1, '-3'],
    ['a singular matrix', rowsOf([1, 1], [1, 1]), 1, '0'],
    ['zero', rowsOf([0]), 0, '0'],
  ])('refuses %s with the pivot', (_name, a, pivot, found) => {
    expect(() => decomposeCholesky(a)).toThrow(
      expect.objectContaining({
        code: 'E_LINALG',
        message: `the matrix is not positive definite: pivot ${pivot} is not positive (expected a pivot > 0, got ${found})`,
      }),
    );
  });

  it('refuses what is not square', () => {
    expect(() => decomposeCholesky(normalMatrix(2, 3, 1))).toThrow('the matrix is not square');
  });
});
