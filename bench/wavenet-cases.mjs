// The WaveNet on 8-bit sound: drawing a second, one pass, scoring and training.
import { createRegistry } from '@flowzoo/core';
import { autoregressive } from '@flowzoo/layers-autoregressive';
import * as tf from '@tensorflow/tfjs';
import { normalBatch, read, scoring, training } from './subjects.mjs';

const DILATIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const STACKS = 2;
const FEATURES = 32;
const SKIP = 128;
const LEVELS = 256;
const SECOND = 8000;
const BATCHES = [1, 16];
/** What a step sees of the past, and the usual sampler runs over for every step. */
const WINDOW = 1 + STACKS * DILATIONS.reduce((sum, dilation) => sum + dilation, 0);

const registry = createRegistry().use(autoregressive);

function waveNet(time) {
  const network = { features: FEATURES, skipFeatures: SKIP, dilations: DILATIONS, stacks: STACKS };
  const lastLayer = { initialization: 'uniform', scale: 0.1 };
  const model = { type: 'wavenet', levels: LEVELS, ...network, lastLayer };
  return registry.build({ format: 'flowzoo/model', version: 1, event: [time], seed: 1, model });
}

/** Multiplications and additions for one step. */
function floatingPointOperations() {
  const layers = STACKS * DILATIONS.length;
  const gates = layers * 2 * FEATURES * 2 * FEATURES;
  const maps = layers * FEATURES * (SKIP + FEATURES) - FEATURES * FEATURES;
  return 2 * (FEATURES + gates + maps + SKIP * SKIP + SKIP * LEVELS);
}

function levelBatch(batch, time) {
  return tf.tidy(() => tf.clipByValue(tf.round(tf.add(tf.mul(normalBatch(batch, [time]), 30), 128)), 0, LEVELS - 1));
}

/** Samples; beside them the passes over the receptive field of the usual sampler, on the kernels that tfjs ships. */
function sampling(batch) {
  const [model, small] = [waveNet(SECOND), waveNet(WINDOW)];
  const x = levelBatch(batch, WINDOW);
  return {
    ours: {
      async train({ signal, onStep }) {
        while (!signal.aborted) {
          (await model.sample(batch, { seed: 1 })).dispose();
          onStep();
        }
      },
    },
    stock: { ...onePass(small, x), scale: SECOND },
    owned: [model, small, x],
  };
}

function onePass(model, x) {
  return { run: () => read(() => [model.headParameters(x)]) };
}

function passing(batch) {
  const model = waveNet(WINDOW);
  const x = levelBatch(batch, WINDOW);
  return { ours: onePass(model, x), owned: [model, x] };
}

const work = `WaveNet on 8-bit sound, ${STACKS} stacks of ${DILATIONS.length} dilations, residual ${FEATURES}, gate 2×${FEATURES}, skip ${SKIP}, head ${SKIP}–${LEVELS}`;
const operations = floatingPointOperations();

/** Cases of the WaveNet. */
export const waveNetCases = [
  ...BATCHES.flatMap((batch) => [
    {
      name: `wavenet-sample-${batch}`,
      work: `${work}, batch ${batch}: a second (${SECOND} steps); beside it a pass over ${WINDOW} steps for each, scaled from 1 (stock), and a loop that keeps past features, scaled from 100 steps (torch)`,
      rival: 'wavenet.py',
      operations: SECOND * batch * operations,
      prepare: () => sampling(batch),
    },
    {
      name: `wavenet-pass-${batch}`,
      work: `${work}, batch ${batch}: one pass over the receptive field, of which the usual sampler takes one for every step; torch with output layers at its end alone`,
      rival: 'wavenet.py',
      prepare: () => passing(batch),
    },
  ]),
  {
    name: 'wavenet-log-prob',
    work: `${work}, one signal of ${SECOND} steps: log P(x)`,
    rival: 'wavenet.py',
    operations: SECOND * operations,
    prepare: () => scoring({ flow: waveNet(SECOND), x: levelBatch(1, SECOND) }),
  },
  {
    name: 'wavenet-train',
    work: `${work}, one signal of ${SECOND} steps: gradient of -log P(x) and one Adam update`,
    rival: 'wavenet.py',
    operations: 3 * SECOND * operations,
    prepare: () => training({ flow: waveNet(SECOND), batch: 1, x: levelBatch(1, SECOND) }),
  },
];
