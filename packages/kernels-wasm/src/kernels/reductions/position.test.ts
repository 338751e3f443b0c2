import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { restore } from '../../accelerate.ts';
import { expectSameAsCpu, numbers, useAccelerated } from '../../../test/compare.ts';
import { RUNS, shapes } from '../layout/test-arrays.ts';

beforeAll(useAccelerated);
afterAll(restore);

describe.each([
  ['argMax', tf.argMax],
  ['argMin', tf.argMin],
] as const)('%s', (_name, op) => {
  it('is the cpu backend along any axis: the first of equals, and NaN only when it leads', () =>
    fc.assert(
      fc.asyncProperty(
        shapes(1, 1).chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1))),
        fc.integer({ min: 1, max: 5 }),
        ([shape, axis], coarse) =>
          expectSameAsCpu(() => {
            const x = numbers(tf.util.sizeFromShape(shape), coarse);
            const rounded = x.map((value, i) => (i % 11 === coarse ? Number.NaN : Math.round(value * coarse)));
            return op(tf.tensor(rounded, shape), axis);
          }),
      ),
      RUNS,
    ));

  it('of int32 is left to tfjs', async () => {
    await expectSameAsCpu(() =>
      op(
        tf.tensor2d(
          [
            [1, 9, 3],
            [7, 5, 6],
          ],
          [2, 3],
          'int32',
        ),
        1,
      ),
    );
  });
});
