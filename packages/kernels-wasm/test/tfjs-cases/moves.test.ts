import * as tf from '@tensorflow/tfjs';
import { describeCases, type ValueCase } from './cases.ts';

const count = (shape: number[], from = 1): tf.Tensor =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => from + i),
    shape,
  );

const moves: readonly ValueCase[] = [
  { name: 'pad', run: () => tf.pad(count([4]), [[1, 2]]), shape: [7], values: [0, 1, 2, 3, 4, 0, 0] },
  {
    name: 'pad of both axes with a constant',
    run: () =>
      tf.pad(
        count([1, 2]),
        [
          [1, 0],
          [0, 1],
        ],
        42,
      ),
    shape: [2, 3],
    values: [42, 42, 42, 1, 2, 42],
  },
  {
    name: 'pad of int32',
    run: () => tf.pad(tf.tensor1d([5], 'int32'), [[0, 1]], 2),
    shape: [2],
    values: [5, 2],
    dtype: 'int32',
  },
  { name: 'tile', run: () => tf.tile(count([2]), [2]), shape: [4], values: [1, 2, 1, 2] },
  {
    name: 'tile of both axes',
    run: () => tf.tile(count([1, 2]), [2, 2]),
    shape: [2, 4],
    values: [1, 2, 1, 2, 1, 2, 1, 2],
  },
  { name: 'tile of none', run: () => tf.tile(count([2]), [0]), shape: [0], values: [] },
  { name: 'transpose', run: () => tf.transpose(count([2, 3])), shape: [3, 2], values: [1, 4, 2, 5, 3, 6] },
  {
    name: 'transpose of rank 3',
    run: () => tf.transpose(count([1, 2, 3]), [2, 0, 1]),
    shape: [3, 1, 2],
    values: [1, 4, 2, 5, 3, 6],
  },
  { name: 'reverse of a vector', run: () => tf.reverse(count([3])), shape: [3], values: [3, 2, 1] },
  { name: 'reverse of axis 0', run: () => tf.reverse(count([2, 2]), 0), shape: [2, 2], values: [3, 4, 1, 2] },
  { name: 'reverse of axis -1', run: () => tf.reverse(count([2, 2]), -1), shape: [2, 2], values: [2, 1, 4, 3] },
  { name: 'broadcastTo', run: () => tf.broadcastTo(count([2, 1]), [2, 3]), shape: [2, 3], values: [1, 1, 1, 2, 2, 2] },
  { name: 'gather', run: () => tf.gather(count([4]), tf.tensor1d([1, 3, 3], 'int32')), shape: [3], values: [2, 4, 4] },
  { name: 'gather of rows', run: () => tf.gather(count([2, 2]), [1, 1, 0]), shape: [3, 2], values: [3, 4, 3, 4, 1, 2] },
  { name: 'gather of axis 1', run: () => tf.gather(count([2, 2]), [1, 0], 1), shape: [2, 2], values: [2, 1, 4, 3] },
  {
    name: 'gather with 2-D indices',
    run: () =>
      tf.gather(
        count([3]),
        tf.tensor2d(
          [
            [2, 0],
            [1, 1],
          ],
          [2, 2],
          'int32',
        ),
      ),
    shape: [2, 2],
    values: [3, 1, 2, 2],
  },
  {
    name: 'gather with batch axes',
    run: () =>
      tf.gather(
        count([2, 3]),
        tf.tensor2d(
          [
            [2, 0],
            [1, 1],
          ],
          [2, 2],
          'int32',
        ),
        1,
        1,
      ),
    shape: [2, 2],
    values: [3, 1, 5, 5],
  },
  {
    name: 'unsortedSegmentSum',
    run: () => tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3, 4]), tf.tensor1d([1, 2, 0, 1], 'int32'), 3),
    shape: [3],
    values: [3, 5, 2],
  },
  {
    name: 'unsortedSegmentSum of rows, one id out of range',
    run: () => tf.unsortedSegmentSum(count([3, 2]), tf.tensor1d([0, -1, 0], 'int32'), 2),
    shape: [2, 2],
    values: [6, 8, 0, 0],
  },
];

const casts: readonly ValueCase[] = [
  {
    name: 'cast to int32 cuts',
    run: () => tf.cast(tf.tensor1d([1.9, -1.9]), 'int32'),
    shape: [2],
    values: [1, -1],
    dtype: 'int32',
  },
  {
    name: 'cast to bool',
    run: () => tf.cast(tf.tensor1d([0, 0.5, -2]), 'bool'),
    shape: [3],
    values: [0, 1, 1],
    dtype: 'bool',
  },
  { name: 'cast of bool', run: () => tf.cast(tf.tensor1d([1, 0], 'bool'), 'float32'), shape: [2], values: [1, 0] },
  {
    name: 'where',
    run: () => tf.where(tf.tensor1d([false, true], 'bool'), count([2]), count([2], 7)),
    shape: [2],
    values: [7, 2],
  },
  {
    name: 'where with a condition for each row',
    run: () => tf.where(tf.tensor2d([1, 0], [2, 1], 'bool'), count([2, 2]), tf.zeros([2, 2])),
    shape: [2, 2],
    values: [1, 2, 0, 0],
  },
  {
    name: 'where with a scalar',
    run: () => tf.where(tf.tensor1d([1, 0], 'bool'), tf.scalar(5), count([2])),
    shape: [2],
    values: [5, 2],
  },
];

describeCases('pad, tile, transpose, reverse, gather, unsortedSegmentSum', moves, [
  {
    name: 'pad of a scalar',
    run: () => tf.pad(tf.scalar(1), []),
    words: 'pad(scalar) is not defined. Pass non-scalar to pad',
  },
  {
    name: 'too many tiles',
    run: () => tf.tile(count([2]), [1, 2]),
    words: 'rank of input 1 must match length of reps',
  },
  {
    name: 'a permutation too short',
    run: () => tf.transpose(count([2, 3]), [0]),
    words: 'rank of input 2 must match length of perm',
  },
  {
    name: 'a permutation too far',
    run: () => tf.transpose(count([2, 3]), [0, 2]),
    words: "All entries in 'perm' must be between 0 and 1",
  },
  {
    name: 'reverse of an axis too far',
    run: () => tf.reverse(count([2]), 3),
    words: 'All values in axis param must be in range',
  },
  {
    name: 'an index too far',
    run: () => tf.gather(count([2]), [2]),
    words: 'GatherV2: the index value 2 is not in [0, 1]',
  },
  {
    name: 'a negative index',
    run: () => tf.gather(count([2]), [-1]),
    words: 'GatherV2: the index value -1 is not in [0, 1]',
  },
  {
    name: 'segments without a number',
    run: () => tf.unsortedSegmentSum(count([2]), tf.tensor1d([0, 1], 'int32'), 0.5),
    words: 'numSegments must be of dtype int',
  },
]);
describeCases('cast, where', casts, [
  {
    name: 'a dtype that is none',
    run: () => tf.cast(count([1]), 'float64' as 'float32'),
    words: 'Failed to cast to unknown dtype float64',
  },
  {
    name: 'strings to numbers',
    run: () => tf.cast(count([1]), 'string'),
    words: 'Only strings can be casted to strings',
  },
  {
    name: 'values that do not broadcast',
    run: () => tf.where(tf.tensor1d([1, 0], 'bool'), count([3]), count([2])),
    words: 'could not be broadcast together with shapes',
  },
]);
