import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../random/random.ts';
import { dropout } from './dropout.ts';
import { BACKENDS, expectClose, leaked, normal } from '../../test/numeric.ts';
import { stopGradient } from './stop-gradient.ts';
import { sumEvent } from './sum-event.ts';
import { permuteLast, takeLast } from './take-last.ts';

const selections: { name: string; indices: number[] }[] = [
  { name: 'a run', indices: [1, 2, 3] },
  { name: 'everything', indices: [0, 1, 2, 3, 4] },
  { name: 'every second', indices: [0, 2, 4] },
  { name: 'backwards', indices: [4, 3, 2, 1, 0] },
  { name: 'one', indices: [3] },
  { name: 'repeated', indices: [2, 2, 0, 2, 4, 0] },
  { name: 'nothing', indices: [] },
];

describe.each(BACKENDS)('elementwise operations on %s', (backend) => {
  beforeEach(async () => void (await tf.setBackend(backend)));

  it.each(selections)('takeLast takes and gives back: $name', ({ indices }) => {
    for (const leading of [[2], [1], [2, 3, 1]]) {
      const x = normal([...leading, 5], 1);
      const oneHot = tf.tensor2d(
        Array.from({ length: 5 }, (_, i) => indices.map((index) => (index === i ? 1 : 0))).flat(),
        [5, indices.length],
      );
      const y = takeLast(x, indices);
      const rows = x.size / 5;
      const values = Array.from(x.dataSync());
      const expected = Array.from({ length: rows }, (_, row) =>
        indices.map((index) => values[row * 5 + index]!),
      ).flat();
      expect(y.shape).toEqual([...leading, indices.length]);
      expect(Array.from(y.dataSync())).toEqual(expected);
      const dy = normal(y.shape, 2);
      const dx = tf.grad((input: tf.Tensor) => takeLast(input, indices))(x, dy);
      const transposed =
        indices.length === 0 ? tf.zerosLike(x) : tf.matMul(tf.reshape(dy, [rows, indices.length]), oneHot, false, true);
      expectClose(dx, tf.reshape(transposed, x.shape));
      expect(leaked(() => takeLast(x, indices).dispose())).toBe(0);
      expect(
        leaked(() =>
          tf
            .grad((input: tf.Tensor) => takeLast(input, indices))(x, dy)
            .dispose(),
        ),
      ).toBe(0);
    }
  });

  it('permuteLast is undone by the inverse permutation', () => {
    const x = normal([3, 6], 1);
    const order = Array.from(new Random(1).permutation(6));
    const inverse = order.map((_, i) => order.indexOf(i));
    expect(permuteLast(permuteLast(x, order), inverse).dataSync()).toEqual(x.dataSync());
  });

  it('stopGradient cuts the tape and nothing else', () => {
    const x = tf.tensor1d([1, -2, 3]);
    const f = (input: tf.Tensor): tf.Tensor => tf.sum(tf.mul(input, stopGradient(input)));
    expect(f(x).dataSync()[0]).toBe(14);
    expect(tf.grad(f)(x).dataSync()).toEqual(x.dataSync());
    expect(leaked(() => tf.grad(f)(x).dispose())).toBe(0);
    expect(leaked(() => stopGradient(x).dispose())).toBe(0);
    expect(x.isDisposed).toBe(false);
  });

  it.each([[4], [4, 1], [3, 7], [2, 3, 4, 2], [2, 144], [2, 131], [3, 0], [1, 28, 28, 1]])(
    'sumEvent sums all but the first of [%i, %i, …]',
    (...shape) => {
      const x = normal(shape, 1);
      const size = x.size / shape[0]!;
      const values = Array.from(x.dataSync());
      const expected = Array.from({ length: shape[0]! }, (_, row) =>
        values.slice(row * size, (row + 1) * size).reduce((sum, value) => sum + value, 0),
      );
      const y = sumEvent(x);
      expectClose(y, tf.tensor1d(expected), 2e-6);
      const dx = tf.grad((input: tf.Tensor) => sumEvent(input))(x, tf.range(1, shape[0]! + 1));
      expect(Array.from(dx.dataSync())).toEqual(Array.from({ length: x.size }, (_, i) => Math.floor(i / size) + 1));
      expect(leaked(() => sumEvent(x).dispose())).toBe(0);
    },
  );

  it('sumEvent stays accurate over long events', () => {
    const x = tf.fill([1, 10_000], 0.1);
    expect(Math.abs(sumEvent(x).dataSync()[0]! - 1000)).toBeLessThan(2e-3);
  });

  it('dropout keeps the mean and its gradient is the mask', () => {
    const x = tf.ones([100, 50]);
    const rate = 0.3;
    const y = dropout(x, { rate, random: new Random(1) });
    const values = y.dataSync();
    const zeros = values.filter((value) => value === 0).length;
    expect(Math.abs(zeros / values.length - rate)).toBeLessThan(0.03);
    expect(values.every((value) => value === 0 || Math.abs(value - 1 / 0.7) < 1e-6)).toBe(true);
    const dx = tf.grad((input: tf.Tensor) => dropout(input, { rate, random: new Random(1) }))(x);
    expect(dx.dataSync()).toEqual(values);
    expect(dropout(x, { rate, random: new Random(2) }).dataSync()).not.toEqual(values);
    expect(dropout(x, { rate: 0, random: new Random(1) }).dataSync()).toEqual(x.dataSync());
    expect(leaked(() => dropout(x, { rate, random: new Random(1) }).dispose())).toBe(0);
  });
});
