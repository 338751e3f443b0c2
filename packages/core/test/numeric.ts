import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { expect } from 'vitest';
import { Random } from '../src/random/random.ts';

/** The backends that the numerical tests run on. */
export const BACKENDS = ['cpu', 'wasm'] as const;

/** Standard normal values of a shape, the same on every backend. */
export function normal(shape: readonly number[], seed: number | string): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(new Random(seed).normals(size), shape as number[]);
}

/** Compares values and shapes; the tolerance is relative to the largest expected magnitude, at least 1. */
export function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance = 1e-5): void {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  const scale = (b as Float32Array).reduce((largest, x) => Math.max(largest, Math.abs(x)), 1);
  for (let i = 0; i < a.length; i++)
    expect(Math.abs(a[i]! - b[i]!), `element ${i}`).toBeLessThanOrEqual(tolerance * scale);
}

/** Runs and returns how many tensors it left behind. */
export function leaked(run: () => void): number {
  const before = tf.memory().numTensors;
  run();
  return tf.memory().numTensors - before;
}
