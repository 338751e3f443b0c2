import { describe, expect, it } from 'vitest';
import { determinant, logAbsDeterminant } from './determinant.ts';
import { identityMatrix, matrixOf, multiplyMatrices, transposeMatrix } from './matrix.ts';
import { normalMatrix, rowsOf } from './test-build.ts';

describe('determinant', () => {
  it.each([
    ['nothing', matrixOf({ rows: 0, columns: 0 }), 1],
    ['a number', rowsOf([-3]), -3],
    ['2 × 2', rowsOf([1, 2], [3, 4]), -2],
    ['a swap', rowsOf([0, 1], [1, 0]), -1],
    ['a cycle of three', rowsOf([0, 1, 0], [0, 0, 1], [1, 0, 0]), 1],
    ['3 × 3, by the rule of Sarrus', rowsOf([2, -1, 3], [0, 4, 1], [5, 2, -2]), -85],
    ['a triangle', rowsOf([2, 9, 9], [0, 3, 9], [0, 0, 4]), 24],
    ['equal rows', rowsOf([1, 2], [1, 2]), 0],
  ])('of %s', (_name, a, expected) => {
    expect(determinant(a)).toBeCloseTo(expected, 12);
    const { logAbs, sign } = logAbsDeterminant(a);
    expect(sign).toBe(Math.sign(expected));
    expect(sign * Math.exp(logAbs)).toBeCloseTo(expected, 12);
  });

  it('is multiplicative and keeps under transposition', () => {
    const a = normalMatrix(6, 6, 1);
    const b = normalMatrix(6, 6, 2);
    expect(determinant(multiplyMatrices(a, b)) / (determinant(a) * determinant(b))).toBeCloseTo(1, 10);
    expect(determinant(transposeMatrix(a)) / determinant(a)).toBeCloseTo(1, 10);
  });

  it('has a logarithm where the number itself overflows or vanishes', () => {
    for (const scale of [1e-5, 1e5]) {
      const a = identityMatrix(100);
      for (let i = 0; i < 100; i++) a.data[i * 101] = i === 0 ? -scale : scale;
      expect([0, -Infinity]).toContain(scale < 1 ? determinant(a) + 0 : determinant(a));
      const { logAbs, sign } = logAbsDeterminant(a);
      expect(logAbs).toBeCloseTo(100 * Math.log(scale), 9);
      expect(sign).toBe(-1);
    }
  });

  it('has the logarithm −∞ and the sign 0 for a zero column', () => {
    expect(logAbsDeterminant(rowsOf([1, 0], [3, 0]))).toEqual({ logAbs: -Infinity, sign: 0 });
  });

  it('refuses what is not square', () => {
    expect(() => determinant(normalMatrix(2, 3, 1))).toThrow('the matrix is not square (expected [n, n], got [2, 3])');
    expect(() => logAbsDeterminant(normalMatrix(2, 3, 1))).toThrow('the matrix is not square');
  });
});
