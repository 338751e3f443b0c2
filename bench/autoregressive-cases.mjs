// Sampling from masked autoregressive flows.
import { createRegistry } from '@flowzoo/core';
import { autoregressive, inverseByPasses, MaskedAutoregressive } from '@flowzoo/layers-autoregressive';
import * as tf from '@tensorflow/tfjs';

const COUNT = 5;
const HIDDEN = [512, 512];
const BATCHES = [1, 16, 256];

const registry = createRegistry().use(autoregressive);

/** Layers of one flow. Fewer hidden units than features need direct connections, or some dependences are lost. */
function masked(features) {
  const config = {
    type: 'maf',
    hidden: HIDDEN,
    order: 'reversed',
    direct: HIDDEN.some((width) => width < features - 1),
    lastLayer: { initialization: 'uniform', scale: 0.01 },
  };
  return Array.from({ length: COUNT }, (_, index) =>
    registry.bijector(config, { dataShape: [features], seed: index, path: `layers[${index}]` }),
  );
}

/** Multiplications and additions with the weights that are not masked, each used once for a row. */
function floatingPointOperations(features) {
  const [first, second] = HIDDEN;
  const direct = HIDDEN.some((width) => width < features - 1) ? 2 * features * features : 0;
  return COUNT * (features * first + first * second + 2 * second * features + direct);
}

function drawn(layers, z) {
  tf.tidy(() => {
    const x = layers.reduce((value, layer) => layer.forward(value).value, z);
    x.dataSync();
  });
}

/** The flow's samples; `passes` also makes them by D evaluations of every network, on the kernels that tfjs ships. */
function sampling({ features, batch, passes }) {
  const layers = masked(features);
  const usual = layers.map(
    ({ type, map }) => new MaskedAutoregressive({ type, dataShape: [features], ...map, solve: inverseByPasses }),
  );
  const z = tf.randomNormal([batch, features], 0, 1, 'float32', 1);
  return {
    ours: { run: () => drawn(layers, z) },
    ...(passes ? { stock: { run: () => drawn(usual, z) } } : {}),
    owned: [...layers, z],
  };
}

function evaluating({ features, batch }) {
  const layers = masked(features);
  const x = tf.randomNormal([batch, features], 0, 1, 'float32', 1);
  const run = () =>
    tf.tidy(() => {
      for (const layer of layers) layer.inverse(x).value.dataSync();
    });
  return { ours: { run }, owned: [...layers, x] };
}

const model = (features) => `5 masked networks ${features}-512-512-${2 * features}`;
const small = [8, 64].flatMap((features) =>
  BATCHES.map((batch) => ({
    name: `maf-sample-${features}-${batch}`,
    work: `${model(features)}, affine, batch ${batch}: x = f(z); beside it by ${features} evaluations of every network`,
    rival: 'maf.py',
    operations: batch * floatingPointOperations(features),
    prepare: () => sampling({ features, batch, passes: true }),
  })),
);
const large = BATCHES.flatMap((batch) => [
  {
    name: `maf-sample-784-${batch}`,
    work: `${model(784)} with direct connections, affine, batch ${batch}: x = f(z), each weight used once on both sides`,
    rival: 'maf.py',
    operations: batch * floatingPointOperations(784),
    prepare: () => sampling({ features: 784, batch, passes: false }),
  },
  {
    name: `maf-evaluation-784-${batch}`,
    work: `the same, one evaluation of every network: the usual sampler takes 784 of them for what maf-sample-784-${batch} does`,
    rival: 'maf.py',
    prepare: () => evaluating({ features: 784, batch }),
  },
]);

/** Cases of autoregressive layers. */
export const autoregressiveCases = [...small, ...large];
