import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScalarMapped } from '../../contracts/transformer.ts';
import { Random } from '../../random/random.ts';
import { createRegistry } from '../../registry/index.ts';
import type { PartConfig } from '../../registry/plugin.ts';
import { MixtureOfGaussians } from './mixture-of-gaussians.ts';
import { MixtureOfLogistics } from './mixture-of-logistics.ts';
import type { MixtureOptions } from './mixture-options.ts';
import { normalTail, readReference, referenceAt } from './test-reference.ts';

type Kind = 'logistics' | 'gaussians';
type Mixture = MixtureOfLogistics | MixtureOfGaussians;

const CASES: readonly (readonly [string, Kind, MixtureOptions])[] = [
  ['logistics', 'logistics', {}],
  ['logistics without an outer map', 'logistics', { output: 'real', components: 3 }],
  ['logistics as levels', 'logistics', { output: 'unit', components: 3 }],
  ['logistics, closed form latent → data', 'logistics', { components: 2, direction: 'forward' }],
  ['one logistic', 'logistics', { components: 1 }],
  ['gaussians', 'gaussians', {}],
  ['gaussians with an outer map', 'gaussians', { output: 'affine', components: 3 }],
  ['gaussians as levels', 'gaussians', { output: 'unit', components: 3 }],
  ['gaussians, closed form latent → data', 'gaussians', { components: 2, direction: 'forward' }],
  ['log-precisions', 'gaussians', { components: 4, spread: 0, logScale: { gain: -0.5, squash: 'none' } }],
  ['one gaussian', 'gaussians', { components: 1 }],
];

const make = (kind: Kind, options: MixtureOptions): Mixture =>
  kind === 'logistics' ? new MixtureOfLogistics(options) : new MixtureOfGaussians(options);

function drawn(mixture: Mixture, count: number, scale = 1): { x: Float32Array; raw: Float32Array; rows: number[][] } {
  const P = mixture.parameterCount;
  const random = new Random(`mixture ${P}`);
  const x = Float32Array.from({ length: count }, () => 6 * random.uniform() - 3);
  const raw = random.normals(count * P).map((each) => scale * each);
  return { x, raw, rows: Array.from(x, (_, n) => Array.from(raw.subarray(n * P, (n + 1) * P))) };
}

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

  it.each([1, 10])('have the gradients of finite differences, parameters of order %d', (scale) => {
    for (const [, kind, options] of CASES) {
      for (const direction of ['inverse', 'forward'] as const) {
        expectGradients(make(kind, options), direction, scale, options);
      }
    }
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

/** Gradients of Σ weights · (value, log-derivative), in the input and the parameters. */
function differentiate(
  mixture: Mixture,
  direction: 'forward' | 'inverse',
  input: tf.Tensor,
  parameters: tf.Tensor,
  [ofValue, ofLog]: readonly [number, number],
): { value: tf.Tensor; grads: tf.Tensor[] } {
  const total = (x: tf.Tensor, raw: tf.Tensor): tf.Tensor => {
    const { value, logDerivative } = mixture[direction](x, raw);
    return tf.sum(tf.add(tf.mul(value, ofValue), tf.mul(logDerivative, ofLog)));
  };
  return tf.valueAndGrads(total as (...args: tf.Tensor[]) => tf.Scalar)([input, parameters]);
}

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
