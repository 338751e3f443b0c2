import { integers, shaped, vector, type KnownCase } from './known-case.ts';

const x = shaped([2, 3], [1, 2, 3, 4, 5, 6]);

/** Data that only moves. */
export const layoutCases: Readonly<Record<string, readonly KnownCase[]>> = {
  Identity: [{ inputs: { x }, expected: x }],
  Slice: [{ inputs: { x }, attrs: { begin: [0, 1], size: [2, 2] }, expected: shaped([2, 2], [2, 3, 5, 6]) }],
  SplitV: [
    {
      inputs: { x },
      attrs: { numOrSizeSplits: [1, 2], axis: 1 },
      expected: [shaped([2, 1], [1, 4]), shaped([2, 2], [2, 3, 5, 6])],
    },
  ],
  Concat: [
    {
      inputs: [x, shaped([2, 1], [7, 8])],
      attrs: { axis: 1 },
      expected: shaped([2, 4], [1, 2, 3, 7, 4, 5, 6, 8]),
    },
  ],
  PadV2: [
    {
      inputs: { x },
      attrs: {
        paddings: [
          [1, 0],
          [0, 1],
        ],
        constantValue: 9,
      },
      expected: shaped([3, 4], [9, 9, 9, 9, 1, 2, 3, 9, 4, 5, 6, 9]),
    },
  ],
  Tile: [{ inputs: { x: vector(1, 2) }, attrs: { reps: [3] }, expected: vector(1, 2, 1, 2, 1, 2) }],
  Transpose: [{ inputs: { x }, attrs: { perm: [1, 0] }, expected: shaped([3, 2], [1, 4, 2, 5, 3, 6]) }],
  Reverse: [{ inputs: { x }, attrs: { dims: [1] }, expected: shaped([2, 3], [3, 2, 1, 6, 5, 4]) }],
  GatherV2: [
    {
      inputs: { x, indices: integers(2, 0) },
      attrs: { axis: 1, batchDims: 0 },
      expected: shaped([2, 2], [3, 1, 6, 4]),
    },
  ],
  StridedSlice: [
    {
      inputs: { x },
      attrs: {
        begin: [0, 2],
        end: [2, 0],
        strides: [1, -2],
        beginMask: 0,
        endMask: 0,
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask: 0,
      },
      expected: shaped([2, 1], [3, 6]),
    },
  ],
  Pack: [{ inputs: [vector(1, 2), vector(3, 4)], attrs: { axis: 1 }, expected: shaped([2, 2], [1, 3, 2, 4]) }],
  Unpack: [{ inputs: { value: x }, attrs: { axis: 1 }, expected: [vector(1, 4), vector(2, 5), vector(3, 6)] }],
  Cast: [{ inputs: { x: vector(1.75, -1.75, 3) }, attrs: { dtype: 'int32' }, expected: integers(1, -1, 3) }],
  UnsortedSegmentSum: [
    {
      inputs: { x, segmentIds: integers(1, 1) },
      attrs: { numSegments: 2 },
      expected: shaped([2, 3], [0, 0, 0, 5, 7, 9]),
    },
  ],
};
