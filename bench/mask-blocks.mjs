// What leaving out the empty half of the masks brings to a whole flow: node bench/mask-blocks.mjs [native]
//
// Twice the same MAF, 5 networks 784–512–512–1568: with orders whose masks have blocks, and with random ones, whose empty
// entries lie scattered. Log-densities of 256 rows and their gradients, medians, one thread.
import { createRegistry } from '@flowzoo/core';
import { nativeTier } from '@flowzoo/kernels-native';
import { accelerate, composedTier, wasmTier } from '@flowzoo/kernels-wasm';
import { autoregressive } from '@flowzoo/layers-autoregressive';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

const REPEATS = 20;
const COLD = 2;

tf.enableProdMode();
await tf.setBackend('wasm');
const isNative = process.argv[2] === 'native';
const { tier } = await accelerate({
  tiers: [...(isNative ? [nativeTier({ threads: 1 })] : []), wasmTier, composedTier],
});

const registry = createRegistry().use(autoregressive);
const x = tf.randomNormal([256, 784], 0, 1, 'float32', 1);

function flowOf({ random }) {
  const layers = Array.from({ length: 5 }, (_, index) => ({
    type: 'maf',
    hidden: [512, 512],
    order: random ? 'random' : index % 2 === 0 ? 'natural' : 'reversed',
    degrees: random ? 'random' : 'sequential',
    direct: true,
    lastLayer: { initialization: 'uniform', scale: 0.01 },
  }));
  const model = { type: 'flow', base: { type: 'standard-normal' }, layers };
  return registry.build({ format: 'flowzoo/model', version: 1, event: [784], context: 0, seed: 1, model });
}

function milliseconds(run) {
  const start = performance.now();
  tf.tidy(() => run().dataSync());
  return performance.now() - start;
}

const subjects = [false, true].map((random) => ({ random, flow: flowOf({ random }), density: [], gradient: [] }));
for (let repeat = 0; repeat < REPEATS + COLD; repeat++) {
  for (const { flow, density, gradient } of subjects) {
    density.push(milliseconds(() => flow.logProb(x)));
    gradient.push(milliseconds(() => Object.values(tf.variableGrads(() => tf.neg(tf.mean(flow.logProb(x)))).grads)[0]));
  }
}
const median = (values) =>
  values
    .slice(COLD)
    .sort((a, b) => a - b)
    [REPEATS / 2].toFixed(0);
console.log(`${tier}, ms`);
for (const { random, density, gradient } of subjects) {
  console.log(`${random ? 'scattered' : 'blocks   '}  log-density ${median(density)}  gradient ${median(gradient)}`);
}
