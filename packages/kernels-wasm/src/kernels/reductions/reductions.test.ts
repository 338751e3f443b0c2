import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accelerate, restore } from '../../accelerate.ts';
import { expectClose, expectSameAsCpu, numbers, useAccelerated, valuesOf, testedTiers } from '../../../test/compare.ts';
import { RUNS, shapes } from '../layout/test-arrays.ts';

beforeAll(useAccelerated);
afterAll(restore);

type Combine = (values: readonly number[]) => number;

const references: Readonly<Record<string, { readonly op: typeof tf.sum; readonly combine: Combine }>> = {
  sum: { op: tf.sum, combine: (values) => values.reduce((a, b) => a + b, 0) },
  mean: { op: tf.mean, combine: (values) => values.reduce((a, b) => a + b, 0) / values.length },
  prod: { op: tf.prod, combine: (values) => values.reduce((a, b) => a * b, 1) },
  max: { op: tf.max, combine: (values) => Math.max(...values) },
  min: { op: tf.min, combine: (values) => Math.min(...values) },
};

/** The reduction in float64, rounded once. */
function reference(
  x: ArrayLike<number>,
  shape: readonly number[],
  axes: readonly number[],
  combine: Combine,
): number[] {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const groups: number[][] = Array.from({ length: tf.util.sizeFromShape(kept) }, () => []);
  const steps = tf.util.computeStrides(shape as number[]).concat(1);
  const outSteps = tf.util.computeStrides(kept).concat(1);
  for (let i = 0; i < x.length; i++) {
    let rest = i;
    let to = 0;
    shape.forEach((_, axis) => {
      const at = Math.floor(rest / steps[axis]!);
      rest -= at * steps[axis]!;
      if (!axes.includes(axis)) to += at * outSteps[axis]!;
    });
    groups[to]!.push(x[i]!);
  }
  return groups.map((group) => Math.fround(combine(group)));
}

const shapesAndAxes = shapes(1, 1).chain((shape) =>
  fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()]), fc.boolean()),
);

describe.each(Object.entries(references))('%s', (name, { op, combine }) => {
  it('is within 1 ulp of float64, over any axes', () => {
    fc.assert(
      fc.property(shapesAndAxes, ([shape, axes, keepDims]) => {
        // Positive, so that rounding is all that differs; near 1, so that products stay in range.
        const x = numbers(tf.util.sizeFromShape(shape)).map((value) => 1 + value / 40);
        const [found] = valuesOf(() => op(tf.tensor(x, shape), axes, keepDims));
        const all = axes.length === 0 ? [...shape.keys()] : axes;
        expect(found!.shape).toEqual(
          keepDims
            ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
            : shape.filter((_, axis) => !axes.includes(axis)),
        );
        if (axes.length > 0) expectClose(found!.numbers, reference(x, shape, all, combine), { ulps: 1 });
      }),
      RUNS,
    );
  });

  it('is the cpu backend, signs and all', () =>
    fc.assert(
      fc.asyncProperty(shapesAndAxes, ([shape, axes, keepDims]) =>
        expectSameAsCpu(() => op(tf.tensor(numbers(tf.util.sizeFromShape(shape)), shape), axes, keepDims), {
          ulps: 2,
          absolute: 2e-5,
        }),
      ),
      RUNS,
    ));

  it('runs and rows of every length', () => {
    for (let length = 1; length < 70; length++) {
      const x = numbers(length * 7).map((value) => 1 + value / 40);
      for (const shape of [
        [7, length],
        [length, 7],
        [1, length, 7],
      ]) {
        for (const axis of [0, 1]) {
          const [found] = valuesOf(() => op(tf.tensor(x, shape), axis));
          expectClose(found!.numbers, reference(x, shape, [axis], combine), { ulps: 1 });
        }
      }
    }
  });

  it('NaN and infinities', async () => {
    for (const length of [1, 3, 4, 9, 17, 60]) {
      for (const odd of [[NaN], [Infinity], [-Infinity], [Infinity, -Infinity], [NaN, Infinity]]) {
        for (const at of [0, length >> 1, length - 1]) {
          await expectSameAsCpu(
            () => {
              const x = numbers(length * 5);
              odd.forEach((value, i) => (x[((at + i) % length) * 5 + 2] = value));
              return [op(tf.tensor(x, [length, 5]), 0), op(tf.transpose(tf.tensor(x, [length, 5])), 1)];
            },
            { ulps: 2, absolute: 1e-6 },
          );
        }
      }
    }
  });

  it('of nothing is what the cpu backend says', async () => {
    await expectSameAsCpu(() => [
      op(tf.zeros([3, 0]), 1),
      op(tf.zeros([0, 3]), 0),
      op(tf.zeros([0])),
      op(tf.zeros([3, 0]), 0),
    ]);
  });

  it('of int32', async () => {
    if (name === 'prod') return;
    for (const shape of [[1], [5, 3], [9, 17], [3, 4, 5], [2, 3, 2, 3, 2]]) {
      for (let axis = 0; axis < shape.length; axis++) {
        await expectSameAsCpu(
          () => {
            const x = Int32Array.from(numbers(tf.util.sizeFromShape(shape)), (value) => value * 1000);
            return [
              op(tf.tensor(x, shape, 'int32'), axis),
              op(tf.tensor(x, shape, 'int32'), axis === 0 ? [0] : [0, axis]),
            ];
          },
          { ulps: 4, absolute: 1e-3 },
        );
      }
    }
  });
});

describe('Sum', () => {
  it('of ten million times 0.1 is right to the last digit, where stock makes 1 087 937', async () => {
    const total = (): number => tf.tidy(() => tf.sum(tf.fill([10_000_000], 0.1)).dataSync()[0]!);
    expect(total()).toBe(Math.fround(1e7 * Math.fround(0.1)));
    restore();
    expect(total()).toBeGreaterThan(1.08e6);
    await accelerate(testedTiers);
  });

  it('of a long column is right to the last digit', () => {
    const sums = tf.tidy(() => tf.sum(tf.fill([200_000, 21], 0.1), 0).dataSync());
    expect([...sums]).toEqual(Array.from({ length: 21 }, () => Math.fround(2e5 * Math.fround(0.1))));
  });

  it('of int32 wraps, of booleans counts', async () => {
    await expectSameAsCpu(() => [
      tf.sum(tf.tensor1d([2 ** 31 - 1, 1, 5, 2 ** 30, 2 ** 30, 7, 8, 9, 10], 'int32')),
      tf.sum(
        tf.tensor2d(
          [
            [1, 0],
            [1, 1],
            [0, 1],
          ],
          [3, 2],
          'bool',
        ),
        0,
      ),
    ]);
  });

  it('goes over blocks larger than any tile', async () => {
    await expectSameAsCpu(
      () => {
        const x = tf.tensor(numbers(5 * 6 * 7 * 8 * 9), [5, 6, 7, 8, 9]);
        return [tf.sum(x, [0, 2, 4]), tf.sum(x, [1, 3]), tf.sum(x, [0, 3]), tf.sum(x, [2, 4]), tf.sum(x, [0, 4])];
      },
      { ulps: 2, absolute: 2e-5 },
    );
  });

  it('has gradients, and leaves no tensor behind', () => {
    const before = tf.memory();
    tf.tidy(() => {
      const gradient = tf.grad((x) => tf.mean(tf.square(tf.sum(x, 1))))(
        tf.tensor2d([
          [1, 2],
          [3, 4],
        ]),
      );
      expect([...gradient.dataSync()]).toEqual([3, 3, 7, 7]);
    });
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });
});
