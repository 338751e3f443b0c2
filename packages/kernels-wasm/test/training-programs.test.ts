import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accelerate, restore } from '../src/index.ts';
import { numbers, useAccelerated, testedTiers } from './compare.ts';

/** A program as anybody writes it with tf.layers: a model, its loss, and what it learns from. */
interface Program {
  readonly name: string;
  readonly model: () => tf.LayersModel;
  readonly inputs: readonly number[];
  /** Stock tfjs has no gradient of a convolution's filter on wasm. */
  readonly stockTrains: boolean;
}

const CLASSES = 4;

const programs: readonly Program[] = [
  {
    name: 'a dense classifier',
    inputs: [32, 10],
    stockTrains: true,
    model: () =>
      tf.sequential({
        layers: [
          tf.layers.dense({ inputShape: [10], units: 33, activation: 'relu' }),
          tf.layers.dense({ units: 17, activation: 'tanh' }),
          tf.layers.dense({ units: CLASSES, activation: 'softmax' }),
        ],
      }),
  },
  {
    name: 'a small convnet with batch normalization, pooling and dropout',
    inputs: [8, 12, 12, 2],
    stockTrains: false,
    model: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [12, 12, 2], filters: 5, kernelSize: 3, padding: 'same', activation: 'tanh' }),
          tf.layers.batchNormalization(),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.separableConv2d({ filters: 7, kernelSize: 3, activation: 'elu' }),
          tf.layers.dropout({ rate: 0.25, seed: 3 }),
          tf.layers.flatten(),
          tf.layers.dense({ units: CLASSES, activation: 'softmax' }),
        ],
      }),
  },
  {
    name: 'a recurrent net',
    inputs: [8, 6, 5],
    stockTrains: true,
    model: () =>
      tf.sequential({
        layers: [
          tf.layers.lstm({ inputShape: [6, 5], units: 9 }),
          tf.layers.dense({ units: CLASSES, activation: 'softmax' }),
        ],
      }),
  },
];

/** Losses of ten steps from equal weights, on the active backend. */
async function losses({ model: create, inputs }: Program): Promise<number[]> {
  const model = create();
  const weights = model.getWeights().map((weight, i) => tf.tensor(numbers(weight.size, i + 1), weight.shape));
  // The variance of a batch normalization must not be negative.
  model.setWeights(weights.map((weight) => tf.mul(tf.abs(weight), 0.2)));
  model.compile({ optimizer: tf.train.sgd(0.05), loss: 'categoricalCrossentropy' });
  const x = tf.tensor(numbers(tf.util.sizeFromShape(inputs as number[]), 99), inputs as number[]);
  const classes = Array.from({ length: inputs[0]! }, (_, i) => (i * 7) % CLASSES);
  const y = tf.oneHot(tf.tensor1d(classes, 'int32'), CLASSES);
  const found: number[] = [];
  for (let step = 0; step < 10; step++) found.push((await model.trainOnBatch(x, y)) as number);
  model.dispose();
  tf.dispose([x, y, ...weights]);
  return found;
}

beforeAll(useAccelerated);
afterAll(restore);

describe('programs that know nothing of this package', () => {
  it.each(programs.map((program) => [program.name, program] as const))('%s', async (_, program) => {
    await tf.setBackend('cpu');
    const expected = await losses(program);
    await tf.setBackend('wasm');
    const found = await losses(program);
    expect(expected.at(-1)).toBeLessThan(expected[0]!);
    found.forEach((loss, step) => {
      expect(Math.abs(loss / expected[step]! - 1), `loss ${step}`).toBeLessThan(1e-4);
    });
    restore();
    try {
      if (program.stockTrains) {
        const stock = await losses(program);
        stock.forEach((loss, step) => expect(Math.abs(loss / expected[step]! - 1)).toBeLessThan(1e-4));
      } else await expect(losses(program)).rejects.toThrow("Kernel 'Conv2DBackpropFilter' not registered");
    } finally {
      await accelerate(testedTiers);
    }
  });
});
