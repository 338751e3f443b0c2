import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbers, useAccelerated } from '../../test/compare.ts';
import { restore } from '../index.ts';
import { FlatAdam, FlatAdamax, type FlatAdamOptions } from './flat-adam.ts';

beforeAll(useAccelerated);
afterAll(restore);

const SHAPES = [[3, 5], [7], [], [2, 1, 3], [64]] as const;
const settings = { learningRate: 0.05, beta1: 0.8, beta2: 0.97, epsilon: 1e-3, weightDecay: 0.1 };

/** The update rules as their papers write them, one number at a time, in float64. */
function reference(kind: 'adam' | 'adamax', start: number, gradients: readonly number[]): number {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = settings;
  let [theta, m, v] = [start, 0, 0];
  gradients.forEach((g, index) => {
    const t = index + 1;
    m = beta1 * m + (1 - beta1) * g;
    v = kind === 'adam' ? beta2 * v + (1 - beta2) * g * g : Math.max(beta2 * v, Math.abs(g));
    const spread = kind === 'adam' ? Math.sqrt(v / (1 - beta2 ** t)) : v;
    theta = theta * (1 - learningRate * weightDecay) - (learningRate * (m / (1 - beta1 ** t))) / (spread + epsilon);
  });
  return theta;
}

describe.each(['adam', 'adamax'] as const)('%s over one flat vector', (kind) => {
  const make = (options: FlatAdamOptions): FlatAdam =>
    kind === 'adam' ? new FlatAdam(options) : new FlatAdamax(options);

  it('follows its paper for every shape, averages the weights, and keeps no other tensor', () => {
    const before = tf.memory().numTensors;
    const starts = SHAPES.map((shape, i) => numbers(tf.util.sizeFromShape([...shape]), i + 1));
    const variables = starts.map((values, i) => tf.tidy(() => tf.variable(tf.tensor(values, [...SHAPES[i]!]))));
    const optimizer = make({ ...settings, averageDecay: 0.9 });
    const history = starts.map(() => [] as Float32Array[]);
    const seen: number[] = [];
    for (let step = 0; step < 7; step++) {
      const gradients = Object.fromEntries(
        variables.map((variable, i) => {
          const values = numbers(variable.size, 100 * step + i + 9);
          history[i]!.push(values);
          return [variable.name, tf.tensor(values, variable.shape)];
        }),
      );
      optimizer.applyGradients(gradients);
      tf.dispose(gradients);
      seen.push(variables[4]!.dataSync()[63]!);
    }
    variables.forEach((variable, i) => {
      const found = variable.dataSync();
      found.forEach((value, j) => {
        const exact = reference(
          kind,
          starts[i]![j]!,
          history[i]!.map((values) => values[j]!),
        );
        expect(Math.abs(value - exact)).toBeLessThan(2e-6 * Math.max(1, Math.abs(exact)));
      });
    });
    optimizer.useAverage();
    let average = starts[4]![63]!;
    seen.forEach((value, index) => (average += (1 - Math.min(0.9, (index + 2) / (index + 11))) * (value - average)));
    expect(variables[4]!.dataSync()[63]).toBeCloseTo(average, 5);
    optimizer.dispose();
    tf.dispose(variables);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('minimizes like any optimizer of tfjs', () => {
    const x = tf.variable(tf.tensor1d([3, -2]));
    const optimizer = make({ learningRate: 0.1 });
    for (let step = 0; step < 400; step++) optimizer.minimize(() => tf.sum(tf.square(tf.sub(x, [1, 4]))) as tf.Scalar);
    const [first, second] = x.dataSync();
    expect(first).toBeCloseTo(1, 1);
    expect(second).toBeCloseTo(4, 1);
    optimizer.dispose();
    x.dispose();
  });
});

describe('FlatAdam', () => {
  it('says which variable has no gradient any more', () => {
    const [a, b] = [tf.variable(tf.scalar(1), true, 'a'), tf.variable(tf.scalar(2), true, 'b')];
    const optimizer = new FlatAdam();
    const g = tf.scalar(1);
    optimizer.applyGradients({ a: g, b: g });
    expect(() => optimizer.applyGradients({ a: g })).toThrow(
      'every step needs gradients of the variables of the first one: found none for "b"',
    );
    optimizer.dispose();
    tf.dispose([a, b, g]);
  });

  it('says that the kernels are missing', async () => {
    const x = tf.variable(tf.scalar(1));
    restore();
    try {
      expect(() => new FlatAdam().minimize(() => tf.square(x) as tf.Scalar)).toThrow(
        'the kernel AdamStep is not there on the backend wasm: await accelerate() first',
      );
    } finally {
      await useAccelerated();
      x.dispose();
    }
  });
});
