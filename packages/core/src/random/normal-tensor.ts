import * as tf from '@tensorflow/tfjs';
import { sizeOf, type Shape } from '../contracts/shape.ts';
import { runNamedKernel } from '../ops/named-kernel.ts';
import type { Random } from './random.ts';

/**
 * Standard normals from a stream as a tensor, float32; the stream advances by as many. Where the backend has a kernel for
 * it the numbers are made in place; they are those of {@link Random.normals}.
 *
 * @returns `shape`; the caller disposes it.
 * @example
 * const noise = normalTensor(random, [count, ...eventShape]);
 */
export function normalTensor(random: Random, shape: Shape): tf.Tensor {
  const outputs = runNamedKernel('RandomNormals', [], { shape, ...random.save() });
  if (outputs === null) return tf.tensor(random.normals(sizeOf(shape)), [...shape]);
  const [normals, next] = outputs as [tf.Tensor, tf.Tensor];
  const state = next.dataSync() as Int32Array;
  next.dispose();
  const words = [...Uint32Array.from(state.subarray(0, 4))] as [number, number, number, number];
  const spare = state[4] === 0 ? null : new Float64Array(state.slice(5, 7).buffer)[0]!;
  random.continueFrom({ words, spare });
  return normals;
}
