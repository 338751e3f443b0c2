import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../random/random.ts';
import { logisticFamily, normalFamily, type ComponentFamily } from './component-family.ts';
import { mixtureOfArrays } from './mixture-arrays.ts';
import { mixtureForm } from './mixture-form.ts';
import { MixtureKernel } from './mixture-kernel.ts';
import type { MixtureOptions } from './mixture-options.ts';
import { logisticTensors, mixtureOfTensors, normalTensors, type TensorFamily } from './mixture-tensors.ts';
import { logNormalCdf } from './normal-tail.ts';
import { logNormalCdfs, normalQuantiles } from './normal-tensors.ts';

const FAMILIES: Readonly<Record<string, readonly [ComponentFamily, TensorFamily]>> = {
  logistics: [logisticFamily, logisticTensors],
  gaussians: [normalFamily, normalTensors],
};

const CASES: readonly (readonly [string, string, MixtureOptions])[] = [
  ['logistics', 'logistics', { output: 'affine', components: 4 }],
  ['logistics as levels', 'logistics', { output: 'unit', components: 3 }],
  ['one logistic', 'logistics', { output: 'real', components: 1 }],
  ['gaussians', 'gaussians', { output: 'real', components: 4 }],
  ['gaussians with an outer map', 'gaussians', { output: 'affine', components: 2, spread: 0 }],
  ['gaussians as levels', 'gaussians', { output: 'unit', components: 3 }],
  ['log-precisions', 'gaussians', { output: 'real', components: 3, logScale: { gain: -0.5, squash: 'none' } }],
];

const COUNT = 24;

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe('a mixture composed of tensor operations', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it.each(CASES)('is the one of the kernel, gradients included: %s', (_name, kind, options) => {
    const [family, tensors] = FAMILIES[kind]!;
    const form = mixtureForm(options, { output: 'real', family, at: 'test' });
    const kernel = new MixtureKernel(form, family);
    const random = new Random(`tensors ${form.parameterCount}`);
    const raw = tf.tensor(random.normals(COUNT * form.parameterCount), [COUNT, form.parameterCount]);
    const weights = tf.tensor(random.normals(2 * COUNT), [2, COUNT]);
    for (const solve of [false, true]) {
      const line = random.uniforms(COUNT).map((u) => 5 * u - 2.5);
      const input = tf.tensor(solve && form.output === 'unit' ? line.map((v) => 0.5 + v / 6) : line);
      const run = (of: 'arrays' | 'tensors'): number[][] => {
        const total = (x: tf.Tensor, own: tf.Tensor): tf.Tensor => {
          const mapped =
            of === 'arrays'
              ? mixtureOfArrays(kernel, x, own, { solve })
              : mixtureOfTensors(form, tensors, x, own, { solve });
          return tf.sum(tf.mul(tf.stack([mapped.value, mapped.logDerivative]), weights));
        };
        const { value, grads } = tf.valueAndGrads(total as (...args: tf.Tensor[]) => tf.Scalar)([input, raw]);
        return [value, ...grads].map((each) => Array.from(each.dataSync()));
      };
      const [arrays, composed] = [run('arrays'), run('tensors')];
      arrays.forEach((part, index) =>
        part.forEach((each, n) => {
          const other = composed[index]![n]!;
          expect(Math.abs(each - other), `${index} ${n}`).toBeLessThan(2e-3 * (1 + Math.abs(each)));
        }),
      );
    }
  });

  it.each(CASES)('stays finite far out: %s', (_name, kind, options) => {
    const [family, tensors] = FAMILIES[kind]!;
    const form = mixtureForm(options, { output: 'real', family, at: 'test' });
    const raw = tf.tensor(new Random(5).normals(6 * form.parameterCount), [6, form.parameterCount]);
    for (const solve of [false, true]) {
      const ends = solve && form.output === 'unit' ? [0, 1e-6, 0.1, 0.9, 1 - 1e-6, 1] : [-1e4, -30, -1, 1, 30, 1e4];
      const total = (x: tf.Tensor, own: tf.Tensor): tf.Tensor => {
        const mapped = mixtureOfTensors(form, tensors, x, own, { solve });
        return tf.add(tf.sum(mapped.value), tf.sum(mapped.logDerivative));
      };
      const { value, grads } = tf.valueAndGrads(total as (...args: tf.Tensor[]) => tf.Scalar)([tf.tensor(ends), raw]);
      for (const each of [value, ...grads]) expect(Array.from(each.dataSync()).every(Number.isFinite)).toBe(true);
    }
  });
});

describe.each(['cpu', 'wasm'])('the normal distribution by tensor operations on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('has its logarithm and hazard in both tails', () => {
    const u = [-1e4, -100, -10, -3, -1, -0.1, 0, 0.1, 1, 2, 3, 3.5, 5, 10];
    const { value, grad } = { value: logNormalCdfs(tf.tensor(u)), grad: tf.grad(logNormalCdfs)(tf.tensor(u)) };
    u.forEach((each, n) => {
      const exact = logNormalCdf(each);
      expect(Math.abs(value.dataSync()[n]! - exact)).toBeLessThan(1e-6 * Math.abs(exact) + 1e-7);
      const hazard = Math.exp(-0.5 * each * each - 0.5 * Math.log(2 * Math.PI) - exact);
      const expected = each < -30 ? -each : hazard;
      expect(Math.abs(grad.dataSync()[n]! - expected)).toBeLessThan(
        (each < -30 ? 1e-3 : 2e-6) * (1 + Math.abs(expected)),
      );
    });
  });

  it('has its quantile from either logarithm, and leaves nothing behind', () => {
    const z = [-1e4, -40, -8, -1, -1e-3, 0, 0.01, 0.5, 2, 6, 37, 500];
    const [left, right] = [z.map((each) => logNormalCdf(each)), z.map((each) => logNormalCdf(-each))];
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const found = normalQuantiles(tf.tensor(left), tf.tensor(right)).dataSync();
      z.forEach((each, n) => expect(Math.abs(found[n]! - each)).toBeLessThan(1e-6 * (1 + Math.abs(each))));
      const grads = tf.grads((a: tf.Tensor, b: tf.Tensor) => normalQuantiles(a, b))([
        tf.tensor(left),
        tf.tensor(right),
      ]);
      // dz = Φ/φ d log Φ = −(1 − Φ)/φ d log(1 − Φ).
      expect(grads[0]!.dataSync()[3]).toBeCloseTo(0.158655 / 0.241971, 4);
      expect(grads[1]!.dataSync()[3]).toBeCloseTo(0, 6);
      expect(grads[1]!.dataSync()[8]).toBeCloseTo(-0.0227501 / 0.053991, 4);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});
