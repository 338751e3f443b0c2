import { Random } from '@flowzoo/core';
import type { FlowModel, Model, ModelSpec, PackedModel } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { densities, furthest } from './compare.ts';
import { variationalDequantization } from './dequantization.ts';
import { readFlow, readModel } from './evaluate.ts';
import { numericLogDet } from './jacobian.ts';
import { sizeOf } from './layer.ts';
import { randomOf, unpack } from './random-model.ts';
import { numbers, toContext, toTensor, untracked } from './rows.ts';
import { Weights, type Shape } from './weights.ts';

interface Discrete {
  readonly name: string;
  readonly event: Shape;
  readonly context: number;
  readonly levels: number;
  readonly model: ModelSpec['model'];
}

const filled = { lastLayer: { initialization: 'default' } };

function images(event: Shape, type: string, options: Readonly<Record<string, unknown>>, context: number = 0): Discrete {
  const model = { type, levels: 4, features: 6, firstKernel: 3, ...filled, ...options };
  const name = `${type} ${JSON.stringify(options)} on [${event.join(', ')}]${context > 0 ? ', given a context' : ''}`;
  return { name, event, context, levels: model.levels, model };
}

const mixture = { head: 'logistic-mixture', components: 3, levels: 8 };
const imageModels = [
  images([3, 4], 'gated-pixelcnn', { layers: 3, levels: 2 }),
  images([4, 3, 1], 'gated-pixelcnn', { layers: 2, skip: 'none' }),
  images([4, 4], 'gated-pixelcnn', { layers: 2, firstKernel: 7, kernel: 5, outputFeatures: 4 }),
  images([3, 3, 3], 'gated-pixelcnn', { layers: 3 }),
  images([2, 3, 2], 'gated-pixelcnn', { layers: 2, levels: 2 }),
  images([1, 5], 'gated-pixelcnn', { layers: 2 }),
  images([3, 2], 'gated-pixelcnn', { layers: 2, ...mixture }),
  images([2, 3, 3], 'gated-pixelcnn', { layers: 2, ...mixture }),
  images([2, 3, 3], 'gated-pixelcnn', { layers: 2, ...mixture, colors: 'linear' }),
  images([3, 3], 'gated-pixelcnn', { layers: 2 }, 3),
  images([3, 4], 'pixelcnn', { blocks: 2, levels: 2 }),
  images([4, 3], 'pixelcnn', { blocks: 2, firstKernel: 7, kernel: 5, outputFeatures: 4 }),
  images([3, 3, 3], 'pixelcnn', { blocks: 2 }),
  images([3, 3], 'pixelcnn', { blocks: 0 }),
  images([3, 3], 'pixelcnn', { blocks: 2 }, 3),
];

function signals(time: number, options: Readonly<Record<string, unknown>>, context: number = 0): Discrete {
  const model = { type: 'wavenet', levels: 4, features: 4, dilations: [1, 2], ...filled, ...options };
  const name = `wavenet ${JSON.stringify(options)} on [${time}]${context > 0 ? ', given a context' : ''}`;
  return { name, event: [time], context, levels: model.levels, model };
}

const waveNets = [
  signals(8, { stacks: 2 }),
  signals(6, { kernel: 3, skipFeatures: 3, outputFeatures: 5 }),
  signals(5, { input: 'one-hot' }),
  signals(5, { levels: 2 }),
  signals(7, mixture),
  signals(6, { ...mixture, components: 1 }, 2),
  signals(7, { local: { features: 2, hop: 3 } }, 8),
  signals(4, { local: { features: 1, hop: 2 }, input: 'one-hot' }, 2),
  signals(1, {}),
];

function dequantized(event: Shape, options: Readonly<Record<string, unknown>>, context: number = 0): Discrete {
  const first = {
    type: 'variational-dequantize',
    levels: 5,
    conditioner: { type: 'glow-network', hidden: 4 },
    ...options,
  };
  const layers = [first, { type: 'scale' }, { type: 'shift', value: -0.5, trainable: false }];
  const name = `${JSON.stringify(options)} on [${event.join(', ')}]${context > 0 ? ', given a context' : ''}`;
  return { name, event, context, levels: first.levels, model: { type: 'flow', layers } as ModelSpec['model'] };
}

const dequantizers = [
  dequantized([4, 2, 1], { steps: 2 }),
  dequantized([3, 2, 2], { steps: 3, levels: 256 }),
  dequantized([3, 3, 1], { steps: 2 }),
  dequantized(
    [2, 2, 3],
    { conditioner: { type: 'glow-network', hidden: 4, padding: 'edge-channel', context: true } },
    2,
  ),
  dequantized([4], { steps: 2 }),
];

/** Levels and contexts of three examples. */
function given({ name, event, context, levels }: Discrete): {
  x: Float64Array[];
  contexts: (Float64Array | undefined)[];
} {
  const random = new Random(name);
  const examples = [0, 1, 2];
  return {
    x: examples.map(() => Float64Array.from({ length: sizeOf(event) }, () => random.integer(levels))),
    contexts: examples.map(() => (context === 0 ? undefined : Float64Array.from(random.normals(context)))),
  };
}

async function packedOf({ name, event, context, model }: Discrete): Promise<PackedModel> {
  return randomOf(name, { event, context, model });
}

await tf.setBackend('cpu');
const prepared = await Promise.all(
  [...imageModels, ...waveNets].map(async (each) => ({ ...each, packed: await packedOf(each) })),
);
const noisy = await Promise.all(dequantizers.map(async (each) => ({ ...each, packed: await packedOf(each) })));

describe('the float64 reference of discrete data', () => {
  it.each([
    images([2, 2], 'gated-pixelcnn', { layers: 3, levels: 3 }),
    images([1, 2, 3], 'gated-pixelcnn', { layers: 2, levels: 3 }),
    images([1, 2, 2], 'gated-pixelcnn', { layers: 2, ...mixture, levels: 4, colors: 'linear' }),
    images([2, 2], 'pixelcnn', { blocks: 2, levels: 3 }),
    images([2, 1, 2], 'pixelcnn', { blocks: 1, levels: 3 }),
    signals(4, { levels: 3 }),
    signals(3, { ...mixture, input: 'one-hot' }),
  ])('sums to one over all data: $name', async ({ name, event, levels, model }) => {
    const packed = await randomOf(name, { event, model });
    const reference = readModel(packed.spec, packed.weights);
    const size = sizeOf(event);
    let sum = 0;
    for (let index = 0; index < levels ** size; index++) {
      const digit = (i: number): number => Math.floor(index / levels ** i) % levels;
      sum += Math.exp(reference.logProb(Float64Array.from({ length: size }, (_, i) => digit(i))));
    }
    expect(Math.abs(sum - 1)).toBeLessThan(1e-12);
  });

  it.each(noisy)('gives variational noise the density of its own derivatives: $name', (each) => {
    const { event, packed } = each;
    const { x, contexts } = given(each);
    const model = packed.spec.model as unknown as { readonly layers: readonly never[] };
    const site = { dataShape: event, weights: Weights.parse(packed.weights).under('layers.0') };
    const map = variationalDequantization(model.layers[0]!, site);
    for (const [i, levels] of x.entries()) {
      const noise = Float64Array.from(new Random(i).logistics(levels.length));
      const { value, logDet } = map(levels, noise, contexts[i]);
      const slope = numericLogDet((from) => map(levels, from, contexts[i]).value, noise);
      const logDensity = noise.reduce((sum, v) => sum - v - 2 * Math.log1p(Math.exp(-v)), 0);
      expect(Math.abs(logDet - (slope - logDensity))).toBeLessThan(1e-5);
      value.forEach((z, j) => expect(Math.floor(z * each.levels)).toBe(levels[j]));
    }
  });
});

// The largest deviations when this was written, nats: 2.1e-6 for models of images and signals, 5.3e-6 for dequantization, on both.
describe.each(['cpu', 'wasm'])('tfjs on %s agrees with the float64 reference of discrete data', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(prepared)('$name', async (each) => {
    const { event, packed } = each;
    const { x, contexts } = given(each);
    const reference = readModel(packed.spec, packed.weights);
    const model = await unpack<Model>(packed);
    try {
      const found = untracked(() => numbers(model.logProb(toTensor(x, event), toContext(contexts))));
      const expected = x.map((levels, i) =>
        reference.type === 'flow' ? Number.NaN : reference.logProb(levels, contexts[i]),
      );
      expect(furthest(found, expected)).toBeLessThan(1e-5);
    } finally {
      model.dispose();
    }
  });

  it.each(noisy)('variational dequantization $name', async (each) => {
    const { x, contexts } = given(each);
    const model = await unpack<FlowModel>(each.packed);
    try {
      const { found, expected } = densities(model, readFlow(each.packed.spec, each.packed.weights), x, contexts);
      expect(furthest(found, expected)).toBeLessThan(1e-4);
    } finally {
      model.dispose();
    }
  });
});
