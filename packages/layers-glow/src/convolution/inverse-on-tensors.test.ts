import { Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance } from '../../test/checks.ts';
import { inverseOnTensors } from './inverse-on-tensors.ts';
import { composePlu, inverseWeight, invertPlu, rotationFactors, type PluForm } from './plu.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

describe('the inverse composed of products', () => {
  it.each([1, 2, 3, 8, 13, 48])('is that of the triangular solves, and so is its gradient: %i channels', (size) => {
    for (const [unit, diagonal] of [
      ['lower', 'exp'],
      ['upper', 'softplus'],
    ] as const) {
      const form: PluForm = { diagonal, unit, floor: 0.001 };
      const start = rotationFactors(new Random(size), { size, form });
      const noise = new Random('noise').normals(size * size);
      const values = { ...start, factors: start.factors.map((value, i) => value + noise[i]! / size) };
      const tensors = { order: start.order, sign: tf.tensor1d(start.sign) };
      const solved = (factors: tf.Tensor): tf.Tensor2D =>
        inverseWeight(composePlu({ ...tensors, factors: factors as tf.Tensor2D }, form).weight, () =>
          invertPlu(values, form),
        );
      const composed = (factors: tf.Tensor): tf.Tensor2D =>
        inverseOnTensors({ ...tensors, factors: factors as tf.Tensor2D }, form);
      const factors = tf.tensor2d(values.factors, [size, size]);
      const weights = tf.tensor2d(new Random('weights').normals(size * size), [size, size]);
      const expected = solved(factors);
      const scale = tf.max(tf.abs(expected)).dataSync()[0]!;
      expect(distance(composed(factors), expected) / scale).toBeLessThan(1e-4);
      const gradient = tf.grad((f) => tf.sum(tf.mul(weights, solved(f))))(factors);
      const other = tf.grad((f) => tf.sum(tf.mul(weights, composed(f))))(factors);
      const steepest = tf.max(tf.abs(gradient)).dataSync()[0]!;
      expect(distance(other, gradient) / Math.max(1, steepest)).toBeLessThan(1e-3);
    }
  });
});
