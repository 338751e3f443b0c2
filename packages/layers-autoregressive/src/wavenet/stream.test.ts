import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { waveModel } from '../../test/wave-models.ts';

const TIME = 40;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

describe('a stream', () => {
  it('gives the numbers of a sample in chunks, and goes on beyond its length', async () => {
    const model = waveModel({ levels: 16, features: 6, dilations: [1, 2] }, { time: TIME });
    const sample = await model.sample(1, { seed: 3 });
    const found: number[] = [];
    const sizes: number[] = [];
    const before = tf.memory().numTensors;
    for await (const chunk of model.stream({ chunk: 16, length: 50, seed: 3 })) {
      found.push(...chunk);
      sizes.push(chunk.length);
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(sizes).toEqual([16, 16, 16, 2]);
    expect(found.slice(0, TIME)).toEqual(Array.from(await sample.data()));
    sample.dispose();
    model.dispose();
  });

  it('starts after its prompt', async () => {
    const model = waveModel({ levels: 16, features: 6, dilations: [1, 2] }, { time: TIME, contextSize: 2 });
    const context = tf.tensor2d([1, -1], [1, 2]);
    const prompt = tf.tensor1d([3, 1, 4, 1, 5]);
    const sample = await model.sample(1, { seed: 3, context, prompt });
    const { value } = await model.stream({ chunk: 35, seed: 3, context, prompt }).next();
    expect(Array.from(value as Float32Array)).toEqual(Array.from(await sample.data()).slice(5));
    tf.dispose([context, prompt, sample]);
    model.dispose();
  });

  it('ends with the frames of a local condition', async () => {
    const model = waveModel(
      { levels: 4, features: 4, dilations: [1], local: { features: 1, hop: 10 } },
      { time: TIME, contextSize: 4 },
    );
    const context = tf.tensor2d([1, -1, 0, 2], [1, 4]);
    let steps = 0;
    for await (const chunk of model.stream({ chunk: 30, context })) steps += chunk.length;
    expect(steps).toBe(TIME);
    context.dispose();
    model.dispose();
  });

  it('can be aborted, and says what is wrong with its options', async () => {
    const model = waveModel({ levels: 4, features: 4, dilations: [1] }, { time: TIME });
    const control = new AbortController();
    const stream = model.stream({ chunk: 4, signal: control.signal });
    await stream.next();
    control.abort();
    await expect(stream.next()).rejects.toMatchObject({ code: 'E_ABORTED' });
    await expect(model.stream({ chunk: 0 }).next()).rejects.toThrow(
      'model (wavenet): "chunk" counts steps (expected a whole number, 1 or more, got 0)',
    );
    await expect(model.sample(1, { prompt: tf.zeros([2, 3]) })).rejects.toThrow(
      'model (wavenet): the prompt has the wrong shape (expected [steps] for all signals or [1, steps], at most 40 steps, got [2, 3])',
    );
    await expect(model.sample(1, { prompt: tf.tensor1d([1, 4]) })).rejects.toThrow(
      'model (wavenet): a step of the prompt is no level of the model (expected whole numbers 0 … 3, got 4 at step 1)',
    );
    model.dispose();
  });
});
