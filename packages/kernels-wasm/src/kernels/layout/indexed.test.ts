import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restore } from '../../accelerate.ts';
import { expectClose, expectSameAsCpu, numbers, useAccelerated } from '../../../test/compare.ts';
import { dtypes, RUNS, shapes, tensorOf } from './test-arrays.ts';

beforeAll(useAccelerated);
afterAll(restore);

/** Reproducible indices below `size`. */
function indicesBelow(size: number, shape: readonly number[]): tf.Tensor {
  const count = tf.util.sizeFromShape(shape as number[]);
  const values = Int32Array.from(numbers(count, 9), (value) => Math.abs(Math.trunc(value * 1000)) % size);
  return tf.tensor(values, shape as number[], 'int32');
}

describe('GatherV2', () => {
  it('along any axis, with indices of any rank', () =>
    fc.assert(
      fc.asyncProperty(
        shapes(1, 1).chain((shape) => fc.tuple(fc.constant(shape.slice(0, 4)), fc.nat(Math.min(shape.length, 4) - 1))),
        fc.constantFrom([], [0], [1], [5], [9], [3, 2]),
        dtypes,
        ([shape, axis], of, dtype) =>
          expectSameAsCpu(() => tf.gather(tensorOf(shape, dtype), indicesBelow(shape[axis]!, of), axis)),
      ),
      RUNS,
    ));

  it('with batch axes', async () => {
    await expectSameAsCpu(() => tf.gather(tensorOf([2, 3, 5]), indicesBelow(5, [2, 3, 4]), 2, 2));
    await expectSameAsCpu(() => tf.gather(tensorOf([2, 3, 5, 2]), indicesBelow(5, [2, 4]), 2, 1));
  });

  it('names an index outside the axis', () => {
    for (const index of [-1, 5, 2 ** 31 - 1]) {
      const indices = tf.tensor1d([0, 1, 2, 3, 4, 0, index], 'int32');
      expect(() => tf.gather(tf.ones([2, 5]), indices, 1)).toThrow(
        `GatherV2: the index value ${index} is not in [0, 4]`,
      );
    }
  });

  it('of an empty tensor has its shape', () => {
    expect(tf.gather(tf.zeros([3, 0]), tf.tensor1d([2, 0], 'int32')).shape).toEqual([2, 0]);
  });

  it('has a gradient', () => {
    const permutation = tf.tensor1d([2, 0, 1, 3, 3], 'int32');
    const weights = tf.tensor2d([
      [1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10],
    ]);
    const gradient = tf.grad((x) => tf.sum(tf.mul(tf.gather(x, permutation, 1), weights)))(tf.ones([2, 4]));
    expect([...gradient.dataSync()]).toEqual([2, 3, 1, 9, 7, 8, 6, 19]);
  });
});

describe('UnsortedSegmentSum', () => {
  it('is the cpu backend, for rows', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom([], [1], [3], [4], [9], [2, 5]),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('float32', 'int32', 'bool' as const),
        (count, inner, segments, dtype) =>
          expectSameAsCpu(() => {
            const values = numbers(tf.util.sizeFromShape([count, ...inner]), 3);
            const x = tf.tensor(values, [count, ...inner]);
            const ids = tf.sub(indicesBelow(segments + 2, [count]), tf.scalar(1, 'int32'));
            return tf.unsortedSegmentSum(tf.cast(x, dtype), tf.cast(ids, 'int32') as tf.Tensor1D, segments);
          }),
      ),
      RUNS,
    ));

  it('is the cpu backend where ids broadcast', async () => {
    const cases: [number[], number[]][] = [
      [
        [4, 3],
        [4, 3],
      ],
      [[4, 3], [1]],
      [[1, 3], [4]],
      [
        [4, 1],
        [4, 3],
      ],
      [
        [4, 2, 3],
        [4, 3],
      ],
    ];
    for (const [shape, of] of cases) {
      await expectSameAsCpu(() => {
        const x = tf.tensor(numbers(tf.util.sizeFromShape(shape)), shape);
        return tf.unsortedSegmentSum(x, indicesBelow(3, of) as tf.Tensor1D, 3);
      });
    }
  });

  it('sums a million rows of one segment to the last digit', () => {
    const count = 1_000_000;
    const sum = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.fill([count, 1], 0.1), tf.zeros([count], 'int32') as tf.Tensor1D, 2).dataSync(),
    );
    expect([...sum]).toEqual([Math.fround(count * Math.fround(0.1)), 0]);
  });

  it('keeps a NaN in its own segment', () => {
    const sums = tf.unsortedSegmentSum(tf.tensor1d([NaN, 1, Infinity]), tf.tensor1d([0, 1, 2], 'int32'), 4);
    expect([...sums.dataSync()]).toEqual([NaN, 1, Infinity, 0]);
  });

  it('of nothing is 0', () => {
    const none = tf.tensor1d([], 'int32');
    expect([...tf.unsortedSegmentSum(tf.zeros([0, 2]), none, 2).dataSync()]).toEqual([0, 0, 0, 0]);
    expect(tf.unsortedSegmentSum(tf.ones([3, 2]), tf.zeros([3], 'int32') as tf.Tensor1D, 0).shape).toEqual([0, 2]);
  });

  it('says what it does not take', () => {
    expect(() => tf.unsortedSegmentSum(tf.scalar(1), tf.scalar(0, 'int32') as unknown as tf.Tensor1D, 2)).toThrow(
      'unsortedSegmentSum needs at least one axis',
    );
  });
});

describe('Cast', () => {
  it('float32 → int32 as JavaScript does', () => {
    const edge = [0, -0, 0.9, -0.9, 1.5, 2147483520, 2147483648, -2147483648, -2147483904, 4294967296 + 512];
    const odd = [NaN, Infinity, -Infinity, 1e10, -1e10, 2 ** 62, 2 ** 63, -(2 ** 63), 1e20, -1e20, 3.4e38];
    const x = Float32Array.from([...edge, ...odd, 1, 2, 3, 4, 5]);
    expect([...tf.cast(tf.tensor1d(x), 'int32').dataSync()]).toEqual([...Int32Array.from(x)]);
  });

  it('to bool is "not 0", where stock calls 0.5 and 256 false', () => {
    const x = [0.5, 256, 0, -0, NaN, Infinity, 1e-45, -0.25, 1, 0, 2, 0, 0.125, 0, 0, 3, 0.5];
    const truth = x.map((value) => Number(value !== 0));
    expect([...tf.cast(tf.tensor1d(x), 'bool').dataSync()]).toEqual(truth);
    const integers = [0, 1, -1, 256, 65536, -2147483648];
    expect([...tf.cast(tf.tensor1d(integers, 'int32'), 'bool').dataSync()]).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it('rounds an int32 to the nearest float32', () => {
    const x = [16777217, 16777219, -16777217, 2147483647, 0, -5, 7];
    expect([...tf.cast(tf.tensor1d(x, 'int32'), 'float32').dataSync()]).toEqual(x.map(Math.fround));
  });

  it('every pair of dtypes, at every length', async () => {
    for (const from of ['float32', 'int32', 'bool'] as const) {
      for (const to of ['float32', 'int32', 'bool'] as const) {
        for (const length of [0, 1, 3, 4, 5, 15, 16, 17, 33]) {
          await expectSameAsCpu(() => {
            const x = tf.tensor(numbers(length), [length]);
            return tf.cast(from === 'int32' ? tf.cast(tf.mul(x, 9), from) : tf.cast(x, from), to);
          });
        }
      }
    }
  });

  it('of one dtype shares the values', () => {
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numDataBuffers;
    const y = tf.engine().runKernel('Cast', { x }, { dtype: 'float32' }) as tf.Tensor;
    expect(tf.memory().numDataBuffers).toBe(before);
    expectClose(y.dataSync(), [1, 2], { ulps: 0 });
    tf.dispose([x, y]);
  });
});
