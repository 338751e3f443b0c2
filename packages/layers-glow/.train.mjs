import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRegistry, fit, evaluate, bitsPerDimension } from '@flowzoo/core';
import { glow } from '@flowzoo/layers-glow';
import { readFileSync } from 'node:fs';
tf.enableProdMode();
await tf.setBackend('wasm');
let tier = 'stock';
if (process.argv[3]) {
  const k = await import('@flowzoo/kernels-wasm');
  tier = (await k.accelerate()).tier;
}
const registry = createRegistry().use(glow);
const bytes = readFileSync('data/digits8x8/images.npy');
const px = bytes.subarray(bytes.length - 1797 * 64);
const rows = (a, b) => tf.tensor(Float32Array.from(px.subarray(a * 64, b * 64)), [b - a, 8, 8]);
const flow = registry.build(JSON.parse(readFileSync('/tmp/hz/specs/glow-digits.json', 'utf8')));
const t0 = Date.now();
const steps = +process.argv[2];
let last = 0;
const res = await fit(
  flow,
  { x: rows(0, 1293) },
  {
    steps,
    batchSize: 64,
    optimizer: { learningRate: 1e-3 },
    average: steps > 500 ? 0.999 : 0.9,
    validation: { data: { x: rows(1293, 1437) }, every: 100 },
    onEvent: (e) => {
      if (e.type === 'validation')
        console.log(e.step, e.logProb ?? e.loss ?? JSON.stringify(e), ((Date.now() - t0) / 1000).toFixed(1) + 's');
    },
  },
);
console.log(tier, 'ms/step', (Date.now() - t0) / steps);
const t = rows(1437, 1797);
const lp = flow.logProb(t);
console.log('test bpd', bitsPerDimension((await lp.mean().data())[0], { dimensions: 64 }));
