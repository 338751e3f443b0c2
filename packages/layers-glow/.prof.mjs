import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRegistry } from '@flowzoo/core';
import { glow } from '@flowzoo/layers-glow';
import { readFileSync } from 'node:fs';
tf.enableProdMode();
await tf.setBackend('wasm');
if (process.argv[3]) {
  const k = await import('@flowzoo/kernels-wasm');
  console.log((await k.accelerate()).tier);
}
const registry = createRegistry().use(glow);
const flow = registry.build(JSON.parse(readFileSync('/tmp/hz/specs/glow-digits.json', 'utf8')));
const x = tf.tensor(
  Float32Array.from({ length: 64 * 64 }, () => Math.floor(Math.random() * 17)),
  [64, 8, 8],
);
flow.initialize(x);
const step = () => {
  const { value, grads } = tf.variableGrads(() => tf.neg(tf.mean(flow.logProb(x))));
  tf.dispose([value, grads]);
};
for (let i = 0; i < 3; i++) step();
let t = performance.now();
for (let i = 0; i < 5; i++) step();
console.log('step', (performance.now() - t) / 5);
t = performance.now();
for (let i = 0; i < 5; i++) flow.logProb(x).dispose();
console.log('logProb', (performance.now() - t) / 5);
const p = await tf.profile(step);
const by = {};
for (const k of p.kernels) {
  const e = (by[k.name] ??= { n: 0, t: 0 });
  e.n++;
  e.t += await k.kernelTimeMs;
}
console.log(
  p.kernels.length,
  Object.entries(by)
    .sort((a, b) => b[1].t - a[1].t)
    .slice(0, 16)
    .map(([k, e]) => `${k} n=${e.n} ${e.t.toFixed(1)}ms`)
    .join('\n'),
);
