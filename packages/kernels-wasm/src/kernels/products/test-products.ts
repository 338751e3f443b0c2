import * as tf from '@tensorflow/tfjs';
import { numbers } from '../../../test/compare.ts';

/**
 * Rounding of a float32 sum of `inner` terms of both signs and size 1: partial sums grow like √inner, each step rounds by
 * 2⁻²⁴ of them, and the steps' roundings add up like √inner again; some sixfold for the worst of many elements.
 */
export const allowed = (inner: number): { readonly absolute: number } => ({ absolute: 2e-6 + 1.5e-7 * inner });
/** All pairs of transposeA and transposeB. */
export const transposes: readonly (readonly [boolean, boolean])[] = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
];

/** A tensor of reproducible numbers. */
export function filled(shape: readonly number[], seed: number): tf.Tensor {
  return tf.tensor(numbers(tf.util.sizeFromShape(shape as number[]), seed), shape as number[]);
}
