import * as tf from '@tensorflow/tfjs';
import { describeCases, type RefusedCase, type ValueCase } from './cases.ts';

/** tf.grad for functions of images. */
const gradient = (loss: (x: tf.Tensor4D) => tf.Tensor): ((x: tf.Tensor) => tf.Tensor) =>
  tf.grad((x) => loss(x as tf.Tensor4D));

const count = <T extends tf.Tensor>(shape: number[], from = 1): T =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => from + i),
    shape,
  ) as T;
const image = (): tf.Tensor4D => count([1, 3, 3, 1]);
const square = (): tf.Tensor4D => tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);

const plain: readonly ValueCase[] = [
  {
    name: '1×1',
    run: () => tf.conv2d(count<tf.Tensor4D>([1, 2, 2, 1]), tf.tensor4d([2], [1, 1, 1, 1]), 1, 'valid'),
    shape: [1, 2, 2, 1],
    values: [2, 4, 6, 8],
  },
  {
    name: 'channels',
    run: () => tf.conv2d(count<tf.Tensor4D>([1, 1, 2, 2]), count([1, 1, 2, 2]), 1, 'same'),
    shape: [1, 1, 2, 2],
    values: [7, 10, 15, 22],
  },
  {
    name: '2×2, valid',
    run: () => tf.conv2d(image(), square(), 1, 'valid'),
    shape: [1, 2, 2, 1],
    values: [37, 47, 67, 77],
  },
  {
    name: '2×2, same',
    run: () => tf.conv2d(image(), square(), 1, 'same'),
    shape: [1, 3, 3, 1],
    values: [37, 47, 21, 67, 77, 33, 23, 26, 9],
  },
  {
    name: 'stride 2, same',
    run: () => tf.conv2d(image(), square(), 2, 'same'),
    shape: [1, 2, 2, 1],
    values: [37, 21, 23, 9],
  },
  {
    name: 'strides [1, 2]',
    run: () => tf.conv2d(image(), square(), [1, 2], 'valid'),
    shape: [1, 2, 1, 1],
    values: [37, 67],
  },
  {
    name: 'dilation 2',
    run: () => tf.conv2d(image(), square(), 1, 'valid', 'NHWC', 2),
    shape: [1, 1, 1, 1],
    values: [1 + 6 + 21 + 36],
  },
  {
    name: 'pad 1',
    run: () => tf.conv2d(count<tf.Tensor4D>([1, 1, 1, 1]), square(), 1, 1),
    shape: [1, 2, 2, 1],
    values: [4, 3, 2, 1],
  },
  {
    name: 'explicit pads',
    run: () =>
      tf.conv2d(count<tf.Tensor4D>([1, 1, 1, 1]), square(), 1, [
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
      ]),
    shape: [1, 1, 1, 1],
    values: [3],
  },
  {
    name: 'two images',
    run: () => tf.conv2d(count<tf.Tensor4D>([2, 1, 2, 1]), count([1, 2, 1, 1]), 1, 'valid'),
    shape: [2, 1, 1, 1],
    values: [5, 11],
  },
  {
    name: 'rank 3',
    run: () => tf.conv2d(count<tf.Tensor3D>([2, 2, 1]), square(), 1, 'valid'),
    shape: [1, 1, 1],
    values: [30],
  },
  {
    name: 'conv1d',
    run: () => tf.conv1d(count<tf.Tensor2D>([4, 1]), count([2, 1, 1]), 1, 'valid'),
    shape: [3, 1],
    values: [5, 8, 11],
  },
  {
    name: 'fused with bias and relu',
    run: () =>
      tf.fused.conv2d({
        x: image(),
        filter: square(),
        strides: 1,
        pad: 'valid',
        bias: tf.tensor1d([-60]),
        activation: 'relu',
      }),
    shape: [1, 2, 2, 1],
    values: [0, 0, 7, 17],
  },
  {
    name: 'gradient of x',
    run: () => gradient((x) => tf.sum(tf.conv2d(x, square(), 1, 'valid')))(image()),
    shape: [1, 3, 3, 1],
    values: [1, 3, 2, 4, 10, 6, 3, 7, 4],
  },
  {
    name: 'gradient of the filter',
    run: () => gradient((f) => tf.sum(tf.conv2d(image(), f, 1, 'valid')))(square()),
    shape: [2, 2, 1, 1],
    values: [12, 16, 24, 28],
  },
  {
    name: 'gradient of the filter, stride 2, same',
    run: () => gradient((f) => tf.sum(tf.conv2d(image(), f, 2, 'same')))(square()),
    shape: [2, 2, 1, 1],
    values: [20, 10, 10, 5],
  },
];

const transposed: readonly ValueCase[] = [
  {
    name: 'one pixel',
    run: () =>
      tf.conv2dTranspose(tf.tensor4d([2], [1, 1, 1, 1]), tf.tensor4d([3, 1, 5, 0], [2, 2, 1, 1]), [1, 2, 2, 1], 1, 0),
    shape: [1, 2, 2, 1],
    values: [6, 2, 10, 0],
  },
  {
    name: 'stride 2',
    run: () => tf.conv2dTranspose(count([1, 1, 2, 1]), square(), [1, 2, 4, 1], 2, 'same'),
    shape: [1, 2, 4, 1],
    values: [1, 2, 2, 4, 3, 4, 6, 8],
  },
  {
    name: 'gradient of the filter',
    run: () => gradient((f) => tf.sum(tf.conv2dTranspose(count([1, 1, 2, 1]), f, [1, 2, 3, 1], 1, 'valid')))(square()),
    shape: [2, 2, 1, 1],
    values: [3, 3, 3, 3],
  },
];

const deep: readonly ValueCase[] = [
  {
    name: 'one channel',
    run: () => tf.depthwiseConv2d(image(), square(), 1, 'valid'),
    shape: [1, 2, 2, 1],
    values: [37, 47, 67, 77],
  },
  {
    name: 'a channel each',
    run: () => tf.depthwiseConv2d(count<tf.Tensor4D>([1, 1, 2, 2]), count([1, 2, 2, 1]), 1, 'valid'),
    shape: [1, 1, 1, 2],
    values: [10, 20],
  },
  {
    name: 'two of each channel',
    run: () => tf.depthwiseConv2d(count<tf.Tensor4D>([1, 1, 1, 2]), count([1, 1, 2, 2]), 1, 'same'),
    shape: [1, 1, 1, 4],
    values: [1, 2, 6, 8],
  },
  {
    name: 'dilation 2',
    run: () => tf.depthwiseConv2d(image(), square(), 1, 'valid', 'NHWC', 2),
    shape: [1, 1, 1, 1],
    values: [64],
  },
  {
    name: 'gradient of x',
    run: () => gradient((x) => tf.sum(tf.depthwiseConv2d(x, square(), 1, 'valid')))(image()),
    shape: [1, 3, 3, 1],
    values: [1, 3, 2, 4, 10, 6, 3, 7, 4],
  },
  {
    name: 'gradient of the filter',
    run: () => gradient((f) => tf.sum(tf.depthwiseConv2d(image(), f, 1, 'valid')))(square()),
    shape: [2, 2, 1, 1],
    values: [12, 16, 24, 28],
  },
  {
    name: 'separable',
    run: () => tf.separableConv2d(image(), square(), tf.tensor4d([1, -1], [1, 1, 1, 2]), 1, 'valid'),
    shape: [1, 2, 2, 2],
    values: [37, -37, 47, -47, 67, -67, 77, -77],
  },
];

const refused: readonly RefusedCase[] = [
  {
    name: 'depths that differ',
    run: () => tf.conv2d(image(), count([2, 2, 2, 1]), 1, 'valid'),
    words: 'Error in conv2d: depth of input (1) must match input depth for filter 2.',
  },
  {
    name: 'x of rank 2',
    run: () => tf.conv2d(count([3, 3]), square(), 1, 'valid'),
    words: 'Error in conv2d: input must be rank 4, but got rank 2.',
  },
  {
    name: 'a filter of rank 3',
    run: () => tf.conv2d(image(), count([2, 2, 1]), 1, 'valid'),
    words: 'Error in conv2d: filter must be rank 4, but got rank 3.',
  },
  {
    name: 'strides and dilations',
    run: () => tf.conv2d(image(), square(), 2, 'valid', 'NHWC', 2),
    words: 'Either strides or dilations must be 1',
  },
  {
    name: 'a pad in halves',
    run: () => tf.conv2d(image(), square(), 1, 1.2, 'NHWC', 1, 'round'),
    words: 'pad must be an integer when using dimRoundingMode round',
  },
  {
    name: 'a padding of another name',
    run: () => tf.conv2d(image(), square(), 1, 'full' as 'same'),
    words: 'Unknown padding parameter: full',
  },
];

describeCases('conv2d, conv1d, fused.conv2d', plain, refused);
describeCases('conv2dTranspose', transposed);
describeCases('depthwiseConv2d, separableConv2d', deep, [
  {
    name: 'depths that differ',
    run: () => tf.depthwiseConv2d(image(), count([2, 2, 3, 1]), 1, 'valid'),
    words: 'must match the inChannels dimension in filter 3',
  },
  {
    name: 'a pointwise filter of 2×2',
    run: () => tf.separableConv2d(image(), square(), square(), 1, 'valid'),
    words: 'the first dimension of pointwise filter  must be 1, but got 2.',
  },
]);
