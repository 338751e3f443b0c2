import {
  createRegistry,
  evaluate,
  fit,
  type FlowzooError,
  packModel,
  Random,
  trainingMode,
  unpackModel,
  type Model,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageModel, randomLevels, scatter } from '../../test/image-models.ts';
import { autoregressive } from '../plugin.ts';
import type { ImageModel } from './index.ts';

const registry = createRegistry().use(autoregressive);
const build = (model: object, event: readonly number[], context = 0): Model<ImageModel> =>
  registry.build({ format: 'flowzoo/model', version: 1, event, context, model });

const gated = { type: 'gated-pixelcnn', layers: 2, features: 6, firstKernel: 3 } as const;
const plain = { type: 'pixelcnn', blocks: 1, features: 6, firstKernel: 3 } as const;

/** Stripes: rows repeat the first one, whose elements are fair coins. 2 rows of 3: 3 bits in 6 elements. */
function stripes(count: number): tf.Tensor {
  const random = new Random('stripes');
  const rows = Array.from({ length: count }, () => {
    const row = Array.from({ length: 3 }, () => random.integer(2));
    return [row, row];
  });
  return tf.tensor3d(rows);
}

describe.each(['cpu', 'wasm'])('models of images on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  it.each([gated, plain])('$type starts at the uniform distribution', (config) => {
    const model = build({ ...config, levels: 17 }, [3, 3]);
    const x = randomLevels([2, 3, 3], 17);
    const values = tf.tidy(() => model.logProb(x).dataSync());
    for (const value of values) expect(value).toBeCloseTo(-9 * Math.log(17), 3);
    x.dispose();
    model.dispose();
  });

  it.each([gated, plain])('$type saves and loads: the same scores and samples', async (config) => {
    const model = build({ ...config, levels: 4, features: 6 }, [3, 2, 3], 2);
    scatter(model, 1);
    const packed = await packModel(model);
    const loaded = await unpackModel<Model<ImageModel>>(packed, { registry });
    const x = randomLevels([3, 3, 2, 3], 4);
    const context = tf.tensor2d([1, 2, -1, 0.5, 0, 3], [3, 2]);
    const values = (own: ImageModel): Float32Array =>
      tf.tidy(() => own.logProb(x, context).dataSync<'float32'>().slice());
    expect(values(loaded)).toEqual(values(model));
    const [a, b] = [await model.sample(3, { context, seed: 1 }), await loaded.sample(3, { context, seed: 1 })];
    expect(await b.data()).toEqual(await a.data());
    expect(loaded.spec.model).toEqual(model.spec.model);
    expect(loaded.spec.requires).toEqual({ '@flowzoo/layers-autoregressive': '^1.0.0' });
    tf.dispose([x, context, a, b]);
    model.dispose();
    loaded.dispose();
  });

  it('leaves nothing behind, aborted or not', async () => {
    const before = tf.memory().numTensors;
    const model = imageModel({ ...gated, levels: 3, dropout: 0.2 }, { event: [3, 3], contextSize: 1 });
    const context = tf.ones([40, 1]);
    const given = tf.zeros([40, 3, 3]);
    const inside = tf.memory().numTensors;
    for (const method of ['cached', 'full'] as const) {
      (await model.sample(40, { context, method })).dispose();
      const { value } = await model.complete({ given, mask: tf.tidy(() => tf.ones([3, 3])), context, method });
      value.dispose();
      const controller = new AbortController();
      const aborted = model.sample(40, {
        context,
        method,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      await expect(aborted).rejects.toMatchObject({ code: 'E_ABORTED' });
    }
    // The masks of the two completions are the test's own.
    expect(tf.memory().numTensors).toBe(inside + 2);
    model.setMode(trainingMode(1));
    tf.tidy(() => {
      const score = (): tf.Scalar => tf.mean(model.logProb(given, context)) as tf.Scalar;
      tf.variableGrads(score, [...model.variables.values()]);
    });
    expect(tf.memory().numTensors).toBe(inside + 2);
    tf.dispose([context, given]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before + 2);
  });

  it('reports rows of images as they are done', async () => {
    const model = imageModel({ ...gated, levels: 2 }, { event: [3, 2] });
    const seen: string[] = [];
    const drawn = await model.sample(33, { onProgress: ({ done, total }) => seen.push(`${done}/${total}`) });
    expect(seen).toEqual(['32/99', '64/99', '96/99', '97/99', '98/99', '99/99']);
    expect(drawn.shape).toEqual([33, 3, 2]);
    const none = await model.sample(0);
    expect(none.shape).toEqual([0, 3, 2]);
    tf.dispose([drawn, none]);
    model.dispose();
  });

  it('says whether a completion is exact, and keeps what was given', async () => {
    const model = imageModel({ ...gated, levels: 3 }, { event: [2, 2] });
    const given = tf.tensor3d([
      [
        [2, 1],
        [NaN, NaN],
      ],
      [
        [0, NaN],
        [NaN, NaN],
      ],
    ]);
    const beginning = tf.tensor3d([
      [
        [1, 1],
        [0, 0],
      ],
      [
        [1, 0],
        [0, 0],
      ],
    ]);
    const end = tf.tensor2d([
      [0, 1],
      [1, 1],
    ]);
    const first = await model.complete({ given, mask: beginning });
    expect(first.exact).toBe(true);
    const values = await first.value.data();
    expect([values[0], values[1], values[4]]).toEqual([2, 1, 0]);
    const whole = tf.cast(
      tf.tensor3d([
        [
          [2, 1],
          [0, 2],
        ],
      ]),
      'int32',
    );
    const last = await model.complete({ given: whole, mask: end });
    expect(last.exact).toBe(false);
    expect([...(await last.value.data())].slice(1)).toEqual([1, 0, 2]);
    tf.dispose([given, beginning, end, first.value, whole, last.value]);
    model.dispose();
  });

  it('temperature 0 takes the most likely level of each element in turn, whatever the seed', async () => {
    const model = imageModel({ ...gated, levels: 5 }, { event: [2, 3] });
    const [a, b] = [
      await model.sample(2, { seed: 1, temperature: 0 }),
      await model.sample(2, { seed: 9, temperature: 0 }),
    ];
    const values = await a.data();
    expect(values).toEqual(await b.data());
    const parameters = model.headParameters(a);
    const likely = tf.tidy(() => tf.argMax(parameters, 3).dataSync());
    expect([...likely]).toEqual([...values]);
    tf.dispose([a, b, parameters]);
    model.dispose();
  });

  it('takes int32 as the numbers they are', () => {
    const model = imageModel({ ...gated, levels: 5 }, { event: [2, 3] });
    const x = randomLevels([2, 2, 3], 5);
    const same = tf.tidy(() =>
      [model.logProb(x), model.logProb(tf.cast(x, 'int32'))].map((value) => [...value.dataSync()]),
    );
    expect(same[1]).toEqual(same[0]);
    x.dispose();
    model.dispose();
  });
});

describe('training a model of images', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it.each([gated, plain])('$type learns stripes: 0.5 bits per dimension, exact', async (config) => {
    const model = build({ ...config, levels: 2 }, [2, 3]);
    const data = stripes(64);
    await fit(model, data, { steps: 120, batchSize: 64, optimizer: { learningRate: 0.02 }, average: null });
    const { bitsPerDimension, bound } = await evaluate(model, data);
    expect(bound).toBe(false);
    expect(model.levels).toBe(2);
    expect(bitsPerDimension).toBeGreaterThan(0.4);
    expect(bitsPerDimension).toBeLessThan(0.53);
    const drawn = await model.sample(20, { seed: 1 });
    const rows = (await drawn.array()) as number[][][];
    expect(rows.filter(([first, second]) => first!.join() === second!.join()).length).toBeGreaterThan(17);
    tf.dispose([data, drawn]);
    model.dispose();
  });
});

describe('faults of models of images', () => {
  it.each<[string, object, readonly number[], string]>([
    ['a vector', gated, [4], 'is a model of images (expected [height, width] or [height, width, channels], got [4])'],
    [
      'features that colours cannot share',
      { ...gated, features: 8 },
      [4, 4, 3],
      'gated-pixelcnn: "features" is shared among the channels (expected a multiple of 3, got 8)',
    ],
    [
      'output features that colours cannot share',
      { ...plain, outputFeatures: 4 },
      [4, 4, 3],
      'pixelcnn: "outputFeatures" is shared among the channels (expected a multiple of 3, got 4)',
    ],
    [
      'a bernoulli of many levels',
      { ...plain, head: 'bernoulli' },
      [4, 4],
      'pixelcnn: a bernoulli head has two levels (expected "levels": 2, got 256). Use "head": "categorical"',
    ],
    ['an even window', { ...gated, kernel: 4 }, [4, 4], 'kernel: must be one of 1, 3, 5, 7, 9, 11 (got 4)'],
  ])('%s', (_, config, event, message) => {
    const before = tf.memory().numTensors;
    expect(() => build(config, event)).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, number[][], number[] | number[][], string, string]>([
    [
      'another mask shape',
      [[0, 0]],
      [1, 0, 1],
      'E_MASK',
      'the mask has the wrong shape (expected [1, 2] or [1, 1, 2], got [3])',
    ],
    [
      'a mask of halves',
      [[0, 0]],
      [[1, 0.5]],
      'E_MASK',
      'a mask holds only 1 (given) and 0 (to be drawn) (expected 0 or 1, got 0.5 at element 1)',
    ],
    [
      'no level',
      [[0, 3]],
      [[0, 1]],
      'E_OUT_OF_DOMAIN',
      'a given element is no level of the model (expected whole numbers 0 … 2, got 3 in image 0, element 1)',
    ],
  ])('a completion with %s', async (_, values, shown, code, message) => {
    const model = imageModel({ ...gated, levels: 3 }, { event: [1, 2] });
    const [given, mask] = [tf.tensor3d([values]), tf.tensor(shown)];
    const run = model.complete({ given, mask });
    await expect(run).rejects.toThrow(`model (gated-pixelcnn): ${message}`);
    await expect(run).rejects.toMatchObject({ code });
    tf.dispose([given, mask]);
    model.dispose();
  });

  it('a completion of another shape', async () => {
    const model = imageModel({ ...gated, levels: 3 }, { event: [1, 2] });
    const given = tf.zeros([1, 2, 2], 'int32');
    await expect(model.complete({ given, mask: given })).rejects.toThrow(
      'model (gated-pixelcnn): given has the wrong event shape (expected [1, 2], got [2, 2])',
    );
    model.dispose();
    await expect(model.sample(1)).rejects.toMatchObject({ code: 'E_DISPOSED' } satisfies Partial<FlowzooError>);
    given.dispose();
  });
});
