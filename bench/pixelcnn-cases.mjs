// The gated PixelCNN on binary images: drawing, one pass, scoring and training.
import { createRegistry } from '@flowzoo/core';
import { autoregressive } from '@flowzoo/layers-autoregressive';
import * as tf from '@tensorflow/tfjs';
import { normalBatch, read, scoring, training } from './subjects.mjs';

const SIDE = 28;
const LAYERS = 7;
const FEATURES = 64;
const FIRST_KERNEL = 7;
const KERNEL = 3;
const BATCHES = [1, 16];
const PIXELS = SIDE * SIDE;

const registry = createRegistry().use(autoregressive);

function gatedPixelCnn() {
  const network = { layers: LAYERS, features: FEATURES, firstKernel: FIRST_KERNEL, kernel: KERNEL };
  const lastLayer = { initialization: 'uniform', scale: 0.1 };
  const model = { type: 'gated-pixelcnn', levels: 2, ...network, lastLayer };
  return registry.build({ format: 'flowzoo/model', version: 1, event: [SIDE, SIDE], seed: 1, model });
}

/** Multiplications and additions for one image, without the taps that masks hide; no pixel has the last row above it. */
function floatingPointOperations() {
  let products = 0;
  for (let layer = 0; layer < LAYERS; layer++) {
    const first = layer === 0;
    const inputs = first ? 1 : FEATURES;
    const beside = ((first ? FIRST_KERNEL : KERNEL) - 1) / 2;
    const gates = 2 * FEATURES;
    const vertical = (beside + 1) * (2 * beside + 1) * inputs * gates + gates * gates;
    const horizontal = (first ? beside : beside + 1) * inputs * gates;
    const maps = (layer === LAYERS - 1 ? 1 : 2) * FEATURES * FEATURES;
    products += (PIXELS - SIDE) * vertical + PIXELS * (horizontal + maps);
  }
  return 2 * (products + PIXELS * (FEATURES * FEATURES + FEATURES));
}

function binaryBatch(batch) {
  return tf.tidy(() => tf.cast(tf.greater(normalBatch(batch, [SIDE, SIDE]), 0), 'float32'));
}

/** Samples; beside them the passes over whole images that the usual sampler takes, on the kernels that tfjs ships. */
function sampling(batch) {
  const model = gatedPixelCnn();
  const x = binaryBatch(batch);
  return {
    ours: {
      async train({ signal, onStep }) {
        while (!signal.aborted) {
          (await model.sample(batch, { seed: 1 })).dispose();
          onStep();
        }
      },
    },
    stock: { ...onePass(model, x), scale: PIXELS },
    owned: [model, x],
  };
}

function onePass(model, x) {
  return { run: () => read(() => [model.headParameters(x)]) };
}

function passing(batch) {
  const model = gatedPixelCnn();
  const x = binaryBatch(batch);
  return { ours: onePass(model, x), owned: [model, x] };
}

const work = `gated PixelCNN on 28×28 binary images, mask A 7×7, ${LAYERS} gated layers of ${FEATURES} features in two stacks, 1×1 head`;
const operations = floatingPointOperations();
const scored = BATCHES.at(-1);

/** Cases of the PixelCNN. */
export const pixelCnnCases = [
  ...BATCHES.flatMap((batch) => [
    {
      name: `gated-pixelcnn-sample-${batch}`,
      work: `${work}, batch ${batch}: samples; beside them 784 full passes, scaled from 1 (stock) and from 4 (torch)`,
      rival: 'pixelcnn.py',
      operations: batch * operations,
      prepare: () => sampling(batch),
    },
    {
      name: `gated-pixelcnn-pass-${batch}`,
      work: `${work}, batch ${batch}: one full pass, of which the usual sampler takes 784`,
      rival: 'pixelcnn.py',
      operations: batch * operations,
      prepare: () => passing(batch),
    },
  ]),
  {
    name: 'gated-pixelcnn-log-prob',
    work: `${work}, batch ${scored}: log P(x)`,
    rival: 'pixelcnn.py',
    operations: scored * operations,
    prepare: () => scoring({ flow: gatedPixelCnn(), x: binaryBatch(scored) }),
  },
  {
    name: 'gated-pixelcnn-train',
    work: `${work}, batch ${scored}: gradient of mean -log P(x) and one Adam update`,
    rival: 'pixelcnn.py',
    operations: 3 * scored * operations,
    prepare: () => training({ flow: gatedPixelCnn(), batch: scored, x: binaryBatch(scored) }),
  },
];
