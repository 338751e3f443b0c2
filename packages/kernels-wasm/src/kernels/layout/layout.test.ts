import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restore } from '../../accelerate.ts';
import { expectSameAsCpu, useAccelerated } from '../../../test/compare.ts';
import { dtypes, RUNS, shapes, tensorOf, withEach } from './test-arrays.ts';

beforeAll(useAccelerated);
afterAll(restore);

const block = (size: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.nat(size), fc.nat(size)).map(([a, b]) => [Math.min(a, b), Math.abs(a - b)]);

describe('kernels that move values', () => {
  it('Slice', () =>
    fc.assert(
      fc.asyncProperty(withEach(shapes(1), block), dtypes, ([shape, blocks], dtype) =>
        expectSameAsCpu(() =>
          tf.slice(
            tensorOf(shape, dtype),
            blocks.map(([begin]) => begin),
            blocks.map(([, size]) => size),
          ),
        ),
      ),
      RUNS,
    ));

  it('SplitV and Concat, one the inverse of the other', () =>
    fc.assert(
      fc.asyncProperty(
        shapes(1).chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1), fc.array(fc.nat(1000)))),
        dtypes,
        async ([shape, axis, cuts], dtype) => {
          const size = shape[axis]!;
          const ends = [...cuts.map((cut) => cut % (size + 1)), size].toSorted((a, b) => a - b);
          const sizes = ends.map((end, i) => end - (ends[i - 1] ?? 0));
          await expectSameAsCpu(() => {
            const pieces = tf.split(tensorOf(shape, dtype), sizes, axis);
            return [...pieces, tf.concat(pieces, axis)];
          });
        },
      ),
      RUNS,
    ));

  it('Pack and Unpack, one the inverse of the other', () =>
    fc.assert(
      fc.asyncProperty(
        shapes(0, 1).chain((shape) => fc.tuple(fc.constant(shape.slice(0, 5)), fc.nat(Math.min(shape.length, 5)))),
        fc.integer({ min: 1, max: 4 }),
        dtypes,
        async ([shape, axis], count, dtype) => {
          await expectSameAsCpu(() => {
            const stacked = tf.stack(
              Array.from({ length: count }, (_, i) =>
                tf.reverse(tensorOf(shape, dtype), shape.map((__, at) => at).slice(i)),
              ),
              axis,
            );
            return [stacked, ...tf.unstack(stacked, axis)];
          });
        },
      ),
      RUNS,
    ));

  it('Transpose', () =>
    fc.assert(
      fc.asyncProperty(
        shapes(1).chain((shape) =>
          fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
        ),
        dtypes,
        ([shape, perm], dtype) => expectSameAsCpu(() => tf.transpose(tensorOf(shape, dtype), perm)),
      ),
      { numRuns: 250 },
    ));

  it('Transpose of matrices around the sizes of its blocks and tiles', async () => {
    for (const rows of [1, 2, 3, 4, 5, 8, 63, 64, 65, 68, 130]) {
      for (const columns of [1, 2, 3, 4, 7, 8, 9, 12, 15, 20]) {
        await expectSameAsCpu(() => tf.transpose(tensorOf([rows, columns])));
        await expectSameAsCpu(() => tf.transpose(tensorOf([2, columns, rows]), [0, 2, 1]));
      }
    }
  });

  it('Reverse', () =>
    fc.assert(
      fc.asyncProperty(
        shapes(1).chain((shape) => fc.tuple(fc.constant(shape), fc.subarray([...shape.keys()]))),
        dtypes,
        ([shape, axes], dtype) => expectSameAsCpu(() => tf.reverse(tensorOf(shape, dtype), axes)),
      ),
      RUNS,
    ));

  it('Tile', () =>
    fc.assert(
      fc.asyncProperty(
        withEach(
          shapes(1).map((shape) => shape.slice(0, 4)),
          () => fc.constantFrom(0, 1, 1, 2, 3),
        ),
        dtypes,
        ([shape, reps], dtype) => expectSameAsCpu(() => tf.tile(tensorOf(shape, dtype), reps)),
      ),
      RUNS,
    ));

  it('PadV2, of an empty tensor too', () =>
    fc.assert(
      fc.asyncProperty(
        withEach(
          shapes(1).map((shape) => shape.slice(0, 4)),
          () => fc.tuple(fc.nat(3), fc.nat(3)),
        ),
        dtypes,
        ([shape, paddings], dtype) =>
          expectSameAsCpu(() => tf.pad(tensorOf(shape, dtype), paddings, dtype === 'float32' ? -1.5 : 1)),
      ),
      RUNS,
    ));

  it('Identity shares the values; disposing one leaves the other', () => {
    const before = tf.memory();
    const x = tf.tensor1d([1, 2, 3]);
    const y = tf.clone(x);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers + 1);
    x.dispose();
    expect([...y.dataSync()]).toEqual([1, 2, 3]);
    y.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });

  it('a variable that is assigned leaves a clone of its old value alone', () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const clone = tf.clone(variable);
    variable.assign(tf.tensor1d([3, 4]));
    expect([...clone.dataSync()]).toEqual([1, 2]);
    tf.dispose([variable, clone]);
  });

  it('long runs', async () => {
    await expectSameAsCpu(() => {
      const x = tf.reshape(tf.range(0, 300_000, 1), [3, 100, 1000]);
      return [tf.slice(x, [0, 1, 3], [3, 98, 990]), tf.reverse(x, 0), tf.concat([x, x], 2).slice([0, 0, 1990])];
    });
  });

  it('a heap that grows while the result is made', () => {
    const rows = 5_000_000;
    tf.tidy(() => {
      const x = tf.fill([rows], 2);
      const padded = tf.pad(x, [[1, 2]], 7);
      const joined = tf.concat([padded, x]);
      expect([...tf.slice(joined, [0], [3]).dataSync()]).toEqual([7, 2, 2]);
      expect([...tf.slice(joined, [rows], [5]).dataSync()]).toEqual([2, 7, 7, 2, 2]);
      expect(tf.sum(tf.unsortedSegmentSum(x, tf.zeros([rows], 'int32') as tf.Tensor1D, 2)).dataSync()[0]).toBe(
        2 * rows,
      );
    });
  });

  it('refuses a slice outside the tensor', () => {
    expect(() => tf.slice(tf.ones([2, 3]), [0, 2], [2, 2])).toThrow(
      'Error in slice2D: begin[1] + size[1] (4) would overflow input.shape[1] (3)',
    );
    expect(() => tf.slice(tf.ones([2, 3]), [0, -2], [2, 2])).toThrow('begin [0,-2] must not be negative');
  });

  it('leaves strings to tfjs', () => {
    const words = tf.tensor2d([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(tf.slice(words, [0, 1], [2, 1]).dataSync()).toEqual(['b', 'd']);
    expect(tf.concat([words, words], 0).shape).toEqual([4, 2]);
  });

  it('leaves no tensor and no buffer behind', () => {
    const before = tf.memory();
    tf.tidy(() => {
      const x = tensorOf([4, 6]);
      tf.unstack(
        tf.concat(
          tf.split(
            tf.transpose(
              tf.reverse(
                tf.tile(
                  tf.pad(x, [
                    [1, 1],
                    [0, 2],
                  ]),
                  [2, 1],
                ),
                1,
              ),
            ),
            2,
            1,
          ),
          1,
        ),
      );
    });
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });
});
