import { describe, expect, it } from 'vitest';
import { identityMatrix, matrixOf, multiplyMatrices, transposeMatrix, type Matrix } from './matrix.ts';
import { decomposeQr } from './qr.ts';
import { expectMatrix, normalMatrix, rowsOf } from './test-build.ts';

function expectQr(a: Matrix): void {
  const { q, r } = decomposeQr(a);
  expectMatrix(multiplyMatrices(q, r), a, 1e-13 * Math.max(1, ...a.data.map(Math.abs)));
  expectMatrix(multiplyMatrices(transposeMatrix(q), q), identityMatrix(a.columns), 1e-13);
  for (let i = 0; i < r.rows; i++) {
    expect(r.data[i * r.columns + i]).toBeGreaterThanOrEqual(0);
    for (let j = 0; j < i; j++) expect(r.data[i * r.columns + j]).toBe(0);
  }
}

describe('decomposeQr', () => {
  it('gives the decomposition worked by hand', () => {
    const { q, r } = decomposeQr(rowsOf([3, 5], [4, 10]));
    expectMatrix(q, rowsOf([0.6, -0.8], [0.8, 0.6]), 1e-15);
    expectMatrix(r, rowsOf([5, 11], [0, 2]), 1e-14);
  });

  it.each([
    [0, 0],
    [1, 1],
    [3, 3],
    [5, 2],
    [7, 1],
    [20, 20],
  ])('satisfies A = Q R and Qᵀ Q = 1 for %i × %i', (rows, columns) => {
    expectQr(normalMatrix(rows, columns, rows + columns + 1));
  });

  it.each([
    ['zeros', matrixOf({ rows: 3, columns: 2 })],
    ['equal columns', rowsOf([1, 1], [2, 2], [3, 3])],
    ['a zero column first', rowsOf([0, 1], [0, 2], [0, 3])],
    ['the identity', identityMatrix(3)],
    ['minus the identity', rowsOf([-1, 0], [0, -1])],
    ['the smallest elements', rowsOf([5e-324, 0], [5e-324, 5e-324])],
    ['huge elements', rowsOf([3e200, 1e200], [4e200, 2e200])],
  ])('keeps Q orthonormal for %s', (_name, a) => expectQr(a));

  it('leaves its argument as it was', () => {
    const a = normalMatrix(4, 3, 2);
    const copy = a.data.slice();
    decomposeQr(a);
    expect(a.data).toEqual(copy);
  });

  it('refuses a wide matrix and one that is not finite', () => {
    expect(() => decomposeQr(normalMatrix(2, 3, 1))).toThrow(
      'the matrix has more columns than rows (expected [rows, columns] with rows ≥ columns, got [2, 3]). Decompose its transpose',
    );
    expect(() => decomposeQr(rowsOf([1], [NaN]))).toThrow(
      'row 1, column 0: the matrix has an element that is not finite',
    );
  });
});
