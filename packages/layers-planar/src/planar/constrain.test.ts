import { Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { constrain } from './constrain.ts';

const COUNT = 4000;

function drawn(size: number, scale: number, seed: string): tf.Tensor3D {
  const values = new Random(seed).normals(COUNT * size).map((each) => each * scale);
  return tf.tensor3d(values, [1, COUNT, size]);
}

describe.each(['cpu', 'wasm'])('constrain on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  it.each([
    { size: 1, scale: 1, smallness: 1 },
    { size: 1, scale: 10, smallness: 1 },
    { size: 3, scale: 1, smallness: 1 },
    { size: 8, scale: 10, smallness: 1 },
    { size: 2, scale: 1, smallness: 1e-4 },
    { size: 2, scale: 1, smallness: 1e-7 },
    { size: 2, scale: 1e4, smallness: 1e-8 },
    { size: 2, scale: 1, smallness: 0 },
  ])('keeps 1 + h′ wᵀû > 0 for 4000 draws of $size elements, u ~ $scale, w ~ $smallness of that', (given) => {
    const u = drawn(given.size, given.scale, 'u');
    const w = drawn(given.size, given.scale * given.smallness, 'w');
    const { direction, edge } = tf.tidy(() => {
      const result = constrain({ u, w }, { supremum: 1, minimumSlope: 0.001 });
      return { ...result } as unknown as tf.TensorContainer;
    }) as unknown as ReturnType<typeof constrain>;
    const [ws, directions, edges] = [w.dataSync(), direction.dataSync(), edge.dataSync()];
    for (let n = 0; n < COUNT; n++) {
      let product = 0;
      let size = 0;
      for (let i = n * given.size; i < (n + 1) * given.size; i++) {
        product += ws[i]! * directions[i]!;
        size += Math.abs(ws[i]! * directions[i]!);
      }
      expect(edges[n]).toBeGreaterThan(0);
      expect(1 + product).toBeGreaterThan(0);
      expect(Math.abs(edges[n]! - 1 - product)).toBeLessThan(1e-6 * (1 + size));
    }
    tf.dispose([u, w, direction, edge]);
  });

  it.each([0, 1e-6, 1e-20])('has finite gradients for w ~ %d', (size) => {
    const [u, w] = [drawn(2, 1, 'u'), drawn(2, size, 'w')];
    const total = (given: tf.Tensor, other: tf.Tensor): tf.Tensor => {
      const { direction, edge } = constrain({ u: given, w: other }, { supremum: 1, minimumSlope: 0.001 });
      return tf.add(tf.sum(direction), tf.sum(edge));
    };
    const gradients = tf.grads(total)([u, w]);
    for (const gradient of gradients) expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
    tf.dispose([u, w, gradients]);
  });

  it('takes the supremum of h′ into account', () => {
    const [u, w] = [drawn(2, 3, 'u'), drawn(2, 3, 'w')];
    const smallest = tf.tidy(() => {
      const { direction } = constrain({ u, w }, { supremum: 2, minimumSlope: 0 });
      return tf.min(tf.sum(tf.mul(direction, w), -1)).dataSync()[0]!;
    });
    expect(smallest).toBeGreaterThan(-0.5 - 1e-5);
    expect(smallest).toBeLessThan(-0.49);
    tf.dispose([u, w]);
  });
});
