import { Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { orthogonalityResidual, orthogonalize } from './orthogonalize.ts';

describe.each(['cpu', 'wasm'])('orthogonalize on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  it.each([
    { rows: 1, size: 1, width: 1 },
    { rows: 1, size: 3, width: 3 },
    { rows: 4, size: 5, width: 2 },
    { rows: 3, size: 64, width: 8 },
    { rows: 1, size: 64, width: 64 },
  ])('has a small residual for $rows matrices of $size × $width, whatever their scale', ({ rows, size, width }) => {
    for (const scale of [1e-3, 1, 100]) {
      const values = new Random('basis').normals(rows * size * width).map((each) => each * scale);
      const matrices = tf.tensor3d(values, [rows, size, width]);
      const q = orthogonalize(matrices);
      expect(orthogonalityResidual(q)).toBeLessThan(2e-6 * width);
      tf.dispose([matrices, q]);
    }
  });

  it('leaves an orthonormal matrix as it is', () => {
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const q = tf.tidy(() =>
      orthogonalize(
        tf.tensor3d([
          [
            [c, -s],
            [s, c],
          ],
        ]),
      ),
    );
    [c, -s, s, c].forEach((value, i) => expect(q.dataSync()[i]).toBeCloseTo(value, 5));
    q.dispose();
  });

  it('refuses dependent columns, naming the place, and hands NaN on', () => {
    const dependent = tf.ones([1, 3, 2]) as tf.Tensor3D;
    expect(() => orthogonalize(dependent, { place: 'layers[2] (sylvester)' })).toThrow(
      'layers[2] (sylvester): the columns of Q could not be made orthonormal',
    );
    const nan = tf.fill([1, 2, 2], NaN) as tf.Tensor3D;
    const q = orthogonalize(nan);
    expect(q.dataSync()[0]).toBeNaN();
    tf.dispose([dependent, nan, q]);
  });
});
