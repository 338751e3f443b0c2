import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRegistry, type Model } from '@flowzoo/core';
import { accelerate, restore } from '@flowzoo/kernels-wasm';
import { autoregressive } from '@flowzoo/layers-autoregressive';
import { coupling } from '@flowzoo/layers-coupling';
import { glow } from '@flowzoo/layers-glow';
import { listPresets, loadPreset } from '@flowzoo/zoo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const registry = createRegistry().use(coupling).use(autoregressive).use(glow);
const presets = await listPresets();

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});
afterAll(() => accelerate());

describe('the shipped presets', () => {
  it.each(presets.map(({ name }) => name))('%s scores on our kernels what it scores on those of tfjs', async (name) => {
    await accelerate();
    const model = await loadPreset<Model>(name, { registry });
    const classes = model.contextSize;
    const labels = Array.from({ length: 16 }, (_, i) => i % classes);
    const context =
      classes === 0 ? undefined : tf.tidy(() => tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor);
    const x = await model.sample(16, { seed: 5, context });
    const score = async (): Promise<ArrayLike<number>> => {
      const nats = model.logProb(x, context);
      const values = await nats.data();
      nats.dispose();
      return values;
    };
    const ours = await score();
    restore();
    const stock = await score();
    const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, each) => sum + each, 0) / 16;
    expect(Math.abs(mean(ours) / mean(stock) - 1)).toBeLessThan(1e-4);
    // A single row may be near 0 nats, where its terms cancel and a relative difference says nothing.
    for (let row = 0; row < 16; row++) {
      expect(Math.abs(ours[row]! - stock[row]!)).toBeLessThan(1e-3 * Math.max(1, Math.abs(stock[row]!)));
    }
    tf.dispose([x, ...(context === undefined ? [] : [context])]);
    model.dispose();
  });
});
