import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { FlatParameters, norm } from './flat-parameters.ts';

function variables(): Map<string, tf.Variable> {
  const initial = { a: tf.tensor2d([1, 2, 3, 4], [2, 2]), b: tf.scalar(5), c: tf.tensor1d([6, 7]) };
  const owned = new Map<string, tf.Variable>();
  for (const [name, tensor] of Object.entries(initial)) owned.set(name, tf.variable(tensor as tf.Tensor));
  tf.dispose(initial);
  return owned;
}

describe.each(['cpu', 'wasm'])('FlatParameters on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it.each([true, false])(
    'reads, writes and differentiates all variables as one vector, host memory: %s',
    (hostMemory) => {
      const owned = variables();
      const parameters = new FlatParameters(owned, { hostMemory });
      const before = tf.memory();
      const flat = parameters.read();
      expect([...flat.dataSync()]).toEqual([1, 2, 3, 4, 5, 6, 7]);
      const doubled = tf.mul(flat, 2) as tf.Tensor1D;
      parameters.write(doubled);
      const { value, gradient, unused } = parameters.gradient(
        () => tf.add(tf.sum(tf.square(owned.get('a')!)), tf.mul(owned.get('b')!, 3)) as tf.Scalar,
      );
      expect(value.dataSync()[0]).toBe(4 + 16 + 36 + 64 + 30);
      expect([...gradient.dataSync()]).toEqual([4, 8, 12, 16, 3, 0, 0]);
      expect(unused).toEqual(['c']);
      expect([0, 3, 4, 5, 6].map((index) => parameters.nameAt(index))).toEqual(['a', 'a', 'b', 'c', 'c']);
      tf.dispose([flat, doubled, value, gradient]);
      expect([...owned.get('c')!.dataSync()]).toEqual([12, 14]);
      expect(tf.memory().numTensors).toBe(before.numTensors);
      expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
      tf.dispose([...owned.values()]);
    },
  );

  it.each([3, 1024, 5000])('measures the norm of a vector of %i', (size) => {
    const vector = tf.fill([size], -0.5) as tf.Tensor1D;
    const length = norm(vector);
    expect(length.dataSync()[0]).toBeCloseTo(Math.sqrt(size / 4), 4);
    tf.dispose([vector, length]);
  });
});
