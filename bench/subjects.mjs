// What a case measures: scoring a batch, training on it, or one pass in the generative direction.
import { fit } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { stockTraining } from './stock.mjs';

/** log p(x) of a batch; `model` is the same as a stock program. */
export function scoring({ flow, model, batch, x = normalBatch(batch, flow.eventShape) }) {
  return {
    ours: { run: () => read(() => [flow.logProb(x)]) },
    ...(model === undefined ? {} : { stock: { run: () => read(() => [model.logProb(x)]) } }),
    owned: [flow, x, ...(model?.variables ?? [])],
  };
}

/** Training steps on one batch; `model` is the same as a stock program. */
export function training({ flow, model, batch, x = normalBatch(batch, flow.eventShape) }) {
  const ours = { train: (hooks) => fit(flow, x, { batchSize: batch, ...plainSteps(hooks) }) };
  if (model === undefined) return { ours, owned: [flow, x] };
  const stock = stockTraining({ variables: model.variables, loss: () => tf.neg(tf.mean(model.logProb(x))) });
  return { ours, stock, owned: [flow, x, stock] };
}

/** Numbers of N(0, 1), the same in every run. */
export function normalBatch(batch, shape) {
  return tf.randomNormal([batch, ...shape], 0, 1, 'float32', 1);
}

/** Steps of gradient and Adam and nothing else, until the signal says stop. */
export function plainSteps({ signal, onStep }) {
  return {
    steps: 1_000_000,
    optimizer: { learningRate: 1e-4 },
    schedule: { type: 'constant', warmup: 0 },
    clipNorm: null,
    average: null,
    signal,
    onEvent: ({ type }) => {
      if (type === 'step') onStep();
    },
  };
}

/** Computes tensors, waits for their numbers and frees them. */
export function read(compute) {
  tf.tidy(() => {
    for (const tensor of compute()) tensor.dataSync();
  });
}
