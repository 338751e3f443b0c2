import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose, expectSameAsCpu, numbers, useAccelerated, valuesOf, testedTiers } from '../../../test/compare.ts';
import { accelerate, restore } from '../../accelerate.ts';

beforeAll(useAccelerated);
afterAll(restore);

const gradient = (x: tf.Tensor, size: number, stride: number, padding: 'same' | 'valid' | number): tf.Tensor =>
  tf.grad((image) => {
    const y = tf.maxPool(image as tf.Tensor4D, size, stride, padding);
    return tf.sum(tf.mul(y, tf.tensor(numbers(y.size, 6), y.shape)));
  })(x);

describe('MaxPoolGrad', () => {
  it.each([
    [2, 2, 'valid'],
    [3, 2, 'same'],
    [3, 1, 'same'],
    [2, 3, 'valid'],
    [3, 2, 1],
  ] as const)('agrees with cpu, windows of %i, stride %i, padding %s', async (size, stride, padding) => {
    await expectSameAsCpu(() => gradient(tf.tensor(numbers(2 * 7 * 9 * 3, 5), [2, 7, 9, 3]), size, stride, padding), {
      // Where windows overlap, up to nine terms of order one cancel in float32.
      absolute: 1e-6,
    });
  });

  it('keeps the gradient of windows without a positive element, which stock loses', async () => {
    const program = (): tf.Tensor => gradient(tf.tensor4d([-4, -1, -3, -2], [1, 2, 2, 1]), 2, 2, 'valid');
    const [upstream] = numbers(1, 6);
    expectClose(valuesOf(program)[0]!.numbers, [0, upstream!, 0, 0], { ulps: 0 });
    restore();
    const [stock] = valuesOf(program);
    await accelerate(testedTiers);
    expect(Array.from(stock!.numbers)).not.toEqual([0, upstream!, 0, 0]);
  });
});
