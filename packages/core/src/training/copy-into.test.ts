import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import { copyInto } from './copy-into.ts';

describe.each(['cpu', 'wasm'])('copyInto on %s', (backend) => {
  it('copies, also what another backend holds, and leaves nothing behind', async () => {
    await tf.setBackend('cpu');
    const elsewhere = tf.tensor1d([7, 8, 9]);
    await tf.setBackend(backend);
    const vector = tf.tidy(() => tf.add(tf.tensor1d([1, 2, 3]), 0.5) as tf.Tensor1D);
    const before = tf.memory().numTensors;
    const target = new Float32Array(new SharedArrayBuffer(12));
    await copyInto(target, vector);
    expect([...target]).toEqual([1.5, 2.5, 3.5]);
    await copyInto(target, elsewhere);
    expect([...target]).toEqual([7, 8, 9]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([vector, elsewhere]);
  });
});
