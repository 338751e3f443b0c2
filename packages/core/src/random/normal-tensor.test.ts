import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import { normalTensor } from './normal-tensor.ts';
import { Random } from './random.ts';

describe.each(['cpu', 'wasm'])('normals as a tensor on %s', (backend) => {
  it.each([1, 2, 7, 1000])('are those of the stream, which goes on behind them: %i', async (count) => {
    await tf.setBackend(backend);
    const before = tf.memory().numTensors;
    const [random, plain] = [new Random('stream'), new Random('stream')];
    for (let round = 0; round < 3; round++) {
      const drawn = normalTensor(random, [count, 3]);
      expect(drawn.shape).toEqual([count, 3]);
      expect(drawn.dataSync()).toEqual(plain.normals(count * 3));
      drawn.dispose();
    }
    expect(random.save()).toEqual(plain.save());
    expect(tf.memory().numTensors).toBe(before);
  });
});
