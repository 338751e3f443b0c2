import { readFile } from 'node:fs/promises';
import { createRegistry } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { autoregressive, muLawDecode, readWav, writeWav, type WaveNet } from '../src/index.ts';

const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const section = text.split('\n## WaveNet\n')[1]!.split('\n## ')[0]!;
const registry = createRegistry().use(autoregressive);

it.each(['wavenet-flow', 'wavenet'])('the README names the own options of %s and their defaults', (type) => {
  const definition = autoregressive.bijectors![type] ?? autoregressive.distributions![type];
  const properties = definition!.schema['properties'] as Record<string, { readonly default?: unknown }>;
  for (const [, name, stated] of section.matchAll(/^\| `(\w+)` +\|.*\| `([^|]+)` +\|$/gm)) {
    if (name === 'input' && type !== 'wavenet') continue;
    expect(properties).toHaveProperty(name!);
    const own = properties[name!]!.default;
    expect(stated).toBe(typeof own === 'string' ? own : JSON.stringify(own));
  }
  const shared = ['initialization', 'initializationScale', 'lastLayer', 'components', 'colors'];
  for (const name of Object.keys(properties)) {
    if (!shared.includes(name)) expect(section).toContain(`\`${name}\``);
  }
});

it('its model streams sound', async () => {
  await tf.setBackend('cpu');
  const config = { type: 'wavenet', features: 32, dilations: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512], stacks: 2 };
  const model = registry.distribution(config, { eventShape: [8000], contextSize: 10 }) as WaveNet;
  expect(section).toContain(`model.receptiveField; // ${model.receptiveField} steps`);
  const digit = tf.oneHot(tf.tensor1d([3], 'int32'), 10).toFloat();
  const beginning = tf.tensor1d([128, 130, 140]);
  const sound: number[] = [];
  for await (const levels of model.stream({ context: digit, prompt: beginning, chunk: 64, length: 100, seed: 1 })) {
    sound.push(...muLawDecode(levels, 256));
  }
  const bytes = writeWav({ samples: Float32Array.from(sound), sampleRate: 8000 }, { format: 'float32' });
  expect(Array.from(readWav(bytes).samples)).toEqual(sound);
  tf.dispose([digit, beginning]);
  model.dispose();
});
