import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { restore } from '../../accelerate.ts';
import { expectClose, expectSameAsCpu, numbers, useAccelerated, valuesOf } from '../../../test/compare.ts';
import { RUNS, shapes } from '../layout/test-arrays.ts';

beforeAll(useAccelerated);
afterAll(restore);

describe.each([
  ['cumsum', tf.cumsum, (a: number, b: number) => a + b, 0],
  ['cumprod', tf.cumprod, (a: number, b: number) => a * b, 1],
] as const)('%s', (_name, op, combine, start) => {
  it('is within 1 ulp of float64, and near the cpu backend, along any axis', () =>
    fc.assert(
      fc.asyncProperty(
        shapes(1).chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1))),
        fc.boolean(),
        fc.boolean(),
        ([shape, axis], exclusive, reverse) =>
          expectSameAsCpu(
            () =>
              op(
                tf.tensor(
                  numbers(tf.util.sizeFromShape(shape)).map((x) => 1 + x / 40),
                  shape,
                ),
                axis,
                exclusive,
                reverse,
              ),
            { ulps: 32 },
          ),
      ),
      RUNS,
    ));

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('in float64 (exclusive %s, reverse %s)', (exclusive, reverse) => {
    for (const [rows, columns] of [
      [1, 9],
      [4, 100],
      [7, 3],
      [10, 17],
    ] as const) {
      const x = numbers(rows * columns).map((value) => 1 + value / 40);
      for (const axis of [0, 1]) {
        const [found] = valuesOf(() => op(tf.tensor(x, [rows, columns]), axis, exclusive, reverse));
        const expected = new Float32Array(x.length);
        const [lines, count, line, step] = axis === 1 ? [rows, columns, columns, 1] : [columns, rows, 1, columns];
        for (let i = 0; i < lines; i++) {
          let total: number = start;
          for (let j = 0; j < count; j++) {
            const at = i * line + (reverse ? count - 1 - j : j) * step;
            if (exclusive) expected[at] = total;
            total = combine(total, x[at]!);
            if (!exclusive) expected[at] = total;
          }
        }
        expectClose(found!.numbers, expected, { ulps: 0 });
      }
    }
  });

  it('of int32 is left to tfjs', async () => {
    await expectSameAsCpu(() =>
      op(
        tf.tensor2d(
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
          [2, 3],
          'int32',
        ),
        1,
      ),
    );
  });
});
