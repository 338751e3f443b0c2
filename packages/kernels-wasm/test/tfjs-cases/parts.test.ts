import * as tf from '@tensorflow/tfjs';
import { describeCases, type ValueCase } from './cases.ts';

const count = (shape: number[], from = 1): tf.Tensor =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => from + i),
    shape,
  );

const parts: readonly ValueCase[] = [
  { name: 'split in halves', run: () => tf.split(count([2, 4]), 2, 1)[0]!, shape: [2, 2], values: [1, 2, 5, 6] },
  { name: 'split in sizes', run: () => tf.split(count([2, 4]), [1, 2, 1], 1)[1]!, shape: [2, 2], values: [2, 3, 6, 7] },
  { name: 'split with a rest', run: () => tf.split(count([4]), [1, -1])[1]!, shape: [3], values: [2, 3, 4] },
  { name: 'split of axis 0 by default', run: () => tf.split(count([2, 2]), 2)[1]!, shape: [1, 2], values: [3, 4] },
  { name: 'slice of a vector', run: () => tf.slice1d(tf.tensor1d([1, 2, 3, 4]), 1, 2), shape: [2], values: [2, 3] },
  { name: 'slice of a matrix', run: () => tf.slice(count([2, 2]), [1, 0], [1, 2]), shape: [1, 2], values: [3, 4] },
  { name: 'slice with -1', run: () => tf.slice(count([3, 3]), [1, 1], [-1, 2]), shape: [2, 2], values: [5, 6, 8, 9] },
  { name: 'slice to the end', run: () => tf.slice(count([3, 2]), 1), shape: [2, 2], values: [3, 4, 5, 6] },
  { name: 'slice of nothing', run: () => tf.slice(count([3]), 1, 0), shape: [0], values: [] },
  {
    name: 'stridedSlice with steps',
    run: () => tf.stridedSlice(count([4]), [0], [4], [2]),
    shape: [2],
    values: [1, 3],
  },
  {
    name: 'stridedSlice backwards',
    run: () => tf.stridedSlice(count([4]), [3], [0], [-1]),
    shape: [3],
    values: [4, 3, 2],
  },
  {
    name: 'stridedSlice with negative ends',
    run: () => tf.stridedSlice(count([4]), [-3], [-1], [1]),
    shape: [2],
    values: [2, 3],
  },
  {
    name: 'stridedSlice with masks',
    run: () => tf.stridedSlice(count([2, 3]), [1, 1], [2, 2], [1, 1], 2, 2),
    shape: [1, 3],
    values: [4, 5, 6],
  },
  {
    name: 'stridedSlice that shrinks',
    run: () => tf.stridedSlice(count([2, 3]), [0, 0], [2, 3], [1, 2], 0, 0, 0, 0, 1),
    shape: [2],
    values: [1, 3],
    cpuDiffers: 'it forgets the strides of the axes that stay',
  },
  { name: 'concat of vectors', run: () => tf.concat([count([2]), count([1], 9)]), shape: [3], values: [1, 2, 9] },
  {
    name: 'concat of axis 1',
    run: () => tf.concat([count([2, 1]), count([2, 2], 7)], 1),
    shape: [2, 3],
    values: [1, 7, 8, 2, 9, 10],
  },
  {
    name: 'concat of axis -1',
    run: () => tf.concat([count([1, 1, 1]), count([1, 1, 1])], -1),
    shape: [1, 1, 2],
    values: [1, 1],
  },
  { name: 'concat with nothing', run: () => tf.concat([count([0, 2]), count([1, 2])]), shape: [1, 2], values: [1, 2] },
  { name: 'stack', run: () => tf.stack([count([2]), count([2], 3)]), shape: [2, 2], values: [1, 2, 3, 4] },
  {
    name: 'stack of axis -1',
    run: () => tf.stack([count([2]), count([2], 3)], -1),
    shape: [2, 2],
    values: [1, 3, 2, 4],
  },
  { name: 'stack of scalars', run: () => tf.stack([tf.scalar(1), tf.scalar(2)]), shape: [2], values: [1, 2] },
  { name: 'unstack of axis 1', run: () => tf.unstack(count([2, 3]), 1)[2]!, shape: [2], values: [3, 6] },
];

describeCases('split, slice, concat, stack', parts, [
  {
    name: 'sizes that do not add up',
    run: () => tf.split(count([4]), [1, 2]),
    words: 'The sum of sizes must match the size of the axis',
  },
  {
    name: 'a split that leaves a rest',
    run: () => tf.split(count([4]), 3),
    words: 'Number of splits must evenly divide the axis',
  },
  { name: 'a slice outside', run: () => tf.slice(count([3]), 2, 4), words: 'Error in slice1D: begin[0] + size[0]' },
  { name: 'a slice of a scalar', run: () => tf.slice(tf.scalar(1), 0, 1), words: 'Slicing scalar is not possible' },
  {
    name: 'a concat of unlike shapes',
    run: () => tf.concat([count([2, 2]), count([3, 3])], 0),
    words: 'Error in concat2D',
  },
  { name: 'a concat of nothing', run: () => tf.concat([]), words: 'Pass at least one tensor to concat' },
  {
    name: 'a stack of unlike shapes',
    run: () => tf.stack([count([2]), count([3])]),
    words: 'All tensors passed to stack must have matching shapes',
  },
  {
    name: 'a stack of an axis too far',
    run: () => tf.stack([count([2])], 3),
    words: 'Axis must be <= rank of the tensor',
  },
  { name: 'unstack of an axis too far', run: () => tf.unstack(count([2]), 3), words: 'is not in [-1, 1)' },
  { name: 'strides of 0', run: () => tf.stridedSlice(count([2]), [0], [1], [0]), words: 'strides[0] must be non-zero' },
]);
