import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, leaked } from '../../test/numeric.ts';
import { activationOf, type ActivationName } from './activations.ts';

const points = [-30, -3, -0.7, -0.1, 0.2, 1.1, 4, 30];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The normal distribution function by Simpson's rule, an oracle that shares nothing with the implementation. */
function normalDistribution(x: number): number {
  const steps = 2000;
  const width = x / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-0.5 * (i * width) ** 2);
  }
  return 0.5 + (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}

const formulas: [ActivationName, (x: number) => number][] = [
  ['relu', (x) => Math.max(x, 0)],
  ['elu', (x) => (x > 0 ? x : Math.expm1(x))],
  ['tanh', Math.tanh],
  ['silu', (x) => x * sigmoid(x)],
  ['gelu', (x) => x * normalDistribution(x)],
  ['leaky-relu', (x) => (x > 0 ? x : 0.2 * x)],
  ['sigmoid', sigmoid],
  ['softplus', (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
  ['linear', (x) => x],
];

describe.each(BACKENDS)('activations on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it.each(formulas)('%s follows its formula, and its gradient the derivative', (name, formula) => {
    const activation = activationOf({ activation: name, slope: 0.2 });
    const x = tf.tensor1d(points);
    const y = activation(x).dataSync();
    const dx = tf
      .grad((input: tf.Tensor) => activation(input))(x)
      .dataSync();
    points.forEach((point, i) => {
      const derivative = (formula(point + 1e-4) - formula(point - 1e-4)) / 2e-4;
      expect(y[i], `value at ${point}`).toBeCloseTo(formula(point), 5);
      expect(dx[i], `slope at ${point}`).toBeCloseTo(derivative, 5);
    });
    expect(leaked(() => activation(x).dispose())).toBe(0);
    expect(x.isDisposed).toBe(false);
  });
});
