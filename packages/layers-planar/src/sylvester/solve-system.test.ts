import { Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { solveOnArrays, solveOnTensors } from './solve-system.ts';
import { solveScalar } from './triangular-kernel.ts';
import { trianglesFor } from './triangles.ts';

type Four = [tf.Tensor2D, tf.Tensor3D, tf.Tensor3D, tf.Tensor2D];

function draw(rows: number, batch: number, width: number): Four {
  const random = new Random(`${rows} ${batch} ${width}`);
  return tf.tidy(() => {
    const normals = (name: string, shape: number[]): tf.Tensor =>
      tf.tensor(random.fork(name).normals(shape.reduce((a, b) => a * b, 1)), shape);
    const parameters = { triangles: normals('triangles', [rows, width, width]), diagonal: normals('d', [rows, width]) };
    const { outer, inner } = trianglesFor(parameters, { minimumSlope: 0.001 });
    return [normals('y', [batch, width]), outer, inner, normals('b', [rows, width])] as tf.Tensor[];
  }) as Four;
}

describe.each(['cpu', 'wasm'])('the triangular system on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  it.each([
    [1, 3, 1],
    [1, 4, 3],
    [3, 3, 4],
  ])(
    'has the same roots and gradients by the kernel and by tensors: %d rows, batch %d, M = %d',
    (rows, batch, width) => {
      const given = draw(rows, batch, width);
      const weights = tf.tensor2d(new Random('weights').normals(batch * width), [batch, width]);
      const results = [solveOnArrays, solveOnTensors].map((solve) => {
        const objective = (target: tf.Tensor, outer: tf.Tensor, inner: tf.Tensor, offset: tf.Tensor): tf.Tensor =>
          tf.sum(tf.mul(weights, solve({ target, outer, inner, offset } as Parameters<typeof solve>[0])));
        const [target, outer, inner, offset] = given;
        const root = tf.tidy(() => solve({ target, outer, inner, offset }));
        return [root, ...tf.grads(objective)(given)];
      });
      results[0]!.forEach((tensor, k) => {
        const others = results[1]![k]!.dataSync();
        // What stands below the diagonal is 0 and not a parameter.
        tensor
          .dataSync()
          .forEach((value, i) => expect(Math.abs(value - others[i]!)).toBeLessThan(2e-3 * (1 + Math.abs(value))));
      });
      tf.dispose([given, weights, results]);
    },
  );
});

describe('solveScalar', () => {
  it('solves q + r tanh(s q + k) = y to float64 for thousands of draws', () => {
    const random = new Random('scalars');
    for (let n = 0; n < 5000; n++) {
      const [r, s] = [Math.tanh(3 * random.normal()), Math.tanh(3 * random.normal()) * 0.999];
      const [k, y] = [5 * random.normal(), 5 * random.normal()];
      const q = solveScalar(y, { outer: r, inner: s, offset: k });
      expect(Math.abs(q + r * Math.tanh(s * q + k) - y)).toBeLessThan(1e-12 * (1 + Math.abs(y)));
    }
  });

  it('hands NaN on', () => {
    expect(solveScalar(NaN, { outer: 0.5, inner: 0.5, offset: 0 })).toBeNaN();
  });
});
