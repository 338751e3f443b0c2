import * as tf from '@tensorflow/tfjs';

/** A program with known inputs; its results on tfjs's cpu backend are what the kernels must give. */
export interface FixedCase {
  readonly name: string;
  readonly run: () => tf.Tensor | tf.Tensor[];
}

const values = (shape: number[], seed: number): tf.Tensor => {
  const size = shape.reduce((product, each) => product * each, 1);
  const wave = Float32Array.from({ length: size }, (_, i) => Math.sin(0.7 * i + seed) + 0.3 * Math.cos(2.9 * i * seed));
  return tf.tensor(wave, shape);
};

const image = (): tf.Tensor4D => values([2, 7, 9, 3], 1) as tf.Tensor4D;
const taps = (): tf.Tensor4D => values([3, 3, 3, 5], 2) as tf.Tensor4D;

/** Products, convolutions and their gradients, functions, sums and moves, at sizes that fill no tile. */
export const fixedCases: readonly FixedCase[] = [
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      name: `product ${transposeA} ${transposeB}`,
      run: () => {
        const a = values(transposeA ? [3, 13, 11] : [3, 11, 13], 1);
        const b = values(transposeB ? [3, 7, 13] : [3, 13, 7], 2);
        return tf.matMul(a, b, transposeA, transposeB);
      },
    })),
  ),
  { name: 'convolution', run: () => tf.conv2d(image(), taps(), 2, 'same') },
  {
    name: 'gradients of a convolution',
    run: () =>
      tf.grads((x, filter) => tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'))))([
        image(),
        taps(),
      ]),
  },
  ...[tf.exp, tf.tanh, tf.sigmoid, tf.softplus, tf.expm1, tf.erf, tf.elu, tf.log1p].map((apply, i) => ({
    name: `function ${i}`,
    run: () => apply(tf.abs(values([1003], 3))),
  })),
  { name: 'sum over the middle', run: () => tf.sum(values([5, 33, 7], 4), 1) },
  { name: 'sum of many', run: () => tf.sum(tf.fill([1_000_000], 0.1)) },
  { name: 'columns', run: () => tf.split(values([9, 10], 5), [3, 3, 4], 1) },
  {
    name: 'gather and its gradient',
    run: () => tf.grad((x) => tf.sum(tf.square(tf.gather(x, [4, 0, 4], 1))))(values([3, 6], 6)),
  },
  { name: 'transpose and reverse', run: () => tf.reverse(tf.transpose(values([4, 5, 6], 7), [2, 0, 1]), 1) },
];
