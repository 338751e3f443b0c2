import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { affineFlow, banana, bentFlow, gaussian } from '../../test/variational-models.ts';
import type { Flow } from '../composition/index.ts';
import { FlatParameters } from '../training/flat-parameters.ts';
import { estimators, type Estimator, type EstimatorInput } from './estimators.ts';

function gradientOf(
  estimator: Estimator,
  flow: Flow,
  options: Partial<EstimatorInput> = {},
): { readonly loss: number; readonly gradient: number[] } {
  return tf.tidy(() => {
    const parameters = new FlatParameters(flow.variables);
    const input = { flow, logDensity: gaussian.logDensity, parameters, samples: 64, seed: 1, beta: 1, ...options };
    const { value, gradient } = estimators[estimator](input);
    return { loss: value.dataSync()[0]!, gradient: [...gradient.dataSync()] };
  });
}

const lengthOf = (vector: readonly number[]): number => Math.hypot(...vector);

describe.each(['cpu', 'wasm'])('the estimators of reverse KL on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it('path has no variance at the optimum, total has', () => {
    const flow = affineFlow({ shift: gaussian.mean, scale: gaussian.scale });
    for (const seed of [1, 2, 3]) {
      expect(lengthOf(gradientOf('path', flow, { seed }).gradient)).toBeLessThan(1e-5);
      expect(lengthOf(gradientOf('total', flow, { seed }).gradient)).toBeGreaterThan(0.03);
    }
    flow.dispose();
  });

  it('total is the derivative of the loss, by differences', () => {
    const flow = bentFlow();
    const { gradient } = gradientOf('total', flow, { logDensity: banana, beta: 0.3 });
    const parameters = new FlatParameters(flow.variables);
    const start = parameters.read().dataSync<'float32'>().slice();
    const step = 1e-2;
    gradient.forEach((derivative, index) => {
      const [above, below] = [step, -step].map((by) => {
        parameters.writeValues(start.map((value, at) => (at === index ? value + by : value)));
        return gradientOf('total', flow, { logDensity: banana, beta: 0.3 }).loss;
      });
      expect(derivative).toBeCloseTo((above! - below!) / (2 * step), 2);
    });
    flow.dispose();
  });

  it('both have the same loss, and the same expectation away from the optimum', () => {
    const flow = affineFlow({ shift: [0.5, -1], scale: [0.8, 1.5] });
    const seeds = Array.from({ length: 40 }, (_, seed) => seed);
    const differences = seeds.map((seed) => {
      const [total, path] = (['total', 'path'] as const).map((name) =>
        gradientOf(name, flow, { seed, samples: 200, beta: 0.7 }),
      );
      expect(path!.loss).toBeCloseTo(total!.loss, 4);
      return total!.gradient.map((value, index) => value - path!.gradient[index]!);
    });
    for (const index of [0, 1, 2, 3]) {
      const column = differences.map((row) => row[index]!);
      const mean = column.reduce((a, b) => a + b) / column.length;
      const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (column.length - 1));
      expect(deviation).toBeGreaterThan(0.01);
      expect(Math.abs(mean)).toBeLessThan((4 * deviation) / Math.sqrt(column.length));
    }
    flow.dispose();
  });
});
