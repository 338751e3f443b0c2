import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { numbers, specialValues } from '../../../test/compare.ts';

/** A tensor of this shape and dtype with odd values among them; made on the active backend. */
export function tensorOf(shape: readonly number[], dtype: 'float32' | 'int32' | 'bool' = 'float32'): tf.Tensor {
  const values = numbers(tf.util.sizeFromShape(shape as number[]), 5);
  if (dtype === 'float32') specialValues.forEach((value, i) => (values[i * 7] = value));
  if (dtype === 'int32')
    return tf.tensor(
      Int32Array.from(values, (value) => value * 1e6),
      shape as number[],
      'int32',
    );
  if (dtype === 'bool')
    return tf.tensor(
      Uint8Array.from(values, (value) => Number(value > 0)),
      shape as number[],
      'bool',
    );
  return tf.tensor(values, shape as number[]);
}

/** Shapes of rank `minimum` to 6, some axes of size 0 or 1, seldom more than a few thousand elements. */
export function shapes(minimum = 0, smallest = 0): fc.Arbitrary<number[]> {
  const size = fc.oneof(
    { weight: 1, arbitrary: fc.integer({ min: smallest, max: 1 }) },
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 3, arbitrary: fc.constantFrom(7, 8, 9, 13, 16, 17) },
  );
  return fc
    .array(size, { minLength: minimum, maxLength: 6 })
    .filter((shape) => shape.reduce((product, each) => product * each, 1) <= 4000);
}

/** The dtypes that kernels move. */
export const dtypes: fc.Arbitrary<'float32' | 'int32' | 'bool'> = fc.constantFrom('float32', 'int32', 'bool');

/** Runs of each property; the shapes are small, and cpu's own kernels are the slow part. */
export const RUNS = { numRuns: 120 };

/** A shape and, for each of its axes, a number made from the size of the axis. */
export function withEach<T>(
  shape: fc.Arbitrary<number[]>,
  make: (size: number) => fc.Arbitrary<T>,
): fc.Arbitrary<[number[], T[]]> {
  return shape.chain((sizes) => fc.tuple(fc.constant(sizes), fc.tuple(...sizes.map(make)) as fc.Arbitrary<T[]>));
}
