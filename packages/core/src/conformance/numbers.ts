import type * as tf from '@tensorflow/tfjs';

/** A copy of the values; some backends hand out a view of memory that moves when it grows. */
export function valuesOf(tensor: tf.Tensor): Float32Array {
  return Float32Array.from(tensor.dataSync());
}

/** The largest absolute difference and where it is; NaN on either side counts as infinite. */
export function largestDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { readonly difference: number; readonly index: number } {
  let difference = 0;
  let index = 0;
  for (let i = 0; i < a.length; i++) {
    const here = a[i] === b[i] ? 0 : Math.abs(a[i]! - b[i]!);
    const counted = Number.isNaN(here) ? Infinity : here;
    if (counted > difference) {
      difference = counted;
      index = i;
    }
  }
  return { difference, index };
}

/** The largest absolute value; NaN counts as infinite. */
export function largest(values: ArrayLike<number>): number {
  let result = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Number.isNaN(values[i]!) ? Infinity : Math.abs(values[i]!);
    if (size > result) result = size;
  }
  return result;
}

/** Index of the first NaN or infinity, −1 when there is none. */
export function firstNotFinite(values: ArrayLike<number>): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return i;
  return -1;
}

/** Euclidean norm. */
export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}

/** Inner product. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
