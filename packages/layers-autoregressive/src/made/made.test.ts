import { createRegistry, loadWeights, packWeights, type Conditioner } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { made64 } from '../../test/made64.ts';
import { madeOf, normalRows, scatter } from '../../test/masked-parameters.ts';
import { autoregressive } from '../plugin.ts';
import type { Made } from './made.ts';

const registry = createRegistry().use(autoregressive);

interface Site {
  readonly size: number;
  readonly parameters?: number;
  readonly contextSize?: number;
  readonly seed?: number;
}

function build(config: object, { size, parameters = 2, contextSize = 0, seed = 0 }: Site): Made {
  const shapes = { inputShape: [size], outputShape: [size * parameters], contextSize, seed, path: 'made' };
  return madeOf(registry.conditioner({ type: 'made', ...config }, shapes) satisfies Conditioner);
}

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('a masked network on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each([
    [1, 0, { hidden: [4], order: 'natural' }],
    [2, 0, { hidden: [5], order: 'reversed' }],
    [5, 0, { hidden: [9, 7], order: [3, 0, 4, 1, 2] }],
    [5, 3, { hidden: [9, 7], order: 'random', degrees: 'random' }],
    [1, 2, { hidden: [4], order: 'natural' }],
    [64, 0, { hidden: [70], order: 'random', degrees: 'random' }],
  ])('is the network of the paper: D = %i, context %i, %j', (size, contextSize, config) => {
    const made = build({ ...config, activation: 'tanh' }, { size, contextSize });
    scatter(made);
    const reference = made64(made);
    const x = normalRows(3, [size]);
    const context = contextSize > 0 ? normalRows(3, [contextSize], 'context') : undefined;
    const found = made.apply(x, context).arraySync() as number[][];
    const rows = x.arraySync() as number[][];
    const contexts = (context?.arraySync() ?? []) as number[][];
    rows.forEach((row, k) => {
      // Feature-major: the parameters of a feature side by side.
      const expected = reference.apply(row, contexts[k]).flat();
      expected.forEach((value, j) => expect(found[k]![j]).toBeCloseTo(value, 4));
    });
    made.dispose();
  });

  it.each([
    [{ hidden: [8, 8] }],
    [{ hidden: [8, 8], degrees: 'random', order: 'random' }],
    [{ hidden: [8, 8], blocks: 'residual' }],
    [{ hidden: [8], blocks: 'residual-preactivation', direct: true }],
    [{ hidden: [2], direct: true, order: [4, 2, 0, 1, 3] }],
    [{ hidden: [] }],
  ])('depends on what comes before, on all of it, and on nothing else: %j', (config) => {
    const made = build({ ...config, activation: 'tanh' }, { size: 5, parameters: 3 });
    scatter(made);
    const { levels } = made.dependence;
    const x = normalRows(1, [5]);
    for (let i = 0; i < 5; i++) {
      for (let p = 0; p < 3; p++) {
        const output = (u: tf.Tensor): tf.Tensor =>
          tf.sum(tf.add(tf.slice(made.apply(u), [0, 3 * i + p], [1, 1]), tf.mul(tf.sum(u), 0)));
        const slopes = tf.grad(output)(x).dataSync();
        slopes.forEach((slope, j) => expect(slope !== 0, `${i}.${p} on ${j}`).toBe(levels[j]! < levels[i]!));
      }
    }
    made.dispose();
  });

  it.each([[[[], [0], [0], [1, 2], [0, 3]]], [[[1, 2], [], [], [], [3, 1]]], [[[], [], [0, 1], [0, 1], [0, 1]]]])(
    'depends on the parents of a graph, on all of them, and on nothing else: %j',
    (parents) => {
      const made = build({ hidden: [10, 10], activation: 'tanh', order: { parents } }, { size: 5, parameters: 1 });
      scatter(made);
      const x = normalRows(1, [5]);
      for (let i = 0; i < 5; i++) {
        const output = (u: tf.Tensor): tf.Tensor => tf.sum(tf.slice(made.apply(u), [0, i], [1, 1]));
        const slopes = tf.grad(output)(x).dataSync();
        slopes.forEach((slope, j) => expect(slope !== 0, `${i} on ${j}`).toBe(parents[i]!.includes(j)));
      }
      for (const degrees of made.degrees) expect(new Set(degrees).size).toBe(made.dependence.classes - 1);
      made.dispose();
    },
  );

  it.each([
    [{ context: 'add' }],
    [{ context: 'add-activated' }],
    [{ context: 'glu' }],
    [{ context: 'glu', blocks: 'residual-preactivation' }],
    [{ context: 'add', degrees: 'random', order: 'random' }],
    [{ context: 'add', hidden: [] }],
  ])('lets the context reach everything: %j', (config) => {
    const made = build({ hidden: [9], activation: 'tanh', ...config }, { size: 4, parameters: 2, contextSize: 3 });
    scatter(made);
    const [x, context] = [normalRows(1, [4]), normalRows(1, [3], 'context')];
    for (let output = 0; output < 8; output++) {
      const slopes = tf.grad((c: tf.Tensor) => tf.sum(tf.slice(made.apply(x, c), [0, output], [1, 1])))(context);
      slopes.dataSync().forEach((slope, k) => expect(slope, `${output} on ${k}`).not.toBe(0));
    }
    made.dispose();
  });

  it('masks gradients, not products', () => {
    const made = build({ hidden: [6, 6], activation: 'tanh' }, { size: 3 });
    scatter(made);
    const weights = [...made.maskedLayers].map(([name]) => made.variables.get(`${name}.weight`)!);
    const { grads } = tf.variableGrads(() => tf.sum(tf.square(made.apply(normalRows(4, [3])))), weights);
    for (const [name, { mask }] of made.maskedLayers) {
      const gradient = grads[made.variables.get(`${name}.weight`)!.name]!.dataSync();
      gradient.forEach((slope, index) => expect(slope !== 0, `${name}[${index}]`).toBe(mask[index] === 1));
    }
    // A weight that should be zero and is not acts: nothing multiplies by the mask.
    const before = made.apply(tf.ones([1, 3])).arraySync();
    const [first] = weights;
    first!.assign(tf.ones(first!.shape));
    expect(made.apply(tf.ones([1, 3])).arraySync()).not.toEqual(before);
    made.dispose();
  });

  it.each([
    ['Adam', () => tf.train.adam(0.1)],
    ['momentum', () => tf.train.momentum(0.1, 0.9)],
    ['Adagrad', () => tf.train.adagrad(0.1)],
    ['RMSProp', () => tf.train.rmsprop(0.01, 0.9, 0.5)],
  ])('stays masked under %s and weight decay', (_name, create) => {
    const made = build({ hidden: [6], activation: 'tanh' }, { size: 3 });
    const variables = [...made.variables.values()];
    const optimizer = create();
    for (let step = 0; step < 5; step++) {
      optimizer.minimize(() => tf.sum(tf.square(tf.sub(made.apply(normalRows(4, [3], step)), 1))), false, variables);
      for (const variable of variables) tf.tidy(() => variable.assign(tf.mul(variable, 0.99)));
    }
    for (const layer of made.maskedLayers.values()) {
      const values = layer.weight.dataSync();
      expect(values.some((value) => value !== 0)).toBe(true);
      values.forEach((value, index) => {
        if (layer.mask[index] === 0) expect(Math.abs(value)).toBe(0);
      });
    }
    made.dispose();
    optimizer.dispose();
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    const made = build({ hidden: [8], blocks: 'residual', dropout: 0.2, direct: true }, { size: 3, contextSize: 2 });
    const inputs = [normalRows(4, [3]), normalRows(4, [2])] as const;
    tf.dispose([made.apply(...inputs), ...inputs]);
    made.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('degrees', () => {
  it.each([
    [5, 0, 4, 'sequential'],
    [5, 0, 13, 'sequential'],
    [5, 2, 7, 'random'],
    [64, 0, 63, 'random'],
    [64, 1, 64, 'sequential'],
    [64, 0, 100, 'sequential'],
  ])('all occur in every hidden layer: D = %i, context %i, width %i, %s', (size, contextSize, width, degrees) => {
    const made = build({ hidden: [width, width + 1], degrees }, { size, contextSize });
    const lowest = contextSize > 0 ? 0 : 1;
    const all = Array.from({ length: size - lowest }, (_, i) => i + lowest);
    for (const list of made.degrees) {
      expect([...new Set(list)].sort((a, b) => a - b)).toEqual(all);
    }
    made.dispose();
  });

  it('that do not fit are refused', () => {
    expect(() => build({ hidden: [8, 3] }, { size: 6 })).toThrow(
      'made: a hidden layer is too narrow for every dependence to pass (expected at least 5 units, got 3 units). Widen the layer, or set "direct": true',
    );
    expect(() => build({ hidden: [8, 9], blocks: 'residual' }, { size: 6 })).toThrow(
      'made: residual blocks must all have one width (expected equal numbers in "hidden", got [8, 9])',
    );
    expect(() => build({ hidden: [1e9] }, { size: 6 })).toThrow(
      'made: a variable of this layer is too large for memory (expected at most 2 GiB, got 22.4 GiB for [6, 1000000000]). Make the layer narrower',
    );
    expect(() => build({ hidden: [1e5], blocks: 'residual' }, { size: 6 })).toThrow('37.3 GiB for [100000, 100000]');
    const outputs = { inputShape: [3], outputShape: [4], path: 'made' };
    expect(() => registry.conditioner({ type: 'made' }, outputs)).toThrow(
      'made: a masked network gives every feature the same number of parameters (expected a multiple of the 3 features, at least one of each, got 4 outputs)',
    );
  });
});

describe('saved weights', () => {
  it('bring the order and the degrees that the seed chose', async () => {
    const [made, other] = [1, 2].map((seed) =>
      build({ hidden: [9], order: 'random', degrees: 'random', activation: 'tanh' }, { size: 6, seed }),
    ) as [Made, Made];
    scatter(made);
    loadWeights(other, await packWeights(made));
    expect(other.degrees).toEqual(made.degrees);
    expect(other.dependence.saved).toEqual(made.dependence.saved);
    const x = normalRows(2, [6]);
    expect(other.apply(x).arraySync()).toEqual(made.apply(x).arraySync());
    const masks = (each: Made): Uint8Array[] => [...each.maskedLayers.values()].map(({ mask }) => mask);
    expect(masks(other)).toEqual(masks(made));
    made.dispose();
    other.dispose();
  });

  it('of another order or graph are refused', async () => {
    const natural = build({ hidden: [9] }, { size: 3 });
    const reversed = build({ hidden: [9], order: 'reversed' }, { size: 3 });
    const bytes = await packWeights(natural);
    expect(() => loadWeights(reversed, bytes)).toThrow(
      'made (made): the weights were trained with another order (expected [2, 1, 0], got [0, 1, 2]). Set "order" in the spec to what the weights were trained with',
    );
    const chain = build({ hidden: [9], order: { parents: [[], [0], [1]] } }, { size: 3 });
    const fork = build({ hidden: [9], order: { parents: [[], [0], [0]] } }, { size: 3 });
    const saved = await packWeights(chain);
    expect(() => loadWeights(fork, saved)).toThrow('made (made): the weights were trained with another graph');
    for (const made of [natural, reversed, chain, fork]) made.dispose();
  });

  it('that violate the mask are refused', async () => {
    const [made, other] = [build({ hidden: [4] }, { size: 3 }), build({ hidden: [4] }, { size: 3 })];
    const weight = made.variables.get('layers.0.weight')!;
    weight.assign(tf.ones([3, 4]));
    const bytes = await packWeights(made);
    const kept = await packWeights(other);
    expect(() => loadWeights(other, bytes)).toThrow(
      'made.layers.0.weight: the loaded weight is not zero where its mask is (expected 0 at [1, 0], got 1). Multiply imported weights by their masks',
    );
    // A refused load leaves the model as it was.
    expect(await packWeights(other)).toEqual(kept);
    made.dispose();
    other.dispose();
  });

  it('with degrees that no feature has are refused', async () => {
    const [made, other] = [build({ hidden: [4] }, { size: 3 }), build({ hidden: [4] }, { size: 3 })];
    made.state.get('degrees.0')!.assign(tf.tensor1d([1, 2, 3, 1], 'int32'));
    const bytes = await packWeights(made);
    expect(() => loadWeights(other, bytes)).toThrow(
      'made (made), degrees.0: the saved degrees do not fit the features (expected 0 to 2, got 3)',
    );
    made.dispose();
    other.dispose();
  });
});
