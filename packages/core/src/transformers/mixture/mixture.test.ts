import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScalarMapped } from '../../contracts/transformer.ts';
import { createRegistry } from '../../registry/index.ts';
import type { PartConfig } from '../../registry/plugin.ts';
import { MixtureOfGaussians } from './mixture-of-gaussians.ts';
import { MixtureOfLogistics } from './mixture-of-logistics.ts';
import type { MixtureOptions } from './mixture-options.ts';
import { CASES, drawn, make, type Mixture } from './test-mixtures.ts';
import { normalTail, readReference, referenceAt } from './test-reference.ts';

const opposite = (direction: 'forward' | 'inverse'): 'forward' | 'inverse' =>
  direction === 'forward' ? 'inverse' : 'forward';

const LOG_PHI = (z: number): number => -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('mixture transformers on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(CASES)('are the distribution function of their mixture: %s', (_name, kind, options) => {
    const mixture = make(kind, options);
    const { x, raw, rows } = drawn(mixture, 40);
    const closed = options.direction ?? 'inverse';
    const mapped = mixture[closed](tf.tensor(x), tf.tensor(raw, [40, mixture.parameterCount]));
    const [values, logs] = [mapped.value.dataSync(), mapped.logDerivative.dataSync()];
    rows.forEach((row, n) => {
      const reference = readReference(kind, options, row);
      const { cdf, survival, logDensity } = referenceAt(kind, reference, x[n]!);
      if (options.output === 'unit') {
        expect(Math.abs(values[n]! - cdf)).toBeLessThan(1e-6);
        expect(Math.abs(logs[n]! - logDensity)).toBeLessThan(1e-5 * (1 + Math.abs(logDensity)));
        return;
      }
      const y = (values[n]! - reference.shift) / reference.gain;
      // y in the units of its own distribution function, from the thinner tail.
      const [thin, own] =
        cdf < survival
          ? [cdf, kind === 'logistics' ? 1 / (1 + Math.exp(-y)) : normalTail(-y)]
          : [survival, kind === 'logistics' ? 1 / (1 + Math.exp(y)) : normalTail(y)];
      expect(Math.abs(Math.log(own / thin))).toBeLessThan(2e-5 * (1 + Math.abs(y)));
      const logBase = kind === 'logistics' ? Math.log(cdf) + Math.log(survival) : LOG_PHI(y);
      const expected = logDensity - logBase + Math.log(reference.gain);
      expect(Math.abs(logs[n]! - expected)).toBeLessThan(2e-5 * (1 + y * y));
    });
  });

  it.each(CASES)('come back, with opposite log-derivatives: %s', (_name, kind, options) => {
    const mixture = make(kind, options);
    const { x, raw } = drawn(mixture, 60, 0.7);
    const parameters = tf.tensor(raw, [60, mixture.parameterCount]);
    const closed = options.direction ?? 'inverse';
    const there = mixture[closed](tf.tensor(x), parameters);
    const back = mixture[opposite(closed)](there.value, parameters);
    const slopes = there.logDerivative.dataSync();
    const sum = tf.add(there.logDerivative, back.logDerivative).dataSync();
    back.value.dataSync().forEach((each, n) => {
      // What one rounding of z moves x by.
      const blur = 3e-7 * (1 + Math.abs(there.value.dataSync()[n]!)) * Math.exp(-slopes[n]!);
      expect(Math.abs(each - x[n]!)).toBeLessThan(1e-5 + blur);
      expect(Math.abs(sum[n]!)).toBeLessThan(1e-4 + 20 * blur);
    });
  });

  it('have exactly the log-density of a mixture of normals, however far out', () => {
    const options: MixtureOptions = { components: 5, spread: 0, logScale: { gain: -0.5, squash: 'none' } };
    const mixture = new MixtureOfGaussians(options);
    const { raw, rows } = drawn(mixture, 200);
    const x = Float32Array.from(rows, (_, n) => (n % 2 === 0 ? 1 : -1) * 10 ** ((n % 100) / 20 - 1));
    const { value, logDerivative } = mixture.inverse(tf.tensor(x), tf.tensor(raw, [200, mixture.parameterCount]));
    const [z, logs] = [value.dataSync(), logDerivative.dataSync()];
    let far = 0;
    rows.forEach((row, n) => {
      const { logDensity } = referenceAt('gaussians', readReference('gaussians', options, row), x[n]!);
      far = Math.max(far, Math.abs(z[n]!));
      const found = LOG_PHI(z[n]!) + logs[n]!;
      // z is a float32: its square carries 1.2e-7 of itself.
      expect(Math.abs(found - logDensity)).toBeLessThan(2e-5 + 3e-7 * z[n]! * z[n]!);
      if (Math.abs(z[n]!) < 10) expect(Math.abs(found - logDensity)).toBeLessThan(1e-4);
    });
    expect(far).toBeGreaterThan(5e3);
  });

  it('sum to the log-density of MADE MoG over features, in float32 operations', () => {
    const mixture = new MixtureOfGaussians({ components: 3 });
    const { x, raw, rows } = drawn(mixture, 24);
    const { value, logDerivative } = mixture.inverse(
      tf.tensor(x, [4, 6]),
      tf.tensor(raw, [4, 6, mixture.parameterCount]),
    );
    const normal = tf.sub(tf.mul(tf.square(value), -0.5), 0.5 * Math.log(2 * Math.PI));
    const found = tf.sum(tf.add(normal, logDerivative), 1).dataSync();
    for (let row = 0; row < 4; row++) {
      const expected = rows
        .slice(6 * row, 6 * row + 6)
        .map((own, i) => referenceAt('gaussians', readReference('gaussians', { components: 3 }, own), x[6 * row + i]!))
        .reduce((sum, { logDensity }) => sum + logDensity, 0);
      expect(Math.abs(found[row]! - expected)).toBeLessThan(1e-4);
    }
  });

  it('tell values apart where the distribution function is 1 in float32', () => {
    for (const kind of ['logistics', 'gaussians'] as const) {
      const mixture = make(kind, { components: 2, output: 'real' });
      const x = tf.tensor([-300, -100, -30, 30, 100, 300]);
      const parameters = tf.zeros([6, mixture.parameterCount]);
      const there = mixture.inverse(x, parameters);
      const back = mixture.forward(there.value, parameters);
      back.value.dataSync().forEach((each, n) => expect(Math.abs(each / x.dataSync()[n]! - 1)).toBeLessThan(1e-6));
      // The outermost component alone is left: z is a straight line there.
      there.logDerivative.dataSync().forEach((each) => expect(each).toBeCloseTo(-0.5 * Math.log(0.75), 1));
    }
  });
});

describe('options of the mixtures', () => {
  it.each([
    [
      'no component',
      { components: 0 },
      'mixture-of-logistics: a mixture needs a component or more (expected an integer ≥ 1, got 0)',
    ],
    [
      'too wide a spread',
      { spread: 1 },
      '"spread" is a fraction of the standard deviation of the mixture (expected 0 ≤ spread < 1, got 1)',
    ],
    [
      'a squash without bound',
      { logScale: { squash: 'softclip', bound: null } },
      'logScale: squash "softclip" needs a bound (expected a number above 0, got null)',
    ],
    [
      'an outer one',
      { outerLogScale: { bound: 0 } },
      'outerLogScale: squash "tanh" needs a bound (expected a number above 0, got 0)',
    ],
  ] as const)('refuse %s', (_name, options, message) => {
    expect(() => new MixtureOfLogistics(options as MixtureOptions)).toThrow(message);
    expect(() => new MixtureOfGaussians(options as MixtureOptions)).toThrow(message.replace('logistics', 'gaussians'));
  });

  it('are checked in a spec, and their defaults are those of the constructors', () => {
    const registry = createRegistry();
    const build = (config: object): Mixture =>
      registry.transformer(config as PartConfig, { eventShape: [3] }) as unknown as Mixture;
    for (const kind of ['logistics', 'gaussians'] as const) {
      const type = `mixture-of-${kind}`;
      const [specified, direct] = [build({ type }), make(kind, {})];
      expect(specified.parameterCount).toBe(direct.parameterCount);
      const { x, raw } = drawn(direct, 5);
      const of = (mixture: Mixture): ScalarMapped =>
        mixture.inverse(tf.tensor(x), tf.tensor(raw, [5, mixture.parameterCount]));
      expect(Array.from(of(specified).value.dataSync())).toEqual(Array.from(of(direct).value.dataSync()));
      expect(() => build({ type, components: 0 })).toThrow('components');
      expect(() => build({ type, output: 'logit' })).toThrow('output');
      expect(() => build({ type, logScale: { bounds: 3 } })).toThrow('bounds');
      expect(() => build({ type, spread: 1 })).toThrow('spread');
      expect(build({ type, components: 3, output: 'affine' }).parameterCount).toBe(11);
    }
  });
});
