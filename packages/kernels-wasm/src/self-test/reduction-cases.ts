import { integers, shaped, vector, type KnownCase } from './known-case.ts';

const x = shaped([2, 3], [1, 2, 3, 4, 5, 9]);

/** Sums and extremes over both axes. */
export const reductionCases: Readonly<Record<string, readonly KnownCase[]>> = {
  Sum: [
    { inputs: { x }, attrs: { axis: [1], keepDims: false }, expected: vector(6, 18) },
    { inputs: { x }, attrs: { axis: [0], keepDims: true }, expected: shaped([1, 3], [5, 7, 12]) },
  ],
  Mean: [{ inputs: { x }, attrs: { axis: [1], keepDims: false }, expected: vector(2, 6) }],
  Max: [{ inputs: { x }, attrs: { reductionIndices: [1], keepDims: false }, expected: vector(3, 9) }],
  Min: [{ inputs: { x }, attrs: { axis: [0], keepDims: false }, expected: vector(1, 2, 3) }],
  Prod: [{ inputs: { x }, attrs: { axis: [1], keepDims: false }, expected: vector(6, 180) }],
  MaxPoolGrad: [
    {
      inputs: {
        dy: shaped([1, 1, 1, 1], [5]),
        input: shaped([1, 2, 2, 1], [-4, -1, -3, -2]),
        output: shaped([1, 1, 1, 1], [-1]),
      },
      attrs: { filterSize: [2, 2], strides: [2, 2], pad: 'valid', dimRoundingMode: undefined },
      expected: shaped([1, 2, 2, 1], [0, 5, 0, 0]),
    },
  ],
  ArgMax: [{ inputs: { x }, attrs: { axis: 1 }, expected: integers(2, 2) }],
  ArgMin: [{ inputs: { x }, attrs: { axis: 0 }, expected: integers(0, 0, 0) }],
  Cumprod: [
    {
      inputs: { x },
      attrs: { axis: 1, exclusive: true, reverse: false },
      expected: shaped([2, 3], [1, 1, 2, 1, 4, 20]),
    },
  ],
  Cumsum: [
    {
      inputs: { x },
      attrs: { axis: 1, exclusive: false, reverse: false },
      expected: shaped([2, 3], [1, 3, 6, 4, 9, 18]),
    },
  ],
};
