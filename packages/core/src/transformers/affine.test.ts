import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from '../registry/index.ts';
import type { PartConfig } from '../registry/plugin.ts';
import { Additive } from './additive.ts';
import { Affine, type AffineOptions } from './affine.ts';
import type { ScaleMapOptions } from './scale-map.ts';

const X = [-2, 0.5, 3];
const SHIFTS = [0.3, -1, 2];
const RAW = [1.5, -0.7, 0.2];

const sigmoid = (r: number): number => 1 / (1 + Math.exp(-r));
const softplus = (r: number): number => Math.log(1 + Math.exp(r));

/** Options, and the scale they should give, in float64. */
const SCALES: readonly (readonly [string, AffineOptions['scale'], (raw: number) => number])[] = [
  ['the default', undefined, (r) => Math.exp(2 * Math.tanh(r / 2))],
  ['bounded-exp', 'bounded-exp', (r) => Math.exp(2 * Math.tanh(r / 2))],
  ['sigmoid', 'sigmoid', (r) => sigmoid(r + 2)],
  ['tanh-learned', 'tanh-learned', (r) => Math.exp(Math.tanh(r))],
  ['exp', 'exp', Math.exp],
  ['gain and offset', { gain: 2, offset: -1 }, (r) => Math.exp(2 * r - 1)],
  ['softclip', { squash: 'softclip', bound: 3 }, (r) => Math.exp(r / (1 + Math.abs(r / 3)))],
  ['tanh-amplitude', { squash: 'tanh-amplitude', bound: 0.5 }, (r) => Math.exp(0.5 * Math.tanh(r))],
  ['atan-amplitude', { squash: 'atan-amplitude', bound: 2 }, (r) => Math.exp(2 * 0.636 * Math.atan(r))],
  ['sigmoid-amplitude', { squash: 'sigmoid-amplitude', bound: 2 }, (r) => Math.exp(2 * (2 * sigmoid(r) - 1))],
  ['clip', { squash: 'clip', bound: 1 }, (r) => Math.exp(Math.min(Math.max(r, -1), 1))],
  ['hard limits', { clip: [-0.5, 1] }, (r) => Math.exp(Math.min(Math.max(r, -0.5), 1))],
  ['softplus', { map: 'softplus' }, softplus],
  ['softplus and floor', { map: 'softplus', floor: 0.001 }, (r) => softplus(r) + 0.001],
  ['exp and floor', { floor: 0.1 }, (r) => Math.exp(r) + 0.1],
  ['sigmoid and floor', { map: 'sigmoid', floor: 0.5 }, (r) => sigmoid(r) + 0.5],
  ['ceiling', { ceiling: 2 }, (r) => Math.min(Math.exp(r), 2)],
  ['floor and ceiling', { floor: 0.5, ceiling: 2 }, (r) => Math.min(Math.exp(r) + 0.5, 2)],
  ['a learned amplitude with a start', { squash: 'tanh-learned', bound: 3 }, (r) => Math.exp(3 * Math.tanh(r))],
];

const parameters = (): tf.Tensor => tf.stack([tf.tensor(SHIFTS), tf.tensor(RAW)], -1);

function expectClose(actual: tf.Tensor, expected: readonly number[]): void {
  actual
    .dataSync()
    .forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * (1 + Math.abs(expected[i]!))));
}

afterAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('the affine transformer on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(SCALES)('scales as it says: %s', (_name, scale, expected) => {
    const affine = new Affine(scale === undefined ? {} : { scale });
    const { value, logDerivative } = affine.inverse(tf.tensor(X), parameters());
    expectClose(
      value,
      X.map((x, i) => x * expected(RAW[i]!) + SHIFTS[i]!),
    );
    expectClose(
      logDerivative,
      RAW.map((raw) => Math.log(expected(raw))),
    );
    const back = affine.forward(value, parameters());
    expectClose(back.value, X);
    expectClose(tf.add(back.logDerivative, logDerivative), [0, 0, 0]);
    affine.dispose();
  });

  it('has both orders and both directions', () => {
    const s = RAW.map(Math.exp);
    const table = [
      [{ order: 'scale-shift', direction: 'inverse' }, 'inverse', X.map((x, i) => x * s[i]! + SHIFTS[i]!)],
      [{ order: 'shift-scale', direction: 'inverse' }, 'inverse', X.map((x, i) => (x + SHIFTS[i]!) * s[i]!)],
      [{ order: 'scale-shift', direction: 'forward' }, 'forward', X.map((x, i) => x * s[i]! + SHIFTS[i]!)],
      [{ order: 'shift-scale', direction: 'forward' }, 'inverse', X.map((x, i) => x / s[i]! - SHIFTS[i]!)],
      [{ shiftGain: 3 }, 'inverse', X.map((x, i) => x * s[i]! + 3 * SHIFTS[i]!)],
    ] as const;
    for (const [options, direction, expected] of table) {
      const affine = new Affine({ scale: 'exp', ...options });
      expectClose(affine[direction](tf.tensor(X), parameters()).value, expected);
    }
  });

  it('keeps volume when log-scales are centred', () => {
    const affine = new Affine({ scale: { center: true } });
    const { logDerivative } = affine.inverse(tf.tensor([X]), tf.expandDims(parameters(), 0));
    expect(tf.sum(logDerivative).dataSync()[0]).toBeCloseTo(0, 5);
    expect(logDerivative.dataSync()[0]).toBeCloseTo(RAW[0]! - (RAW[0]! + RAW[1]! + RAW[2]!) / 3, 5);
  });

  it('moves its learned amplitude, even from zero parameters elsewhere', () => {
    const affine = new Affine({ scale: 'tanh-learned' });
    const amplitude = affine.variables.get('amplitude')!;
    const { grads } = tf.variableGrads(
      () => tf.sum(affine.inverse(tf.tensor(X), parameters()).logDerivative),
      [amplitude],
    );
    const expected = RAW.reduce((sum, raw) => sum + Math.tanh(raw), 0);
    expect(grads[amplitude.name]!.dataSync()[0]).toBeCloseTo(expected, 5);
    const start = tf.grad((p) => tf.sum(affine.inverse(tf.tensor(X), p).logDerivative))(tf.zeros([3, 2]));
    expectClose(start, [0, 1, 0, 1, 0, 1]);
    affine.dispose();
  });

  it.each(['bounded-exp', 'sigmoid', 'tanh-learned'] as const)('is finite far out: %s', (scale) => {
    const affine = new Affine({ scale });
    const far = tf.tensor([1e4, -1e4, 1e4]);
    const wild = tf.tensor([
      [1e4, 80],
      [-1e4, -80],
      [0, 1e4],
    ]);
    const { value, grads } = tf.valueAndGrads(((x: tf.Tensor, p: tf.Tensor) => {
      const mapped = affine.inverse(x, p);
      return tf.add(tf.sum(mapped.value), tf.sum(mapped.logDerivative));
    }) as (...args: tf.Tensor[]) => tf.Scalar)([far, wild]);
    for (const each of [value, ...grads]) expect(Array.from(each.dataSync()).every(Number.isFinite)).toBe(true);
    affine.dispose();
  });
});

describe('the additive transformer', () => {
  it.each([
    [{}, 'inverse', 1],
    [{ direction: 'forward' }, 'inverse', -1],
    [{ shiftGain: 0.5 }, 'inverse', 0.5],
    [{}, 'forward', -1],
  ] as const)('adds a shift: %j %s', (options, direction, factor) => {
    const additive = new Additive(options);
    const { value, logDerivative } = additive[direction](tf.tensor(X), tf.expandDims(tf.tensor(SHIFTS), -1));
    expectClose(
      value,
      X.map((x, i) => x + factor * SHIFTS[i]!),
    );
    expectClose(logDerivative, [0, 0, 0]);
  });
});

describe('options of the affine transformer', () => {
  it.each([
    [{ squash: 'tanh' }, 'affine: squash "tanh" needs a bound (expected a number above 0, got null)'],
    [{ squash: 'softclip', bound: 0 }, 'squash "softclip" needs a bound (expected a number above 0, got 0)'],
    [{ clip: [2, 1] }, 'the limits of "clip" are in the wrong order (expected [low, high], got [2, 1])'],
    [{ floor: 1, ceiling: 1 }, 'the ceiling of the scale must be above its floor (expected a number above 1, got 1)'],
  ] as const)('are refused: %j', (scale, message) => {
    expect(() => new Affine({ scale: scale as ScaleMapOptions })).toThrow(message);
  });

  it('are checked in a spec, and their defaults written out', () => {
    const registry = createRegistry();
    const make = (config: object): void => {
      registry.transformer(config as PartConfig, { eventShape: [3] }).dispose();
    };
    expect(() => make({ type: 'affine' })).not.toThrow();
    expect(() => make({ type: 'affine', scale: { map: 'softplus', floor: 0.1 } })).not.toThrow();
    expect(() => make({ type: 'affine', scale: 'softplus' })).toThrow('scale');
    expect(() => make({ type: 'affine', scale: { maps: 'exp' } })).toThrow('maps');
    expect(() => make({ type: 'rational-quadratic-spline', slope: { offset: 'one' } })).toThrow('slope.offset');
    expect(() => make({ type: 'rational-quadratic-spline', slope: { offset: 0.5 }, bin: { floor: 0 } })).not.toThrow();
  });
});
