import { describe, expect, it } from 'vitest';
import { matrixOf, multiplyMatrices, transposeMatrix, type Matrix } from './matrix.ts';
import { expectMatrix, normalMatrix, rowsOf } from './test-build.ts';
import { solveTriangular } from './triangular.ts';

const n = 6;

/** The triangle that the options name, with what must not be read set to what they say. */
function triangleOf(full: Matrix, options: { triangle: 'lower' | 'upper'; unitDiagonal: boolean }): Matrix {
  const values = full.data.map((value, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    if (i === j) return options.unitDiagonal ? 1 : value + 3;
    return i > j === (options.triangle === 'lower') ? value : 0;
  });
  return matrixOf({ rows: n, columns: n, values });
}

describe('solveTriangular', () => {
  it('substitutes as by hand', () => {
    const lower = rowsOf([2, 0], [1, 4]);
    expectMatrix(solveTriangular(lower, rowsOf([2], [9]), { triangle: 'lower' }), rowsOf([1], [2]), 0);
    const upper = rowsOf([2, 1], [0, 4]);
    expectMatrix(solveTriangular(upper, rowsOf([4], [8]), { triangle: 'upper' }), rowsOf([1], [2]), 0);
  });

  const cases = (['lower', 'upper'] as const).flatMap((triangle) =>
    [false, true].flatMap((unitDiagonal) => [false, true].map((transpose) => ({ triangle, unitDiagonal, transpose }))),
  );

  it.each(cases)('solves $triangle, unit diagonal $unitDiagonal, transposed $transpose', (options) => {
    const full = normalMatrix(n, n, 3);
    const t = triangleOf(full, options);
    const expected = normalMatrix(n, 2, 4);
    const b = multiplyMatrices(options.transpose ? transposeMatrix(t) : t, expected);
    expectMatrix(solveTriangular(t, b, options), expected);
    // The other half, and a diagonal that counts as ones, may hold anything.
    const dirty = matrixOf({ rows: n, columns: n, values: t.data });
    for (let i = 0; i < n; i++) {
      if (options.unitDiagonal) dirty.data[i * n + i] = 0;
      for (let j = 0; j < n; j++) if (i !== j && i > j !== (options.triangle === 'lower')) dirty.data[i * n + j] = 99;
    }
    expectMatrix(solveTriangular(dirty, b, options), expected);
  });

  it.each([
    ['lower', false],
    ['lower', true],
    ['upper', false],
    ['upper', true],
  ] as const)('names the zero on the diagonal of the %s triangle, transposed %s', (triangle, transpose) => {
    const t = rowsOf([1, 0, 0], [0, 0, 0], [0, 0, 3]);
    expect(() => solveTriangular(t, normalMatrix(3, 1, 1), { triangle, transpose })).toThrow(
      expect.objectContaining({
        code: 'E_LINALG',
        message: 'the triangle is singular: diagonal element 1 is zero',
      }),
    );
  });

  it('refuses a right-hand side of another height', () => {
    expect(() => solveTriangular(rowsOf([1]), rowsOf([1], [2]), { triangle: 'lower' })).toThrow(
      'the right-hand side does not fit the matrix (expected 1 rows, got [2, 1])',
    );
  });
});
