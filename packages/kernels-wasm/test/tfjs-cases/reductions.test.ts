import * as tf from '@tensorflow/tfjs';
import { describeCases, type ValueCase } from './cases.ts';

const x = (): tf.Tensor => tf.tensor2d([3, -1, 0, 100, -7, 2], [3, 2]);
const cube = (): tf.Tensor => tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
const NAN = (): tf.Tensor => tf.tensor1d([3, NaN, 2]);

const sums: readonly ValueCase[] = [
  { name: 'sum of all', run: () => tf.sum(x()), shape: [], values: [97] },
  { name: 'sum of axis 0', run: () => tf.sum(x(), 0), shape: [2], values: [-4, 101] },
  { name: 'sum of axis -1, kept', run: () => tf.sum(x(), -1, true), shape: [3, 1], values: [2, 100, -5] },
  { name: 'sum of the outer axes', run: () => tf.sum(cube(), [0, 2]), shape: [2], values: [14, 22] },
  { name: 'sum of no axes', run: () => tf.sum(x(), []), shape: [3, 2], values: [3, -1, 0, 100, -7, 2] },
  { name: 'sum of NaN', run: () => tf.sum(NAN()), shape: [], values: [NaN] },
  { name: 'sum of infinities', run: () => tf.sum(tf.tensor1d([Infinity, -Infinity])), shape: [], values: [NaN] },
  { name: 'sum of nothing', run: () => tf.sum(tf.zeros([3, 0]), 1), shape: [3], values: [0, 0, 0] },
  { name: 'sum of a scalar', run: () => tf.sum(tf.scalar(7)), shape: [], values: [7] },
  {
    name: 'sum of int32',
    run: () => tf.sum(tf.tensor1d([1, 2, -5], 'int32')),
    shape: [],
    values: [-2],
    dtype: 'int32',
  },
  { name: 'sum of bool', run: () => tf.sum(tf.tensor1d([1, 0, 1], 'bool')), shape: [], values: [2], dtype: 'int32' },
  { name: 'mean of all', run: () => tf.mean(tf.tensor1d([3, 0, 1, 2])), shape: [], values: [1.5] },
  { name: 'mean of axis 0', run: () => tf.mean(cube(), 0), shape: [2, 2], values: [3, 4, 5, 6] },
  { name: 'mean of int32', run: () => tf.mean(tf.tensor1d([1, 2], 'int32')), shape: [], values: [1.5] },
  { name: 'mean of nothing', run: () => tf.mean(tf.zeros([0])), shape: [], values: [0] },
  { name: 'prod of axis 1', run: () => tf.prod(tf.tensor2d([2, 3, 4, 0.5], [2, 2]), 1), shape: [2], values: [6, 2] },
  { name: 'prod of int32', run: () => tf.prod(tf.tensor1d([2, -3], 'int32')), shape: [], values: [-6], dtype: 'int32' },
  { name: 'prod of nothing', run: () => tf.prod(tf.zeros([0])), shape: [], values: [1] },
];

const extremes: readonly ValueCase[] = [
  { name: 'max of all', run: () => tf.max(x()), shape: [], values: [100] },
  { name: 'max of axis 1', run: () => tf.max(x(), 1), shape: [3], values: [3, 100, 2] },
  { name: 'max of [0, 1], kept', run: () => tf.max(x(), [0, 1], true), shape: [1, 1], values: [100] },
  { name: 'max of negatives', run: () => tf.max(tf.tensor1d([-3, -1])), shape: [], values: [-1] },
  { name: 'max of NaN', run: () => tf.max(NAN()), shape: [], values: [NaN] },
  { name: 'max of int32', run: () => tf.max(tf.tensor1d([-3, 9, 2], 'int32')), shape: [], values: [9], dtype: 'int32' },
  { name: 'min of all', run: () => tf.min(x()), shape: [], values: [-7] },
  { name: 'min of axis -2', run: () => tf.min(x(), -2), shape: [2], values: [-7, -1] },
  { name: 'min of NaN', run: () => tf.min(NAN()), shape: [], values: [NaN] },
  { name: 'min of infinities', run: () => tf.min(tf.tensor1d([Infinity, -Infinity])), shape: [], values: [-Infinity] },
  { name: 'argMax of axis 0', run: () => tf.argMax(x(), 0), shape: [2], values: [0, 1], dtype: 'int32' },
  { name: 'argMax of axis 1', run: () => tf.argMax(x(), 1), shape: [3], values: [0, 1, 1], dtype: 'int32' },
  {
    name: 'argMax of equals is the first',
    run: () => tf.argMax(tf.tensor1d([1, 3, 3])),
    shape: [],
    values: [1],
    dtype: 'int32',
  },
  { name: 'argMin of axis 1', run: () => tf.argMin(x(), 1), shape: [3], values: [1, 0, 0], dtype: 'int32' },
  {
    name: 'argMin of the middle axis',
    run: () => tf.argMin(cube(), 1),
    shape: [2, 2],
    values: [0, 0, 0, 0],
    dtype: 'int32',
  },
  {
    name: 'argMax passes NaN over',
    run: () => tf.argMax(tf.tensor1d([0, NaN, 2])),
    shape: [],
    values: [2],
    dtype: 'int32',
  },
];

const others: readonly ValueCase[] = [
  {
    name: 'all',
    run: () => tf.all(tf.tensor2d([1, 1, 0, 1], [2, 2], 'bool'), 1),
    shape: [2],
    values: [1, 0],
    dtype: 'bool',
  },
  {
    name: 'any',
    run: () => tf.any(tf.tensor2d([0, 0, 0, 1], [2, 2], 'bool'), 1),
    shape: [2],
    values: [0, 1],
    dtype: 'bool',
  },
  { name: 'logSumExp of all', run: () => tf.logSumExp(tf.tensor1d([0, 0, 0])), shape: [], values: [1.0986122887] },
  { name: 'logSumExp of huge', run: () => tf.logSumExp(tf.tensor1d([1000, 1000])), shape: [], values: [1000.6931472] },
  {
    name: 'logSumExp of axis 1',
    run: () => tf.logSumExp(tf.zeros([2, 4]), 1, true),
    shape: [2, 1],
    values: [1.3862944, 1.3862944],
  },
  {
    name: 'softmax',
    run: () => tf.softmax(tf.tensor1d([2, 1, 3])),
    shape: [3],
    values: [0.24472847, 0.09003057, 0.66524094],
  },
  {
    name: 'softmax of rows, huge too',
    run: () => tf.softmax(tf.tensor2d([1000, 1000, -1000, 0], [2, 2])),
    shape: [2, 2],
    values: [0.5, 0.5, 0, 1],
  },
  { name: 'softmax of one', run: () => tf.softmax(tf.tensor2d([7, -7], [2, 1])), shape: [2, 1], values: [1, 1] },
  { name: 'softmax of NaN', run: () => tf.softmax(NAN()), shape: [3], values: [NaN, NaN, NaN] },
  {
    name: 'logSoftmax',
    run: () => tf.logSoftmax(tf.tensor1d([2, 1, 3])),
    shape: [3],
    values: [-1.407606, -2.407606, -0.407606],
  },
  {
    name: 'logSoftmax of rows, huge too',
    run: () => tf.logSoftmax(tf.tensor2d([1000, 0, 5, 5], [2, 2])),
    shape: [2, 2],
    values: [0, -1000, -0.69314718, -0.69314718],
  },
  {
    name: 'moments',
    run: () => tf.stack(Object.values(tf.moments(tf.tensor1d([1, 2, 3, 6]))) as tf.Tensor[]),
    shape: [2],
    values: [3, 3.5],
  },
  { name: 'cumsum', run: () => tf.cumsum(tf.tensor1d([1, 2, 3, 4])), shape: [4], values: [1, 3, 6, 10] },
  {
    name: 'cumsum, exclusive',
    run: () => tf.cumsum(tf.tensor1d([1, 2, 3, 4]), 0, true),
    shape: [4],
    values: [0, 1, 3, 6],
  },
  {
    name: 'cumsum, reverse',
    run: () => tf.cumsum(tf.tensor1d([1, 2, 3, 4]), 0, false, true),
    shape: [4],
    values: [10, 9, 7, 4],
  },
  {
    name: 'cumsum, both',
    run: () => tf.cumsum(tf.tensor1d([1, 2, 3, 4]), 0, true, true),
    shape: [4],
    values: [9, 7, 4, 0],
  },
  { name: 'cumsum of axis 0', run: () => tf.cumsum(x(), 0), shape: [3, 2], values: [3, -1, 3, 99, -4, 101] },
  { name: 'cumsum of axis 1', run: () => tf.cumsum(x(), 1), shape: [3, 2], values: [3, 2, 0, 100, -7, -5] },
  { name: 'cumprod', run: () => tf.cumprod(tf.tensor1d([1, 2, 3, 4])), shape: [4], values: [1, 2, 6, 24] },
  {
    name: 'cumprod, exclusive',
    run: () => tf.cumprod(tf.tensor1d([1, 2, 3, 4]), 0, true),
    shape: [4],
    values: [1, 1, 2, 6],
  },
  {
    name: 'cumprod, both',
    run: () => tf.cumprod(tf.tensor1d([1, 2, 3, 4]), 0, true, true),
    shape: [4],
    values: [24, 12, 4, 1],
  },
];

describeCases('sum, mean, prod', sums, [
  {
    name: 'an axis that is not there',
    run: () => tf.sum(x(), 2),
    words: 'All values in axis param must be in range [-2, 2)',
  },
  { name: 'an axis in halves', run: () => tf.mean(x(), 0.5), words: 'All values in axis param must be integers' },
  { name: 'a null', run: () => tf.sum(null as unknown as tf.Tensor), words: "'x' passed to 'sum'" },
]);
describeCases('max, min, argMax, argMin', extremes, [
  {
    name: 'an axis that is not there',
    run: () => tf.max(x(), -3),
    words: 'All values in axis param must be in range [-2, 2)',
  },
  { name: 'a null', run: () => tf.argMax(null as unknown as tf.Tensor), words: "'x' passed to 'argMax'" },
]);
describeCases('softmax, logSumExp, cumsum, cumprod', others, [
  {
    name: 'softmax of an axis that is not the last',
    run: () => tf.softmax(x(), 0),
    words: 'Softmax along a non-last dimension',
  },
  {
    name: 'logSoftmax of an axis that is not the last',
    run: () => tf.logSoftmax(x(), 0),
    words: 'Log Softmax along a non-last',
  },
]);
