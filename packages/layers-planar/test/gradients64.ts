import { Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';

/** Arrays in, one number out, all in float64. */
export type Objective64 = (arrays: readonly Float64Array[]) => number;

/** Central differences of an objective in every element of every array. */
export function differences64(objective: Objective64, arrays: readonly Float64Array[]): Float64Array[] {
  return arrays.map((array, which) =>
    array.map((value, i) => {
      const step = 1e-5 * Math.max(1, Math.abs(value));
      const at = (moved: number): number => {
        const copy = arrays.map((each, k) => (k === which ? each.slice() : each));
        copy[which]![i] = moved;
        return objective(copy);
      };
      return (at(value + step) - at(value - step)) / (2 * step);
    }),
  );
}

/** Standard normals as a tensor. */
export function normals(name: string, shape: readonly number[], scale = 1): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = new Random(name).normals(size).map((value) => value * scale);
  return tf.tensor(values, [...shape]);
}

/** A tensor's numbers in float64. */
export function wide(tensor: tf.Tensor): Float64Array {
  return Float64Array.from(tensor.dataSync());
}

/** Compares with a share of the largest number of each list, or of 1. */
export function expectNear(found: tf.Tensor, expected: ArrayLike<number>, tolerance: number): void {
  const values = Array.from(expected);
  const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  const numbers = found.dataSync();
  expect(numbers).toHaveLength(values.length);
  const worst = values.reduce((most, value, i) => {
    const error = Math.abs(numbers[i]! - value) / scale;
    return error <= most ? most : error;
  }, 0);
  expect(worst).toBeLessThan(tolerance);
}

/** Σ of value and log-det, weighed: every output counts. */
function weighed(batch: number, size: number): (value: tf.Tensor, logDet: tf.Tensor) => tf.Tensor {
  const [forValue, forLogDet] = [normals('weights', [batch, size]), normals('more', [batch])];
  return (value, logDet) => tf.add(tf.sum(tf.mul(value, forValue)), tf.sum(tf.mul(logDet, forLogDet)));
}

/** Value, log-det, and the gradients of {@link weighed} in every argument. */
export function everything(
  map: (given: readonly tf.Tensor[]) => readonly [tf.Tensor, tf.Tensor],
  given: tf.Tensor[],
): tf.Tensor[] {
  const [batch, size] = given[0]!.shape as [number, number];
  const objective = weighed(batch, size);
  return [...map(given), ...tf.grads((...moved) => objective(...map(moved)))(given)];
}
