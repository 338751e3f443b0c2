import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restore } from '../../accelerate.ts';
import { expectSameAsCpu, useAccelerated } from '../../../test/compare.ts';
import { dtypes, RUNS, shapes, tensorOf, withEach } from './test-arrays.ts';

beforeAll(useAccelerated);
afterAll(restore);

describe('StridedSlice', () => {
  it('keeps the dtype, where stock calls integers floats', () =>
    fc.assert(
      fc.asyncProperty(
        withEach(
          shapes(1, 1).map((shape) => shape.slice(0, 4)),
          (size) =>
            fc
              .tuple(fc.nat(size - 1), fc.nat(size - 1), fc.constantFrom(1, 2, 3, -1, -2))
              .map(([a, b, stride]) => (a < b === stride > 0 ? [a, b, stride] : [b, a, stride])),
        ),
        dtypes,
        ([shape, ranges], dtype) =>
          expectSameAsCpu(() => {
            const part = (at: 0 | 1 | 2): number[] => ranges.map((range) => range[at]!);
            return tf.stridedSlice(tensorOf(shape, dtype), part(0), part(1), part(2));
          }),
      ),
      RUNS,
    ));

  it('with every mask', async () => {
    await expectSameAsCpu(() => {
      const x = tensorOf([5, 6, 7], 'int32');
      return [
        tf.stridedSlice(x, [1, 2, 3], [4, 5, 6], [2, 2, 2], 0b101, 0b010),
        tf.stridedSlice(x, [1, 0, 1], [4, 0, 6], [2, 1, 2], 0, 0, 0b010),
        tf.stridedSlice(x, [0, 1, 0, 2], [0, 4, 6, 7], [1, 2, 3, 1], 0, 0, 0, 0b0001),
        tf.stridedSlice(x, [2, 0, 3], [3, 6, 4], [1, 1, 1], 0, 0, 0, 0, 0b101),
        tf.stridedSlice(x, [0, 0, 0], [5, 6, 7], [1, 1, 1]),
      ];
    });
  });

  it('that shrinks one axis and strides along others, which the cpu backend gets wrong', () => {
    const x = tf.reshape(tf.range(0, 210, 1, 'int32'), [5, 6, 7]);
    const y = tf.stridedSlice(x, [1, 5, 0], [2, 0, 7], [1, -2, 3], 0, 0, 0, 0, 0b001);
    expect(y.shape).toEqual([3, 3]);
    expect([...y.dataSync()]).toEqual([77, 80, 83, 63, 66, 69, 49, 52, 55]);
  });

  it('of a range that ends before it begins is empty', () => {
    expect(tf.stridedSlice(tensorOf([7]), [4], [2], [1]).shape).toEqual([0]);
    expect(tf.stridedSlice(tensorOf([7, 2]), [4, 0], [2, 2], [2, 1]).shape).toEqual([0, 2]);
  });
});
