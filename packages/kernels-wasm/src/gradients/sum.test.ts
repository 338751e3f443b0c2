import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restore } from '../accelerate.ts';
import { expectClose, numbers, useAccelerated, valuesOf } from '../../test/compare.ts';
import { meanGradient, sumGradient } from './sum.ts';

beforeAll(useAccelerated);
afterAll(restore);

/** The program with our gradient of a kernel in place of the registered one. */
function withGradient(gradient: tf.GradConfig, program: () => tf.Tensor): Float32Array {
  const before = tf.getGradient(gradient.kernelName);
  const use = (config: tf.GradConfig): void => {
    tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(config);
  };
  use(gradient);
  try {
    return valuesOf(program)[0]!.numbers as Float32Array;
  } finally {
    use(before);
  }
}

const cases = [
  { name: 'Sum', gradient: sumGradient(), op: tf.sum },
  { name: 'Mean', gradient: meanGradient(), op: tf.mean },
];

describe.each(cases)('gradient of $name', ({ gradient, op }) => {
  it.each([
    [[], false],
    [[0], false],
    [[1], true],
    [[-1], false],
    [[0, 2], true],
    [[1, 2], false],
    [[0, 1, 2], false],
  ] as const)('is that of tfjs, over axes %j, keepDims %s', (axes, keepDims) => {
    const shape = [3, 4, 5];
    const weights = numbers(60, 4);
    const program = (): tf.Tensor =>
      tf.grad((x) => {
        const reduced = op(x, axes.length === 0 ? undefined : [...axes], keepDims);
        const factors = tf.tensor(weights.slice(0, reduced.size), reduced.shape);
        return tf.sum(tf.mul(tf.square(reduced), factors));
      })(tf.tensor(numbers(60), shape));
    expectClose(withGradient(gradient, program), valuesOf(program)[0]!.numbers, { ulps: 2, absolute: 1e-6 });
  });

  it('is differentiable again', () => {
    const program = (): tf.Tensor =>
      tf.grad((x) => tf.sum(tf.square(tf.grad((z) => tf.sum(tf.square(op(z, 1))))(x))))(tf.tensor(numbers(12), [3, 4]));
    expectClose(withGradient(gradient, program), valuesOf(program)[0]!.numbers, { ulps: 2, absolute: 1e-6 });
  });

  it('leaves the registered gradient in place', () => {
    expect(tf.getGradient(gradient.kernelName)).not.toBe(gradient);
  });
});
