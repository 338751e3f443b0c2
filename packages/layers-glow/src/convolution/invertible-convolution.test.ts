import { logAbsDeterminant, matrixOf } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, distance, leaked, normalBatch, scatter } from '../../test/checks.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

const type = 'invertible-1x1-convolution';

/** W of z = x W, read off the images of the unit vectors. */
function weightOf(layer: ReturnType<typeof build>, size: number): Float32Array {
  return tf.tidy(() => layer.inverse(tf.eye(size)).value.dataSync<'float32'>()).slice();
}

const FORMS = [
  {},
  { unit: 'upper' },
  { diagonal: 'softplus' },
  { diagonal: 'softplus', unit: 'upper' },
  { diagonal: 'free' },
  { form: 'orthogonal' },
] as const;

describe('the invertible 1×1 convolution', () => {
  it.each([1, 2, 5, 12, 48])('has the log-det of its matrix, by a float64 LU: %i channels', (size) => {
    // Many random triangles of order 1 make a matrix that float32 cannot tell from a singular one.
    const large = size > 40;
    for (const config of large ? FORMS.filter((each) => !('diagonal' in each)) : FORMS) {
      const layer = build({ type, ...config }, [size]);
      scatter(layer, large ? 0.5 : 1);
      const { logAbs } = logAbsDeterminant(matrixOf({ rows: size, columns: size, values: weightOf(layer, size) }));
      const logDet = tf.tidy(() => layer.inverse(tf.zeros([1, size])).logDet.dataSync()[0]!);
      expect(Math.abs(logDet - logAbs)).toBeLessThan(1e-3 + 1e-4 * Math.abs(logAbs));
      layer.dispose();
    }
  });

  it('counts every pixel', () => {
    const [vector, image] = [build({ type }, [3]), build({ type }, [4, 5, 3])];
    for (const layer of [vector, image]) scatter(layer);
    const one = vector.inverse(tf.zeros([1, 3])).logDet.dataSync()[0]!;
    expect(image.inverse(tf.zeros([2, 4, 5, 3])).logDet.dataSync()[1]).toBeCloseTo(20 * one, 3);
    expect(image.forward(tf.zeros([2, 4, 5, 3])).logDet.dataSync()[1]).toBeCloseTo(-20 * one, 3);
    vector.dispose();
    image.dispose();
  });

  it.each(FORMS)('starts at a rotation that the seed decides: %o', (config) => {
    const size = 6;
    const layer = build({ type, ...config }, [size], { seed: 3 });
    const weight = tf.tensor2d(weightOf(layer, size), [size, size]);
    expect(distance(tf.matMul(weight, weight, false, true), tf.eye(size))).toBeLessThan(1e-5);
    expect(Math.abs(layer.inverse(tf.zeros([1, size])).logDet.dataSync()[0]!)).toBeLessThan(1e-5);
    const [same, other] = [build({ type, ...config }, [size], { seed: 3 }), build({ type, ...config }, [size])];
    expect(weightOf(same, size)).toEqual(weightOf(layer, size));
    expect(weightOf(other, size)).not.toEqual(weightOf(layer, size));
    for (const each of [layer, same, other]) each.dispose();
  });

  it('is undone exactly with many channels, where float32 determinants fail', () => {
    const size = 96;
    const layer = build({ type }, [2, 2, size]);
    scatter(layer, 0.5);
    const x = normalBatch(2, [2, 2, size]);
    const { value: z, logDet } = layer.inverse(x);
    const scale = Math.max(1, tf.max(tf.abs(z)).dataSync()[0]!);
    expect(distance(layer.forward(z).value, x) / scale).toBeLessThan(1e-4);
    expect(Number.isFinite(logDet.dataSync()[0])).toBe(true);
    layer.dispose();
  });

  it('mixes the features of a vector like the channels of a pixel', () => {
    const [vector, image] = [build({ type }, [3]), build({ type }, [1, 2, 3])];
    const x = normalBatch(4, [3]);
    const rows = vector.inverse(x).value;
    expect(distance(image.inverse(tf.reshape(x, [2, 1, 2, 3])).value, tf.reshape(rows, [2, 1, 2, 3]))).toBeLessThan(
      1e-6,
    );
    vector.dispose();
    image.dispose();
  });

  it('offers no full matrix, and has no more parameters than one', () => {
    expect(() => build({ type, form: 'plain' }, [3])).toThrow('form: must be one of "plu", "orthogonal"');
    const layer = build({ type }, [7]);
    expect([...layer.variables].map(([name, { shape }]) => [name, shape])).toEqual([['factors', [7, 7]]]);
    layer.dispose();
  });

  it('leaves nothing behind', () => {
    const x = normalBatch(2, [2, 2, 3]);
    const layer = build({ type }, [2, 2, 3]);
    expect(leaked(() => tf.dispose(Object.values(layer.forward(x))))).toBe(0);
    expect(leaked(() => tf.dispose(tf.grad((z) => tf.sum(tf.square(layer.forward(z).value)))(x)))).toBe(0);
    layer.dispose();
  });
});
