import { createRegistry, trainingMode, type FlowModel, type ModelSpec } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { normalRows, distance } from '../../test/masked-parameters.ts';
import { iafSpec, LOG_PRECISION_HEAD, madeMogSpec, mafSpec, nsfAutoregressiveSpec } from '../index.ts';
import { autoregressive } from '../plugin.ts';

const registry = createRegistry().use(autoregressive);

function build(spec: ModelSpec): FlowModel {
  expect(registry.check(spec)).toEqual([]);
  return registry.build<FlowModel>(spec);
}

const typesOf = (flow: FlowModel): string[] => flow.layers.map(({ type }) => type);
const numbers = (flow: FlowModel): number => [...flow.variables.values()].reduce((sum, { size }) => sum + size, 0);
const ordersOf = (flow: FlowModel): number[][] =>
  [...flow.state].filter(([name]) => name.endsWith('.order')).map(([, order]) => Array.from(order.dataSync()));

describe('the masked autoregressive flow of the paper', () => {
  // Dense parameter counts of MAF (5), before masking, batch normalization included.
  it.each([
    [6, [100], 9_620],
    [6, [100, 100], 60_120],
    [8, [100], 12_660],
    [21, [512, 512], 1_477_540],
    [43, [512], 333_660],
  ])('has the parameters that its architecture gives: D = %i, %j', (size, hidden, expected) => {
    const flow = build(mafSpec({ event: [size], hidden }));
    expect(numbers(flow)).toBe(expected);
    flow.dispose();
  });

  it('reverses the order from layer to layer, and normalizes behind each', () => {
    const flow = build(mafSpec({ event: [3], steps: 3, hidden: [8] }));
    expect(typesOf(flow)).toEqual(Array.from({ length: 3 }, () => ['maf', 'batch-normalization']).flat());
    expect(ordersOf(flow)).toEqual([
      [0, 1, 2],
      [2, 1, 0],
      [0, 1, 2],
    ]);
    flow.dispose();
    const random = build(mafSpec({ event: [9], steps: 3, orders: 'random', batchNormalization: false }));
    expect(typesOf(random)).toEqual(['maf', 'maf', 'maf']);
    expect(new Set(ordersOf(random).map(String)).size).toBe(3);
    random.dispose();
  });

  it('has a head of mean and log-precision', () => {
    const transformer = registry.transformer(LOG_PRECISION_HEAD, { eventShape: [1] });
    const { value, logDerivative } = transformer.inverse(tf.tensor([3]), tf.tensor([[1, 0.6]]));
    expect(value.dataSync()[0]).toBeCloseTo((3 - 1) * Math.exp(0.3), 5);
    expect(logDerivative.dataSync()[0]).toBeCloseTo(0.3, 6);
    transformer.dispose();
  });

  it('scores, draws and has a gradient for every variable', async () => {
    const flow = build(mafSpec({ event: [3], context: 2, hidden: [8], activation: 'tanh', dropout: 0.1 }));
    const [x, context] = [normalRows(16, [3]), normalRows(16, [2])];
    flow.setMode(trainingMode(0));
    const loss = (): tf.Scalar => tf.neg(tf.mean(flow.logProb(x, context)));
    const { grads } = tf.variableGrads(loss, [...flow.variables.values()]);
    expect(Object.keys(grads)).toHaveLength(flow.variables.size);
    flow.dispose();
    const trained = build(mafSpec({ event: [2], hidden: [8], preprocessing: [{ type: 'logit', alpha: 0.05 }] }));
    const samples = await trained.sample(5, { seed: 1 });
    expect(samples.shape).toEqual([5, 2]);
    expect(Array.from(trained.logProb(samples).dataSync()).every(Number.isFinite)).toBe(true);
    trained.dispose();
  });
});

describe('MADE with mixtures', () => {
  it('has the density of one normal distribution where it has one component', () => {
    const flow = build(madeMogSpec({ event: [1], hidden: [4], components: 1 }));
    const layer = flow.layers[0]!;
    const weight = layer.variables.get('conditioner.layers.1.weight')!;
    weight.assign(tf.zerosLike(weight));
    layer.variables.get('conditioner.layers.1.bias')!.assign(tf.tensor1d([0.3, 0.7, 0]));
    const found = flow.logProb(tf.tensor2d([[-1.5], [0.2], [2]])).dataSync();
    [-1.5, 0.2, 2].forEach((x, k) => {
      expect(found[k]).toBeCloseTo(-0.5 * (x - 0.7) ** 2 - 0.5 * Math.log(2 * Math.PI), 4);
    });
    flow.dispose();
  });

  it('has a density of mass 1', () => {
    const flow = build(madeMogSpec({ event: [1], hidden: [4], components: 3 }));
    flow.layers[0]!.variables.get('conditioner.layers.1.bias')!.assign(
      tf.tensor1d([0.3, -0.2, 0.5, 0.4, -0.1, 0.9, 0.2, -0.3, 0.1]),
    );
    const grid = Array.from({ length: 4001 }, (_, i) => -20 + i / 100);
    const mass = tf.sum(tf.exp(flow.logProb(tf.tensor2d(grid, [4001, 1])))).dataSync()[0]! / 100;
    expect(mass).toBeCloseTo(1, 3);
    flow.dispose();
  });

  it('stands behind Gaussian layers in MAF MoG, its order reversed again', () => {
    const flow = build(madeMogSpec({ event: [3], hidden: [8], steps: 5 }));
    expect(typesOf(flow)).toEqual([...Array.from({ length: 5 }, () => ['maf', 'batch-normalization']).flat(), 'maf']);
    expect(ordersOf(flow).at(-1)).toEqual([2, 1, 0]);
    flow.dispose();
    const lone = build(madeMogSpec({ event: [3], hidden: [8], preprocessing: [{ type: 'logit' }] }));
    expect(typesOf(lone)).toEqual(['logit', 'maf']);
    lone.dispose();
  });
});

describe('other stacks', () => {
  it('the inverse flow draws in one pass, gated or affine', () => {
    for (const form of ['gated', 'affine'] as const) {
      const flow = build(iafSpec({ event: [4], context: 3, steps: 2, form }));
      expect(flow.layers.map(({ traits }) => traits.passes)).toEqual([
        { forward: 1, inverse: 4 },
        { forward: 1, inverse: 4 },
      ]);
      expect(ordersOf(flow)).toEqual([
        [0, 1, 2, 3],
        [3, 2, 1, 0],
      ]);
      flow.dispose();
    }
  });

  it('the spline flow has residual networks and starts as the identity', () => {
    const flow = build(nsfAutoregressiveSpec({ event: [5], steps: 2, hidden: 8, blocks: 3, spline: { bins: 5 } }));
    expect([...flow.variables.keys()].filter((name) => /blocks\.\d\.first\.weight/.test(name))).toHaveLength(6);
    const x = normalRows(4, [5]);
    expect(distance(flow.inverse(x).value, x)).toBeLessThan(1e-5);
    flow.dispose();
  });

  it('have at least one layer', () => {
    expect(() => mafSpec({ event: [3], steps: 0 })).toThrow(
      'steps: a stack has one layer or more (expected a positive whole number, got 0)',
    );
  });
});
