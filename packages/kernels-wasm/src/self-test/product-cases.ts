import { shaped, vector, type KnownCase } from './known-case.ts';

const a = shaped([2, 3], [1, 2, 3, 4, 5, 6]);
const aTransposed = shaped([3, 2], [1, 4, 2, 5, 3, 6]);
const b = shaped([3, 2], [1, -1, 2, 0, -3, 4]);
const bTransposed = shaped([2, 3], [1, 2, -3, -1, 0, 4]);
const product = [-4, 11, -4, 20];
const plain = { transposeA: false, transposeB: false };
const turned = { transposeA: true, transposeB: true };
const ones = (shape: readonly number[]) => shaped(shape, Array<number>(shape.reduce((x, y) => x * y)).fill(1));

/** Products of matrices small enough to be done by hand. */
export const productCases: Readonly<Record<string, readonly KnownCase[]>> = {
  BatchMatMul: [
    { inputs: { a, b }, attrs: plain, expected: shaped([2, 2], product) },
    { inputs: { a: aTransposed, b: bTransposed }, attrs: turned, expected: shaped([2, 2], product) },
    {
      inputs: { a: ones([7, 70]), b: ones([70, 9]) },
      attrs: plain,
      expected: shaped([7, 9], Array<number>(63).fill(70)),
    },
  ],
  Einsum: [{ inputs: [a, b], attrs: { equation: 'ij,jk->ki' }, expected: shaped([2, 2], [-4, -4, 11, 20]) }],
  _FusedMatMul: [
    {
      inputs: { a, b: bTransposed, bias: vector(5, -30) },
      attrs: { transposeA: false, transposeB: true, activation: 'relu', leakyreluAlpha: 0 },
      expected: shaped([2, 2], [1, 0, 1, 0]),
    },
    {
      inputs: { a: ones([2, 100]), b: ones([3, 100]), bias: vector(1, 2, 3) },
      attrs: { transposeA: false, transposeB: true, activation: 'linear', leakyreluAlpha: 0 },
      expected: shaped([2, 3], [101, 102, 103, 101, 102, 103]),
    },
  ],
};
