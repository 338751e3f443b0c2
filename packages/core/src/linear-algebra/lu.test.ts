import { describe, expect, it } from 'vitest';
import { decomposeLu } from './lu.ts';
import { matrixOf, multiplyMatrices, type Matrix } from './matrix.ts';
import { expectMatrix, normalMatrix, rowsOf } from './test-build.ts';

const permutedRows = (a: Matrix, order: Int32Array): Matrix =>
  matrixOf({
    rows: a.rows,
    columns: a.columns,
    values: [...order].flatMap((row) => [...a.data.subarray(row * a.columns, (row + 1) * a.columns)]),
  });

describe('decomposeLu', () => {
  it('gives the decomposition worked by hand', () => {
    // Rows 0 and 2 change places; then 2 − 4/2 … leave −1 and 1 below, so that rows 1 and 2 stay.
    const { order, sign, lower, upper, singularPivot } = decomposeLu(rowsOf([0, 1, 3], [2, 1, 1], [4, 6, 0]));
    expect([...order]).toEqual([2, 1, 0]);
    expect(sign).toBe(-1);
    expectMatrix(lower, rowsOf([1, 0, 0], [0.5, 1, 0], [0, -0.5, 1]), 0);
    expectMatrix(upper, rowsOf([4, 6, 0], [0, -2, 1], [0, 0, 3.5]), 0);
    expect(singularPivot).toBeNull();
  });

  it.each([0, 1, 2, 3, 8, 40])('satisfies P A = L U for size %i, with |L| ≤ 1', (n) => {
    const a = normalMatrix(n, n, n + 1);
    const { order, lower, upper } = decomposeLu(a);
    expectMatrix(multiplyMatrices(lower, upper), permutedRows(a, order));
    expect([...order].toSorted((x, y) => x - y)).toEqual(Array.from({ length: n }, (_, i) => i));
    expect(lower.data.every((value) => Math.abs(value) <= 1)).toBe(true);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (j > i) expect(lower.data[i * n + j]).toBe(0);
        if (j < i) expect(upper.data[i * n + j]).toBe(0);
      }
      expect(lower.data[i * n + i]).toBe(1);
    }
  });

  it('leaves its argument as it was', () => {
    const a = normalMatrix(4, 4, 2);
    const copy = a.data.slice();
    decomposeLu(a);
    expect(a.data).toEqual(copy);
  });

  it.each([
    ['a zero', rowsOf([0]), 0],
    ['equal rows', rowsOf([1, 2], [1, 2]), 1],
    ['a zero column', rowsOf([1, 0, 2], [3, 0, 4], [5, 0, 7]), 1],
    ['a pivot that is zero but for rounding', rowsOf([1, 2, 3], [4, 5, 6], [7, 8, 9]), 2],
    ['tenths, which are not exact', rowsOf([0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]), 2],
    ['rank 1 at a tiny scale', rowsOf([1e-200, 2e-200], [3e-200, 6e-200]), 1],
  ])('finds the pivot of %s', (_name, a, pivot) => {
    expect(decomposeLu(a).singularPivot).toBe(pivot);
  });

  it.each([
    ['a tiny column', rowsOf([1, 1e-30], [1, 2e-30])],
    ['a tiny row', rowsOf([1, 1], [1e-30, 2e-30])],
    ['tiny everywhere', rowsOf([1e-200, 2e-200], [3e-200, 4e-200])],
    ['a diagonal of every scale', rowsOf([1e150, 0, 0], [0, 1, 0], [0, 0, 1e-150])],
    ['a Hilbert matrix', rowsOf([1, 1 / 2, 1 / 3], [1 / 2, 1 / 3, 1 / 4], [1 / 3, 1 / 4, 1 / 5])],
  ])('does not call %s singular', (_name, a) => {
    expect(decomposeLu(a).singularPivot).toBeNull();
  });

  it('decomposes singular matrices too', () => {
    const a = rowsOf([1, 0, 2], [3, 0, 4], [5, 0, 7]);
    const { order, lower, upper } = decomposeLu(a);
    expectMatrix(multiplyMatrices(lower, upper), permutedRows(a, order));
  });
});
