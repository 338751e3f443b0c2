// Prints the peak of memory of one gradient of a Glow with and without recomputation, and how far the gradients are apart:
//   node bench/glow-memory.mjs
import { createRegistry } from '@flowzoo/core';
import { accelerate } from '@flowzoo/kernels-wasm';
import { glow, glowSpec } from '@flowzoo/layers-glow';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

const STEPS = [2, 8];
const BATCH = 16;
const registry = createRegistry().use(glow);

await tf.setBackend('wasm');
await tf.ready();
await accelerate();
const images = tf.tidy(() => tf.floor(tf.mul(tf.randomUniform([BATCH, 28, 28, 1], 0, 1, 'float32', 1), 256)));

/** Peak above what the model itself holds, MiB, and the gradients. */
async function gradientOf({ steps, recompute }) {
  const flow = registry.build(glowSpec({ event: [28, 28, 1], levels: 2, steps, width: 64, recompute }));
  flow.initialize(images);
  const variables = [...flow.variables.values()];
  const loss = () => tf.neg(tf.mean(flow.logProb(images)));
  const before = tf.memory().numBytes;
  let gradients = null;
  const { peakBytes } = await tf.profile(() => {
    const { value, grads } = tf.variableGrads(loss, variables);
    value.dispose();
    gradients = variables.map(({ name }) => grads[name]);
    return tf.scalar(0);
  });
  flow.dispose();
  return { mebibytes: (peakBytes - before) / 2 ** 20, gradients };
}

console.log(`Glow on 28×28, 2 scales, width 64, batch ${BATCH}: peak of a gradient, MiB`);
for (const steps of STEPS) {
  const [kept, recomputed] = [
    await gradientOf({ steps, recompute: false }),
    await gradientOf({ steps, recompute: true }),
  ];
  const apart = tf.tidy(() => {
    const norms = (list) => Math.sqrt(list.reduce((sum, each) => sum + tf.sum(tf.square(each)).dataSync()[0], 0));
    const differences = kept.gradients.map((each, i) => tf.sub(each, recomputed.gradients[i]));
    return norms(differences) / norms(kept.gradients);
  });
  tf.dispose([...kept.gradients, ...recomputed.gradients]);
  console.log(
    `K = ${steps}: kept ${kept.mebibytes.toFixed(1)}, recomputed ${recomputed.mebibytes.toFixed(1)}; ` +
      `gradients apart by ${apart.toExponential(1)} of their length`,
  );
}
