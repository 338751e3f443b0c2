import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomLevels } from '../../../test/image-models.ts';
import { waveModel } from '../../../test/wave-models.ts';
import type { SamplingMethod } from '../../pixelcnn/index.ts';
import type { WaveNet } from '../index.ts';

const TIME = 18;

// Receptive fields below the 18 steps, so that rings are overwritten more than once.
const cases: [string, Record<string, unknown>, number][] = [
  ['µ-law', { levels: 256, dilations: [1, 2, 4] }, 0],
  ['kernel 3, stacks, odd widths', { levels: 9, kernel: 3, dilations: [1, 2], stacks: 2, skipFeatures: 7 }, 0],
  ['one-hot, global', { levels: 12, dilations: [3, 1], input: 'one-hot' }, 3],
  ['mixture, local and global', { levels: 256, head: 'logistic-mixture', components: 3, dilations: [1, 2] }, 10],
];

function build([, config, contextSize]: (typeof cases)[number]): WaveNet {
  const local = contextSize === 10 ? { local: { features: 2, hop: 6 } } : {};
  // Small biases and large weights: the past must matter, or wrong rings would draw the same levels.
  return waveModel({ features: 6, ...config, ...local }, { time: TIME, contextSize, scale: 2, biasScale: 0.1 });
}

function contextFor(model: WaveNet, count: number): tf.Tensor | undefined {
  if (model.contextSize === 0) return undefined;
  return tf.tidy(() =>
    tf.sub(tf.slice(randomLevels([16, model.contextSize], 3, 'context'), [0, 0], [count, model.contextSize]), 1),
  );
}

async function draw(model: WaveNet, count: number, method: SamplingMethod, more: object = {}): Promise<number[]> {
  const context = contextFor(model, count);
  const drawn = await model.sample(count, { seed: 5, method, context, ...more });
  const values = Array.from(await drawn.data());
  tf.dispose([drawn, ...(context === undefined ? [] : [context])]);
  return values;
}

describe.each(['cpu', 'wasm'])('rings on %s', (backend) => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend(backend);
  });

  it.each(cases)('%s: equal full passes in every level, for 1 signal and for 16', async (...given) => {
    const model = build(given);
    const full = await draw(model, 16, 'full');
    expect(model.receptiveField).toBeLessThan(TIME);
    expect(await draw(model, 16, 'cached')).toEqual(full);
    expect(await draw(model, 1, 'cached')).toEqual(full.slice(0, TIME));
    expect(full.slice(0, TIME)).not.toEqual(full.slice(TIME, 2 * TIME));
    model.dispose();
  });

  it('agree at another temperature', async () => {
    const model = build(cases[3]!);
    expect(await draw(model, 2, 'cached', { temperature: 0.5 })).toEqual(
      await draw(model, 2, 'full', { temperature: 0.5 }),
    );
    model.dispose();
  });

  it('a prompt stays, and what follows knows it', async () => {
    const model = build(cases[0]!);
    const free = await draw(model, 2, 'full');
    const prompt = tf.tensor2d(
      free.slice(0, 10).map((level) => 255 - level),
      [1, 10],
    );
    const shared = tf.reshape(prompt, [10]);
    const cached = await draw(model, 2, 'cached', { prompt: shared });
    expect(cached.slice(0, 10)).toEqual(Array.from(prompt.dataSync()));
    expect(cached).toEqual(await draw(model, 2, 'full', { prompt: shared }));
    expect(cached.slice(10, TIME)).not.toEqual(free.slice(10, TIME));
    // A prompt of the model's own signal changes nothing.
    const own = tf.tensor1d(free.slice(0, 10));
    expect((await draw(model, 1, 'cached', { prompt: own })).slice(0, TIME)).toEqual(free.slice(0, TIME));
    tf.dispose([prompt, shared, own]);
    model.dispose();
  });
});
