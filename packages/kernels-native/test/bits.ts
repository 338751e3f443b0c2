import * as tf from '@tensorflow/tfjs';
import { createHash } from 'node:crypto';
import { filled, useNative } from './compiled.ts';

// A program of its own, `bits.ts THREADS`: prints a digest of every bit of a small training and of its last gradients.
const threads = Number(process.argv[2]);
const { features } = await useNative({ threads });
if (!features.includes(`threads: ${threads}`)) throw new Error(`the tier has ${features.join(', ')}`);
const x = filled([8, 14, 14, 16], 1) as tf.Tensor4D;
const filter = tf.variable(filled([3, 3, 16, 24], 2));
const dense = tf.variable(filled([24 * 14, 200], 3));
const optimizer = tf.train.adam(1e-3);
/** Each product, each convolution and each gradient has more than the operations from which on threads share the work. */
const loss = (): tf.Scalar => {
  const images = tf.tanh(tf.conv2d(x, filter as tf.Tensor as tf.Tensor4D, 1, 'same'));
  const scores = tf.matMul(tf.reshape(images, [-1, 24 * 14]), dense as tf.Tensor as tf.Tensor2D);
  return tf.mean(tf.logSumExp(scores, 1)) as tf.Scalar;
};
const digest = createHash('sha256');
for (let step = 0; step < 10; step++) {
  const { value, grads } = tf.variableGrads(loss, [filter, dense] as tf.Variable[]);
  optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
  for (const each of [value, ...Object.values(grads)]) digest.update(each.dataSync());
  tf.dispose([value, grads]);
}
for (const each of [filter, dense]) digest.update(each.dataSync());
process.stdout.write(JSON.stringify({ threads, digest: digest.digest('hex') }));
