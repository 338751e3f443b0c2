import * as tf from '@tensorflow/tfjs';
import { parentPort, workerData } from 'node:worker_threads';
import { filled, useNative } from './compiled.ts';

/** What a thread of a test answers. */
export interface ThreadAnswer {
  readonly tier: string;
  readonly features: readonly string[];
  /** Sums of what a small training ends with. */
  readonly values: readonly number[];
}

/** A small training with products and convolutions; the same numbers for the same seed. */
export async function train(seed: number, steps: number): Promise<ThreadAnswer> {
  const { tier, features } = await useNative();
  const filter = tf.variable(filled([3, 3, 4, 16], seed));
  const dense = tf.variable(filled([16, 8], seed + 1));
  const x = filled([4, 8, 8, 4], seed + 2) as tf.Tensor4D;
  const optimizer = tf.train.sgd(1e-3);
  for (let step = 0; step < steps; step++) {
    optimizer.minimize(() => {
      const y = tf.tanh(tf.conv2d(x, filter as tf.Tensor as tf.Tensor4D, 1, 'same'));
      return tf.mean(tf.square(tf.matMul(tf.reshape(y, [-1, 16]), dense as tf.Tensor as tf.Tensor2D))) as tf.Scalar;
    });
  }
  const values = [...filter.dataSync(), ...dense.dataSync()];
  tf.dispose([filter, dense, x]);
  return { tier, features, values };
}

if (parentPort !== null) {
  const { seed, steps } = workerData as { seed: number; steps: number };
  parentPort.postMessage(await train(seed, steps));
}
