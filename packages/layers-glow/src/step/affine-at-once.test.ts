import { Affine, sumEvent, type AffineOptions, type Mapped } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance, leaked, normalBatch } from '../../test/checks.ts';
import { affineAtOnce } from './affine-at-once.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

const forms: readonly AffineOptions[] = [
  { order: 'shift-scale', scale: 'sigmoid' },
  { order: 'shift-scale' },
  { order: 'scale-shift', scale: 'sigmoid', shiftGain: 0.5 },
  { order: 'scale-shift', scale: { squash: 'tanh', bound: 3 } },
];

describe('the affine map of a coupling as two operations', () => {
  it.each(forms)('has the values and the gradients of single operations: %j', (options) => {
    const transformer = new Affine(options);
    const shape = [3, 2, 5];
    const [x, raw, weights] = [normalBatch(2, shape), normalBatch(2, [...shape, 2], 'raw'), normalBatch(2, shape, 'w')];
    const loss = (map: (x: tf.Tensor, raw: tf.Tensor) => Mapped) => (a: tf.Tensor, b: tf.Tensor) => {
      const { value, logDet } = map(a, b);
      return tf.add(tf.sum(tf.mul(tf.sin(value), weights)), tf.sum(tf.square(logDet)));
    };
    const single = loss((a, b) => {
      const { value, logDerivative } = transformer.inverse(a, b);
      return { value, logDet: sumEvent(logDerivative) };
    });
    const atOnce = loss((a, b) => affineAtOnce(a, b, transformer)!);
    expect(distance(atOnce(x, raw), single(x, raw)) / Math.abs(single(x, raw).dataSync()[0]!)).toBeLessThan(1e-5);
    const [expected, found] = [single, atOnce].map((each) => tf.grads((a, b) => each(a!, b!))([x, raw]));
    expected!.forEach((each, index) => {
      const largest = Math.max(1, tf.max(tf.abs(each)).dataSync()[0]!);
      expect(distance(found![index]!, each) / largest, String(index)).toBeLessThan(1e-5);
    });
    const run = (): void => {
      tf.tidy(() => {
        tf.grad((a) => tf.tidy(() => affineAtOnce(a, raw, transformer)!.value))(x);
      });
    };
    run();
    expect(leaked(run)).toBe(0);
  });

  it('leaves other forms to the transformer', () => {
    const [x, raw] = [normalBatch(1, [3]), normalBatch(1, [3, 2], 'raw')];
    const others: readonly AffineOptions[] = [
      { scale: 'exp' },
      { scale: 'tanh-learned' },
      { direction: 'forward' },
      { scale: { map: 'sigmoid', floor: 0.1 } },
      { scale: { squash: 'tanh', bound: 2, center: true } },
    ];
    for (const options of others) expect(affineAtOnce(x, raw, new Affine(options))).toBeNull();
    expect(affineAtOnce(x, raw, new Affine())).not.toBeNull();
  });
});
