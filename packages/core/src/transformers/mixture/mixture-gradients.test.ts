import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MixtureOptions } from './mixture-options.ts';
import { CASES, differentiate, drawn, make, type Mixture } from './test-mixtures.ts';

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('gradients and limits of mixtures on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each([1, 10])('have the gradients of finite differences, parameters of order %d', (scale) => {
    for (const [, kind, options] of CASES) {
      for (const direction of ['inverse', 'forward'] as const) {
        expectGradients(make(kind, options), direction, scale, options);
      }
    }
  });

  it.each(CASES)('stay finite far out and at wild parameters: %s', (_name, kind, options) => {
    const mixture = make(kind, options);
    const unit = options.output === 'unit';
    for (const direction of ['forward', 'inverse'] as const) {
      for (const scale of [1, 10, 1e4]) {
        const inputs =
          unit && direction === 'forward' ? [0, 1e-30, 1e-7, 0.5, 1 - 1e-7, 1] : [-1e4, -50, -1, 1, 50, 1e4];
        const raw = tf.tensor(drawn(mixture, 6, scale).raw, [6, mixture.parameterCount]);
        const { value, grads } = differentiate(mixture, direction, tf.tensor(inputs), raw, [1, 1]);
        for (const each of [value, ...grads]) expect(Array.from(each.dataSync()).every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('start near the identity, with components that part', () => {
    for (const [kind, range] of [
      ['logistics', 3],
      ['gaussians', 2],
    ] as const) {
      for (const components of [1, 2, 8, 30]) {
        const mixture = make(kind, { components });
        const x = tf.linspace(-range, range, 101);
        const parameters = tf.zeros([101, mixture.parameterCount]);
        const mapped = mixture.inverse(x, parameters);
        const allowed = components === 1 ? 1e-6 : kind === 'logistics' ? 0.1 : 0.02;
        expect(tf.max(tf.abs(tf.sub(mapped.value, x))).dataSync()[0]).toBeLessThan(allowed);
        const far = mixture.inverse(tf.mul(x, 1e3), parameters).logDerivative;
        expect(tf.max(tf.abs(tf.concat([mapped.logDerivative, far]))).dataSync()[0]).toBeLessThan(0.15);
      }
      const alike = make(kind, { components: 4, spread: 0 });
      const x = tf.linspace(-50, 50, 11);
      const same = alike.inverse(x, tf.zeros([11, alike.parameterCount]));
      expect(tf.max(tf.abs(tf.sub(same.value, x))).dataSync()[0]).toBeLessThan(1e-5);
      expect(tf.max(tf.abs(same.logDerivative)).dataSync()[0]).toBeLessThan(1e-5);
      const mixture = make(kind, { components: 2 });
      const { grads } = differentiate(
        mixture,
        'inverse',
        tf.tensor([0.7]),
        tf.zeros([1, mixture.parameterCount]),
        [0, 1],
      );
      const [first, second] = [grads[1]!.dataSync()[2]!, grads[1]!.dataSync()[3]!];
      expect(Math.abs(first - second)).toBeGreaterThan(0.1);
    }
  });

  it('let NaN through, take any shape and nothing at all, and leave nothing behind', () => {
    for (const [, kind, options] of CASES) {
      const mixture = make(kind, options);
      const P = mixture.parameterCount;
      for (const direction of ['forward', 'inverse'] as const) {
        const before = tf.memory().numTensors;
        tf.tidy(() => {
          const odd = mixture[direction](tf.tensor([Number.NaN, 0.25]), tf.zeros([2, P]));
          expect(odd.value.dataSync()[0]).toBeNaN();
          expect(Number.isFinite(odd.value.dataSync()[1])).toBe(true);
          expect(mixture[direction](tf.zeros([0, 3]), tf.zeros([0, 3, P])).logDerivative.shape).toEqual([0, 3]);
          expect(mixture[direction](tf.fill([2, 1, 3], 0.5), tf.zeros([2, 1, 3, P])).value.shape).toEqual([2, 1, 3]);
          differentiate(mixture, direction, tf.fill([2, 2], 0.5), tf.ones([2, 2, P]), [1, 1]);
        });
        expect(tf.memory().numTensors).toBe(before);
      }
    }
  });
});

/** Each derivative of value and log-derivative against central differences with steps of its own. */
function expectGradients(
  mixture: Mixture,
  direction: 'forward' | 'inverse',
  scale: number,
  options: MixtureOptions,
): void {
  const count = 6;
  const P = mixture.parameterCount;
  const { x, raw } = drawn(mixture, count, scale);
  const unit = options.output === 'unit' && direction !== (options.direction ?? 'inverse');
  const input = unit ? x.map((each) => 0.5 + each / 7) : x;
  const shape = [count, P];
  for (const part of [0, 1] as const) {
    const { grads } = differentiate(
      mixture,
      direction,
      tf.tensor(input),
      tf.tensor(raw, shape),
      part === 0 ? [1, 0] : [0, 1],
    );
    const measure = (numbers: Float32Array, rawNumbers: Float32Array): Float32Array => {
      const mapped = mixture[direction](tf.tensor(numbers), tf.tensor(rawNumbers, shape));
      return (part === 0 ? mapped.value : mapped.logDerivative).dataSync<'float32'>();
    };
    // One column is moved for all scalars at once; index −1 is the input.
    for (let index = -1; index < P; index++) {
      const gradient = index < 0 ? grads[0]!.dataSync() : grads[1]!.dataSync();
      const slopes = [3e-2, 1e-2, 3e-3, 1e-3].map((step) => {
        const moved = (by: number): Float32Array =>
          index < 0
            ? measure(
                input.map((each) => each + by),
                raw,
              )
            : measure(
                input,
                raw.map((each, i) => (i % P === index ? each + by : each)),
              );
        const [above, below] = [moved(step), moved(-step)];
        return Array.from(above, (value, n) => ({
          slope: (value - below[n]!) / (2 * step),
          noise: (3e-7 * (1 + Math.abs(value))) / step,
        }));
      });
      for (let n = 0; n < count; n++) {
        const found = gradient[index < 0 ? n : n * P + index]!;
        const errors = slopes.map((each) => Math.abs(each[n]!.slope - found) - each[n]!.noise);
        expect(Math.min(...errors), `${direction} ${part} ${index} ${n}`).toBeLessThan(0.01 * Math.abs(found) + 2e-3);
      }
    }
  }
}
