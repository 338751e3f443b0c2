import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';

const file = readFileSync(new URL('../../../data/digits8x8/images.npy', import.meta.url));
const pixels = file.subarray(file.length - 1797 * 64);

/** Rows of the 8×8 digits, values 0 … 16, `[count, 8, 8, 1]`. */
export function digitImages(count: number, start = 0): tf.Tensor4D {
  return tf.tensor4d(Float32Array.from(pixels.subarray(start * 64, (start + count) * 64)), [count, 8, 8, 1]);
}
