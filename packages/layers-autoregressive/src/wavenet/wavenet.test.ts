import { createRegistry, Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomLevels } from '../../test/image-models.ts';
import { waveModel } from '../../test/wave-models.ts';
import { autoregressive } from '../plugin.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});

describe('a WaveNet', () => {
  it('learns what the past explains, and stays at chance about what only the future explains', () => {
    // Each step's low bit is a coin that the next step repeats as its high bit.
    const signal = (random: Random): number[] => {
      let low = 0;
      return Array.from({ length: 16 }, () => 2 * low + (low = random.integer(2)));
    };
    const model = waveModel({ levels: 4, features: 8, dilations: [1, 2, 4] }, { time: 16, scale: null });
    const optimizer = tf.train.adam(0.02);
    const random = new Random(1);
    const loss = (): tf.Scalar =>
      tf.tidy(() => {
        const batch = tf.tensor2d(Array.from({ length: 32 }, () => signal(random)));
        return tf.neg(tf.div(tf.mean(model.logProb(batch)), 16));
      });
    const variables = [...model.variables.values()];
    for (let step = 0; step < 60; step++) optimizer.minimize(loss, false, variables);
    const nats = tf.tidy(() => tf.mean(tf.stack(Array.from({ length: 8 }, loss))).dataSync()[0]!);
    // A network that sees one step too many would go to 0.
    expect(nats).toBeGreaterThan(Math.LN2 - 0.001);
    expect(nats).toBeLessThan(Math.LN2 + 0.05);
    optimizer.dispose();
    model.dispose();
  });

  it('says which shapes and options it takes', () => {
    expect(() =>
      createRegistry()
        .use(autoregressive)
        .distribution({ type: 'wavenet' }, { eventShape: [4, 4] }),
    ).toThrow('is a model of signals');
    expect(() => waveModel({ local: { features: 3, hop: 2 } }, { time: 5, contextSize: 8 })).toThrow(
      'model (wavenet): the context is too narrow for the frames of the local condition (expected at least 9 numbers: 3 frames of 3, got "contextSize": 8). A context holds the global condition, then all frames one after another',
    );
  });

  it('reports progress, can be aborted, and leaves nothing behind', async () => {
    const model = waveModel({ levels: 4, features: 4, dilations: [1] }, { time: 10 });
    const before = tf.memory().numTensors;
    const seen: number[] = [];
    const drawn = await model.sample(40, { onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    drawn.dispose();
    const control = new AbortController();
    const options = { signal: control.signal, method: 'full', onProgress: () => control.abort() } as const;
    await expect(model.sample(40, options)).rejects.toMatchObject({ code: 'E_ABORTED' });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('trains with a context: every variable gets a gradient on wasm', () => {
    const model = waveModel(
      { levels: 6, features: 5, dilations: [1, 2], local: { features: 2, hop: 2 } },
      { time: 6, contextSize: 8 },
    );
    const [x, context] = [randomLevels([3, 6], 6), randomLevels([3, 8], 3)];
    const before = tf.memory().numTensors;
    const { value, grads } = tf.variableGrads(
      () => tf.mean(model.logProb(x, context)) as tf.Scalar,
      [...model.variables.values()],
    );
    for (const gradient of Object.values(grads)) expect(gradient.dataSync().some((v) => v !== 0)).toBe(true);
    tf.dispose([value, ...Object.values(grads)]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, context]);
    model.dispose();
  });
});
