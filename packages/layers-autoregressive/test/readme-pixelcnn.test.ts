import { readFile } from 'node:fs/promises';
import { createRegistry } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { autoregressive, type GatedPixelCnn } from '../src/index.ts';

const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const section = text.split('\n## PixelCNN\n')[1]!.split('\n## ')[0]!;
const registry = createRegistry().use(autoregressive);

it.each(['pixelcnn', 'gated-pixelcnn'])('the README names the options of %s and their defaults', (type) => {
  const { schema } = autoregressive.distributions![type]!;
  const properties = schema['properties'] as Record<string, { readonly default?: unknown }>;
  const stated = new Map(
    [...section.matchAll(/^\| `(\w+)` +\|.*\| `([^|]+)` +\|$/gm)].map(([, name, value]) => [name!, value!]),
  );
  const shared = ['initialization', 'initializationScale', 'lastLayer'];
  const own = Object.entries(properties).filter(([name]) => !shared.includes(name));
  const written = own.map(([name, { default: value }]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  expect(own.map(([name]) => [name, stated.get(name)])).toEqual(written);
});

it('its model draws and completes', async () => {
  await tf.setBackend('cpu');
  const config = { type: 'gated-pixelcnn', levels: 17, layers: 5, features: 48 };
  expect(section).toContain("{ type: 'gated-pixelcnn', levels: 17, layers: 5, features: 48 }");
  const model = registry.distribution(config, { eventShape: [8, 8] }) as GatedPixelCnn;
  const digits = await model.sample(2, { seed: 1, temperature: 0.9 });
  expect(digits.shape).toEqual([2, 8, 8]);
  const upper = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? 1 : 0));
  const mask = tf.tensor(upper, [8, 8]);
  const { value, exact } = await model.complete({ given: digits, mask, seed: 2 });
  expect(exact).toBe(true);
  expect(Array.from(value.dataSync().subarray(0, 32))).toEqual(Array.from(digits.dataSync().subarray(0, 32)));
  tf.dispose([digits, mask, value]);
  model.dispose();
});
