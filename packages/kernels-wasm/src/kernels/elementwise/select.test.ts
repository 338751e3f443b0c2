import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectSameAsCpu, numbers, specialValues, useAccelerated } from '../../../test/compare.ts';
import { restore } from '../../accelerate.ts';

beforeAll(useAccelerated);
afterAll(restore);

describe('Select', () => {
  it.each([0, 1, 2, 3, 4, 5, 8, 15, 67])('chooses among %i elements', async (count) => {
    await expectSameAsCpu(() => tf.where(mask([count]), values([count], 1), values([count], 2)));
  });

  it('keeps every bit of what it moves', async () => {
    const odd = [...specialValues];
    await expectSameAsCpu(() => tf.where(mask([odd.length]), tf.tensor1d(odd), tf.neg(tf.tensor1d(odd))));
  });

  it('moves int32', async () => {
    const large = (): tf.Tensor => tf.tensor2d([1, -2, 2147483647, 4, 5, 16777217], [2, 3], 'int32');
    const small = (): tf.Tensor => tf.tensor2d([7, -8, -2147483648, 9, 0, -16777217], [2, 3], 'int32');
    await expectSameAsCpu(() => tf.where(mask([2, 3]), large(), small()));
  });

  it('broadcasts as tf.where does', async () => {
    await expectSameAsCpu(() => tf.where(mask([3, 1, 4]), values([5, 1], 1), values([], 2)));
  });

  it.each([1, 6, 4099])('moves %i bool values, which the stock kernel writes past their end', async (count) => {
    const flags = (seed: number): tf.Tensor => tf.less(values([count], seed), 0.3);
    await expectSameAsCpu(() => tf.where(mask([count]), flags(1), flags(2)));
  });
});

function mask(shape: number[]): tf.Tensor {
  return tf.greater(values(shape, 9), 0);
}

function values(shape: number[], seed: number): tf.Tensor {
  return tf.tensor(numbers(tf.util.sizeFromShape(shape), seed), shape);
}
