import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../random/random.ts';
import { createOptimizer, type OptimizerSettings } from './optimizer.ts';

const settings: OptimizerSettings = {
  type: 'adam',
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-3,
  weightDecay: 0.2,
};

/** The update rules as their papers write them, one number at a time, in float64. */
function reference(type: 'adam' | 'adamax', gradients: readonly number[], start: number): number {
  const { beta1, beta2, epsilon, weightDecay } = settings;
  let [theta, m, v] = [start, 0, 0];
  gradients.forEach((gradient, index) => {
    const t = index + 1;
    const rate = 0.1 / t;
    theta -= rate * weightDecay * theta;
    m = beta1 * m + (1 - beta1) * gradient;
    const mHat = m / (1 - beta1 ** t);
    if (type === 'adam') {
      v = beta2 * v + (1 - beta2) * gradient ** 2;
      theta -= (rate * mHat) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
    } else {
      v = Math.max(beta2 * v, Math.abs(gradient));
      theta -= (rate * mHat) / (v + epsilon);
    }
  });
  return theta;
}

describe.each(['cpu', 'wasm'])('optimizers on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it.each(['adam', 'adamax'] as const)('%s follows its paper and frees what it made', (type) => {
    const before = tf.memory().numTensors;
    const random = new Random(3);
    const gradients = Array.from({ length: 6 }, () => random.normals(5));
    const start = random.normals(5);
    const optimizer = createOptimizer({ ...settings, type }, 5);
    let parameters = tf.tensor1d(start);
    gradients.forEach((values, index) => {
      const gradient = tf.tensor1d(values);
      const next = optimizer.step(parameters, gradient, { learningRate: 0.1 / (index + 1), iteration: index + 1 });
      tf.dispose([parameters, gradient]);
      parameters = next;
    });
    const found = parameters.dataSync();
    for (let j = 0; j < 5; j++) {
      const own = gradients.map((values) => values[j]!);
      expect(found[j]).toBeCloseTo(reference(type, own, start[j]!), 5);
    }
    parameters.dispose();
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
