import * as tf from '@tensorflow/tfjs';
import { filled, useNative } from './compiled.ts';

// A program for `node --cpu-prof`, whose profiler interrupts it some thousand times a second.
await useNative({ threads: Number(process.argv[2]) });
const [a, b] = [filled([200, 300], 1) as tf.Tensor2D, filled([300, 250], 2) as tf.Tensor2D];
const first = tf.matMul(a, b).dataSync().slice();
const end = Date.now() + 1500;
while (Date.now() < end) {
  const again = tf.tidy(() => tf.matMul(tf.transpose(a), b, true, false).dataSync());
  if (!first.every((each, i) => Math.abs(again[i]! - each) < 1e-4)) throw new Error('a product changed');
}
process.stdout.write('whole\n');
