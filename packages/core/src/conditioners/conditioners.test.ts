import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, expectClose, leaked, normal } from '../../test/numeric.ts';
import { drawVariables } from '../../test/part-checks.ts';
import { evaluationMode, trainingMode } from '../contracts/mode.ts';
import type { Conditioner } from '../contracts/conditioner.ts';
import type { Shape } from '../contracts/shape.ts';
import type { PartConfig } from '../registry/plugin.ts';
import { createRegistry } from '../registry/registry.ts';

interface Case {
  readonly name: string;
  readonly config: PartConfig & Record<string, unknown>;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly contextSize?: number;
}

// Smooth nonlinearities, so that finite differences meet no kink; the others are checked one by one beside them.
const cases: Case[] = [
  { name: 'mlp', config: { type: 'mlp', hidden: [5, 4], activation: 'tanh' }, inputShape: [3], outputShape: [4] },
  { name: 'mlp, affine', config: { type: 'mlp', hidden: [] }, inputShape: [3], outputShape: [2] },
  { name: 'mlp, no input', config: { type: 'mlp', hidden: [3], activation: 'elu' }, inputShape: [0], outputShape: [2] },
  { name: 'mlp, no input, affine', config: { type: 'mlp', hidden: [] }, inputShape: [0], outputShape: [2] },
  {
    name: 'mlp, images',
    config: { type: 'mlp', hidden: [4], activation: 'silu', dropout: 0.4 },
    inputShape: [2, 3, 1],
    outputShape: [2, 3, 2],
  },
  ...['concat', 'add', 'add-activated', 'glu'].map((context) => ({
    name: `mlp, context ${context}`,
    config: { type: 'mlp', hidden: [4, 3], activation: 'gelu', context },
    inputShape: [2],
    outputShape: [3],
    contextSize: 2,
  })),
  ...['concat', 'add', 'add-activated', 'glu'].map((context) => ({
    name: `mlp, affine, no input, context ${context}`,
    config: { type: 'mlp', hidden: [], context, activation: 'sigmoid' },
    inputShape: [0],
    outputShape: [3],
    contextSize: 2,
  })),
  {
    name: 'mlp, output options',
    config: {
      type: 'mlp',
      hidden: [3],
      activation: 'softplus',
      outputGain: 0.5,
      outputLogScale: 3,
      outputOffset: [0, 0],
    },
    inputShape: [2],
    outputShape: [4],
  },
  {
    name: 'resnet',
    config: { type: 'resnet', hidden: 4, blocks: 2, activation: 'tanh', dropout: 0.3 },
    inputShape: [3],
    outputShape: [4],
  },
  {
    name: 'resnet, no input',
    config: { type: 'resnet', hidden: 3, blocks: 1, activation: 'elu' },
    inputShape: [0],
    outputShape: [2],
    contextSize: 1,
  },
  {
    name: 'resnet, nonlinearity after the sum',
    config: { type: 'resnet', hidden: 3, blocks: 1, activation: 'tanh', preactivation: false },
    inputShape: [3],
    outputShape: [2],
  },
  {
    name: 'resnet, no blocks',
    config: { type: 'resnet', hidden: 3, blocks: 0, activation: 'tanh' },
    inputShape: [3],
    outputShape: [2],
  },
  ...['concat-glu', 'concat', 'add', 'add-activated', 'glu'].map((context) => ({
    name: `resnet, context ${context}`,
    config: { type: 'resnet', hidden: 3, blocks: 1, activation: 'silu', context },
    inputShape: [2],
    outputShape: [3],
    contextSize: 2,
  })),
  {
    name: 'convnet',
    config: { type: 'convnet', hidden: 3, blocks: 1, activation: 'tanh', dropout: 0.3 },
    inputShape: [3, 4, 1],
    outputShape: [3, 4, 2],
    contextSize: 2,
  },
  {
    name: 'convnet, skip sums, plain weights',
    config: { type: 'convnet', hidden: 2, blocks: 2, skip: 'sum', weightNormalization: false, activation: 'tanh' },
    inputShape: [3, 3, 2],
    outputShape: [3, 3, 4],
  },
  {
    name: 'convnet, plain stack',
    config: { type: 'convnet', hidden: 3, blocks: 0, kernels: [3, 1, 3], activation: 'tanh', outputLogScale: 3 },
    inputShape: [3, 2, 1],
    outputShape: [3, 2, 2],
  },
  {
    name: 'convnet, no channels',
    config: { type: 'convnet', hidden: 2, blocks: 0, kernels: [1, 1, 1], activation: 'tanh' },
    inputShape: [2, 2, 0],
    outputShape: [2, 2, 1],
  },
  {
    name: 'separate',
    config: {
      type: 'separate',
      networks: [
        { conditioner: { type: 'mlp', hidden: [3], activation: 'elu' } },
        { conditioner: { type: 'resnet', hidden: 3, blocks: 1, activation: 'tanh' }, parameters: 2 },
      ],
    },
    inputShape: [2],
    outputShape: [6],
    contextSize: 1,
  },
];

const registry = createRegistry();

function build({ config, inputShape, outputShape, contextSize = 0 }: Case, seed = 1): Conditioner {
  return registry.conditioner(config, { inputShape, outputShape, contextSize, seed });
}

function inputs({ inputShape, contextSize = 0 }: Case, batch = 3): [tf.Tensor, tf.Tensor?] {
  const x = normal([batch, ...inputShape], 'x');
  return contextSize === 0 ? [x] : [x, normal([batch, contextSize], 'context')];
}

describe.each(BACKENDS)('conditioners on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  describe.each(cases)('$name', (test) => {
    it('starts at zero, in the shape asked for', () => {
      const conditioner = build(test);
      const y = conditioner.apply(...inputs(test, 2));
      expect(y.shape).toEqual([2, ...test.outputShape]);
      expect(Array.from(y.dataSync()).every((value) => value === 0)).toBe(true);
      expect(conditioner.apply(...inputs(test, 1)).shape).toEqual([1, ...test.outputShape]);
      conditioner.dispose();
    });

    it('answers every row by itself, and to its context', () => {
      const conditioner = build(test);
      drawVariables(conditioner, 1);
      const [x, context] = inputs(test);
      const y = conditioner.apply(x, context);
      const row = (tensor: tf.Tensor): tf.Tensor =>
        tf.slice(tensor, [1, ...tensor.shape.slice(1).map(() => 0)], [1, ...tensor.shape.slice(1)]);
      expectClose(conditioner.apply(row(x), context && row(context)), row(y), 1e-5);
      if (context === undefined) return;
      const other = conditioner.apply(x, tf.add(context, 0.5));
      const changed = Array.from(tf.abs(tf.sub(other, y)).dataSync());
      expect(changed.filter((difference) => difference < 1e-6)).toEqual([]);
    });

    it('has the gradients of finite differences in every variable', () => {
      const conditioner = build(test);
      drawVariables(conditioner, 2);
      const [x, context] = inputs(test);
      const weights = normal([3, ...test.outputShape], 'weights');
      const loss = (): tf.Scalar => tf.sum(tf.mul(conditioner.apply(x, context), weights));
      const { grads } = tf.variableGrads(loss, [...conditioner.variables.values()]);
      expect(Object.keys(grads)).toHaveLength(conditioner.variables.size);
      for (const [name, variable] of conditioner.variables) {
        const direction = normal(variable.shape, name);
        const slope = tf.sum(tf.mul(grads[variable.name]!, direction)).dataSync()[0]!;
        const center = tf.clone(variable);
        const at = (step: number): number => {
          variable.assign(tf.add(center, tf.mul(direction, step)));
          return loss().dataSync()[0]!;
        };
        const step = 5e-3;
        // Five points: curvature at parameters of order one would hide small errors of the gradient.
        const difference = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
        variable.assign(center);
        expect(Math.abs(difference - slope), name).toBeLessThan(1e-2 * (1 + Math.abs(slope)));
      }
    });

    it('lets gradients through to what it sees', () => {
      if (test.inputShape.includes(0)) return;
      const conditioner = build(test);
      drawVariables(conditioner, 3);
      const [x, context] = inputs(test);
      const dx = tf.grad((input: tf.Tensor) => conditioner.apply(input, context))(x);
      expect(Array.from(dx.dataSync()).filter((value) => value === 0 || !Number.isFinite(value))).toEqual([]);
    });

    it('leaves nothing behind', () => {
      const args = inputs(test);
      expect(leaked(() => build(test).dispose())).toBe(0);
      const conditioner = build(test);
      conditioner.setMode(trainingMode(1));
      expect(leaked(() => conditioner.apply(...args).dispose())).toBe(0);
      const loss = (): tf.Scalar => tf.sum(conditioner.apply(...args));
      const step = (): void => tf.dispose(tf.variableGrads(loss, [...conditioner.variables.values()]) as {});
      expect(leaked(step)).toBe(0);
      expect(args[0].isDisposed).toBe(false);
    });
  });

  it.each(cases.filter(({ config }) => 'dropout' in config))('$name: dropout is noise of the mode', (test) => {
    const conditioner = build(test);
    drawVariables(conditioner, 4);
    const run = (): number[] => Array.from(conditioner.apply(...inputs(test, 8)).dataSync());
    const evaluated = run();
    conditioner.setMode(trainingMode(1));
    const trained = run();
    expect(trained).not.toEqual(evaluated);
    expect(run()).toEqual(trained);
    conditioner.setMode(trainingMode(2));
    expect(run()).not.toEqual(trained);
    conditioner.setMode(evaluationMode(5));
    expect(run()).toEqual(evaluated);
  });
});

describe('conditioners', () => {
  it.each(cases)('$name draws the same initial weights on every backend', async (test) => {
    const drawn: [string, number[]][][] = [];
    for (const backend of BACKENDS) {
      await tf.setBackend(backend);
      const conditioner = build(test, 7);
      drawn.push([...conditioner.variables].map(([name, variable]) => [name, Array.from(variable.dataSync())]));
      conditioner.dispose();
    }
    expect(drawn[0]).toEqual(drawn[1]);
  });

  it('starts elsewhere when asked to', () => {
    const start = (extra: Record<string, unknown>): number[] => {
      const config = { type: 'mlp', hidden: [4], ...extra };
      const test = { name: '', config, inputShape: [2], outputShape: [4] };
      return Array.from(
        build(test)
          .apply(tf.ones([1, 2]))
          .dataSync(),
      );
    };
    const largest = (values: number[]): number => Math.max(...values.map(Math.abs));
    expect(start({ outputOffset: [1, -2] })).toEqual([1, -2, 1, -2]);
    expect(largest(start({ lastLayer: { initialization: 'uniform', scale: 1e-4 } }))).toBeLessThan(1e-3);
    expect(largest(start({ lastLayer: { initialization: 'normal' } }))).toBeGreaterThan(0);
    expect(largest(start({ lastLayer: { initialization: 'default' } }))).toBeGreaterThan(0.05);
  });

  it('separate interleaves its networks feature by feature', () => {
    const network = (outputOffset: number[]): Record<string, unknown> => ({
      conditioner: { type: 'mlp', hidden: [], outputOffset },
      parameters: outputOffset.length,
    });
    const config = { type: 'separate', networks: [network([1]), network([2, 3])] };
    const y = build({ name: '', config, inputShape: [2, 1], outputShape: [2, 6] }).apply(tf.zeros([1, 2, 1]));
    expect(Array.from(y.dataSync())).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });
});
