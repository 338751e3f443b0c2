import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbers, useAccelerated } from '../../../test/compare.ts';
import { restore } from '../../accelerate.ts';
import type { AffineAttributes } from './affine.ts';

beforeAll(useAccelerated);
afterAll(restore);

const forms: readonly AffineAttributes[] = [
  { map: 'sigmoid', bound: 2, shiftGain: 1, shiftFirst: true },
  { map: 'sigmoid', bound: -1, shiftGain: 0.5, shiftFirst: false },
  { map: 'tanh', bound: 2, shiftGain: 1, shiftFirst: true },
  { map: 'tanh', bound: 0.5, shiftGain: -3, shiftFirst: false },
];
const shapes = [
  [1, 1],
  [1, 2],
  [1, 3],
  [2, 4],
  [3, 5],
  [2, 3, 3],
  [1, 7, 1],
  [2, 2, 2, 8],
  [5, 67],
  [3, 1000],
];
const cases = forms.flatMap((form) => shapes.map((shape) => ({ ...form, shape })));

/** Runs a kernel by its name and reads what it gives. */
function run(name: string, inputs: Readonly<Record<string, tf.Tensor>>, attributes: object = {}): Float32Array[] {
  const found = tf.tidy(() => tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attributes as tf.NamedAttrMap));
  const list = (Array.isArray(found) ? found : [found]) as tf.Tensor[];
  const values = list.map((each) => each.dataSync<'float32'>().slice());
  tf.dispose(list);
  return values;
}

/** Scale, its logarithm and the derivative of that, in float64. */
function scaleOf({ map, bound }: AffineAttributes, r: number): { s: number; log: number; slope: number } {
  if (map === 'sigmoid') {
    const s = 1 / (1 + Math.exp(-(r + bound)));
    return { s, log: -Math.log1p(Math.exp(-(r + bound))), slope: 1 - s };
  }
  const bent = Math.tanh(r / bound);
  return { s: Math.exp(bound * bent), log: bound * bent, slope: 1 - bent * bent };
}

/** The largest |found − expected| / max(1, |expected|). */
function apart(found: Float32Array, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return Math.max(0, ...expected.map((each, i) => Math.abs(found[i]! - each) / Math.max(1, Math.abs(each))));
}

describe('the kernels of an affine coupling', () => {
  it.each(cases)('agree with float64: $map, bound $bound, gain $shiftGain, $shape', ({ shape, ...form }) => {
    const count = tf.util.sizeFromShape(shape);
    const batch = shape[0]!;
    const [x, t, r, d, ofLog] = [1, 2, 3, 4, 5].map((seed) => [...numbers(seed === 5 ? batch : count, seed)]);
    const raw = tf.tensor(
      Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? t : r)![i >> 1]!),
      [...shape, 2],
    );
    const [data, dy] = [tf.tensor(x!, shape), tf.tensor(d!, shape)];
    const of = r!.map((each) => scaleOf(form, each));
    const shift = t!.map((each) => form.shiftGain * each);
    const scaled = x!.map((each, i) => (form.shiftFirst ? each + shift[i]! : each));

    const [value, logs] = run('AffineForward', { x: data, raw }, form);
    const expected = scaled.map((each, i) => each * of[i]!.s + (form.shiftFirst ? 0 : shift[i]!));
    expect(apart(value!, expected)).toBeLessThan(2e-6);
    expect(
      apart(
        logs!,
        of.map(({ log }) => log),
      ),
    ).toBeLessThan(2e-6);

    const [dx, dRaw] = run('AffineGradient', { x: data, raw, dy }, form);
    const throughScale = d!.map((each, i) => each * of[i]!.s);
    expect(apart(dx!, throughScale)).toBeLessThan(2e-6);
    const pairs = throughScale.flatMap((each, i) => [
      form.shiftGain * (form.shiftFirst ? each : d![i]!),
      each * scaled[i]! * of[i]!.slope,
    ]);
    expect(apart(dRaw!, pairs)).toBeLessThan(4e-6);

    const [ofLogs] = run('AffineLogGradient', { raw, dLogDet: tf.tensor1d(ofLog!) }, form);
    const perExample = count / batch;
    const rows = of.flatMap(({ slope }, i) => [0, slope * ofLog![Math.floor(i / perExample)]!]);
    expect(apart(ofLogs!, rows)).toBeLessThan(2e-6);
    tf.dispose([raw, data, dy]);
  });

  it('write nothing behind the last element', () => {
    // Tensors of three elements are neighbours on the heap: each is read after the next one was written.
    const form = forms[0]!;
    const [x, raw, dy] = [tf.ones([1, 3]), tf.zeros([1, 3, 2]), tf.ones([1, 3])];
    const first = Array.from({ length: 40 }, () => tf.fill([3], 7));
    const kept = Array.from({ length: 40 }, () =>
      tf.engine().runKernel('AffineGradient', { x, raw, dy }, form as unknown as tf.NamedAttrMap),
    ) as unknown as [tf.Tensor, tf.Tensor][];
    const [expectedX, expectedRaw] = kept[0]!.map((each) => [...each.dataSync()]);
    for (const [dx, dRaw] of kept) {
      expect([...dx.dataSync()]).toEqual(expectedX);
      expect([...dRaw.dataSync()]).toEqual(expectedRaw);
    }
    for (const each of first) expect([...each.dataSync()]).toEqual([7, 7, 7]);
    tf.dispose([x, raw, dy, ...first, ...kept.flat()]);
  });

  it('keep scales of extreme parameters finite, and NaN in its place', () => {
    const raw = tf.tensor([0, 200, 0, -200, 0, Number.NaN, 0, 0], [1, 4, 2]);
    const x = tf.ones([1, 4]);
    for (const form of forms) {
      const [value, logs] = run('AffineForward', { x, raw }, form);
      expect([...value!].map(Number.isNaN)).toEqual([false, false, true, false]);
      expect([...logs!].map(Number.isFinite)).toEqual([true, true, false, true]);
    }
    tf.dispose([raw, x]);
  });

  it('take empty tensors', () => {
    const [x, raw] = [tf.zeros([0, 3]), tf.zeros([0, 3, 2])];
    expect(run('AffineForward', { x, raw }, forms[0]).map(({ length }) => length)).toEqual([0, 0]);
    expect(run('AffineLogGradient', { raw, dLogDet: tf.zeros([0]) }, forms[0])[0]).toHaveLength(0);
  });

  it.each([
    ['AffineForward', { x: [3], raw: [3, 3] }, 'an element has two parameters'],
    ['AffineGradient', { x: [3], raw: [3, 2], dy: [2] }, 'has the shape of what it is of'],
    ['AffineLogGradient', { raw: [2, 3, 2], dLogDet: [3] }, 'one number per example'],
    ['RectifierGradient', { y: [3], dy: [2] }, 'has the shape of what it is of'],
  ] as const)('refuse shapes that do not fit: %s', (name, inputs, message) => {
    const made = Object.fromEntries(Object.entries(inputs).map(([key, shape]) => [key, tf.zeros([...shape])]));
    expect(() => run(name, made, forms[0])).toThrow(message);
  });

  it('refuse other dtypes', () => {
    const inputs = { x: tf.zeros([3], 'int32'), raw: tf.zeros([3, 2]) };
    expect(() => run('AffineForward', inputs, forms[0])).toThrow('the kernels of couplings take float32, not int32');
  });
});

describe('the gradient of a rectifier', () => {
  it.each([0, 1, 2, 3, 4, 5, 8, 67, 1000])('is that of tf.relu, bit for bit: %i elements', (count) => {
    const [x, dy] = [tf.tensor1d(numbers(count, 1)), tf.tensor1d(numbers(count, 2))];
    const y = tf.relu(x);
    const expected = tf.mul(dy, tf.step(x)).dataSync<'float32'>();
    const [found] = run('RectifierGradient', { y, dy });
    expect(found!.map((each) => each + 0)).toEqual(expected.map((each) => each + 0));
    tf.dispose([x, dy, y]);
  });

  it('is closed where the output is 0, whatever arrives, and lets NaN through', () => {
    const y = tf.tensor1d([0, -0, 1, Number.NaN, Infinity]);
    const dy = tf.tensor1d([Infinity, Number.NaN, -2, 3, 4]);
    expect([...run('RectifierGradient', { y, dy })[0]!]).toEqual([0, 0, -2, 3, 4]);
  });
});
