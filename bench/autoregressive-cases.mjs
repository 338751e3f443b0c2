// Masked autoregressive flows: sampling, and the direction of one pass.
import { createRegistry } from '@flowzoo/core';
import { autoregressive, inverseByPasses, MaskedAutoregressive } from '@flowzoo/layers-autoregressive';
import * as tf from '@tensorflow/tfjs';
import { stockMasked } from './stock-masked.mjs';
import { scoring, training } from './subjects.mjs';

const COUNT = 5;
const HIDDEN = [512, 512];
const BATCHES = [1, 16, 256];
/** Of the 784 passes so many are timed, and the time is scaled. */
const TIMED_PASSES = { 1: 16, 16: 16, 256: 4 };

const registry = createRegistry().use(autoregressive);

/** Layers of one flow. Fewer hidden units than features need direct connections, or some dependences are lost. */
function specsOf(features, type = 'maf') {
  return Array.from({ length: COUNT }, (_, index) => ({
    type,
    hidden: HIDDEN,
    order: index % 2 === 0 ? 'natural' : 'reversed',
    direct: HIDDEN.some((width) => width < features - 1),
    lastLayer: { initialization: 'uniform', scale: 0.01 },
  }));
}

function masked(features, type) {
  return specsOf(features, type).map((config, index) =>
    registry.bijector(config, { dataShape: [features], seed: index, path: `layers[${index}]` }),
  );
}

/** The same layers as a flow with a standard normal base. */
export function maskedFlow(features) {
  const model = { type: 'flow', base: { type: 'standard-normal' }, layers: specsOf(features) };
  return registry.build({ format: 'flowzoo/model', version: 1, event: [features], context: 0, seed: 1, model });
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

/** Features one at a time beside the first of D full passes, on the kernels that tfjs ships. */
function besidePasses({ type, features, batch, direction }) {
  const layers = masked(features, type);
  const passes = TIMED_PASSES[batch];
  const solve = (map, input) => firstPasses(map, input, { direction, passes });
  const usual = layers.map((layer) => new MaskedAutoregressive({ type, dataShape: [features], ...layer.map, solve }));
  const input = tf.randomNormal([batch, features], 0, 1, 'float32', 1);
  const run = (chain) => () =>
    tf.tidy(() => {
      chain.reduce((value, layer) => layer[direction](value).value, input).dataSync();
    });
  return {
    ours: { run: run(layers) },
    stock: { run: run(usual), scale: features / passes },
    owned: [...layers, input],
  };
}

function firstPasses({ conditioner, transformer }, input, { direction, passes }) {
  const places = tf.add(tf.zerosLike(input), tf.tensor1d(Float32Array.from(conditioner.dependence.levels)));
  let found = { value: tf.zerosLike(input), logDerivative: tf.zerosLike(input) };
  for (let pass = 0; pass < passes; pass++) {
    found = tf.tidy(() => {
      const seen = tf.where(tf.less(places, pass), found.value, tf.zerosLike(input));
      const parameters = tf.reshape(conditioner.apply(seen), [...seen.shape, transformer.parameterCount]);
      return transformer[direction](input, parameters);
    });
  }
  return found;
}

function onePass({ train }) {
  const flow = maskedFlow(784);
  const model = stockMasked(flow);
  const subject = (train ? training : scoring)({ flow, model, batch: 256 });
  return { ...subject, owned: [...subject.owned, ...model.masks] };
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
    name: `maf-passes-784-${batch}`,
    work: `the same beside the usual sampler: 784 evaluations of every network, scaled from ${TIMED_PASSES[batch]}`,
    rival: 'maf.py',
    operations: batch * floatingPointOperations(784),
    prepare: () => besidePasses({ type: 'maf', features: 784, batch, direction: 'forward' }),
  },
]);
const others = [
  {
    name: 'iaf-density-784-16',
    work: `${model(784)} with direct connections on the latents, batch 16: z of foreign points; beside it 784 evaluations of every network, scaled from 16`,
    rival: 'maf.py',
    operations: 16 * floatingPointOperations(784),
    prepare: () => besidePasses({ type: 'iaf', features: 784, batch: 16, direction: 'inverse' }),
  },
  {
    name: 'maf-log-prob-784',
    work: `${model(784)} with direct connections, affine, batch 256: log p(x)`,
    rival: 'maf.py',
    operations: 256 * floatingPointOperations(784),
    prepare: () => onePass({ train: false }),
  },
  {
    name: 'maf-train-784',
    work: 'the same: gradient of mean -log p(x) and one Adam update',
    rival: 'maf.py',
    operations: 3 * 256 * floatingPointOperations(784),
    rounds: 1,
    prepare: () => onePass({ train: true }),
  },
];

/** Cases of autoregressive layers. */
export const autoregressiveCases = [...small, ...large, ...others];
