import { readFile } from 'node:fs/promises';
import type { FlowModel, PartConfig } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { glow, glowSpec } from '../src/index.ts';
import { registry } from './checks.ts';
import { digitImages } from './digits.ts';

const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const definitions = { ...glow.bijectors, ...glow.conditioners };

/** Option name → default, as the table says, for the types that have it. */
const rows = [...text.matchAll(/^\| `(\w+)` +\| (`[^|]+`) +\| .*\| `(.*)` *\|$/gm)].map(([, name, of, value]) => ({
  name: name!,
  types: [...of!.matchAll(/`([\w-]+)`/g)].map(([, type]) => type!),
  value: value!,
}));

function propertiesOf(type: string): Record<string, { readonly default?: unknown }> {
  return definitions[type]!.schema['properties'] as Record<string, { readonly default?: unknown }>;
}

describe('the README', () => {
  it.each(Object.keys(definitions))('names every option of %s', (type) => {
    const named = rows.filter(({ types }) => types.includes(type)).map(({ name }) => name);
    expect(named.toSorted()).toEqual(Object.keys(propertiesOf(type)).toSorted());
  });

  it('gives their defaults', () => {
    expect(rows.length).toBeGreaterThan(30);
    for (const { name, types, value } of rows) {
      for (const type of types) {
        const { default: fallback } = propertiesOf(type)[name]!;
        expect(typeof fallback === 'object' ? JSON.stringify(fallback) : String(fallback), `${type}.${name}`).toBe(
          value,
        );
      }
    }
  });

  it('names every type', () => {
    const listed = [...text.matchAll(/^\| `([\w-]+)` +\| [^`|]*(?:`[\w-]+`[^`|]*)*\| (?:Kingma|Ho)/gm)].map(
      ([, type]) => type,
    );
    expect(listed).toEqual(Object.keys(glow.bijectors!));
    for (const type of Object.keys(glow.conditioners!)) expect(text).toContain(`\`${type}\``);
  });

  it('shows layers that build, initialize and score', () => {
    const blocks = [...text.matchAll(/```json\n([^]*?)```/g)].map(([, block]) => JSON.parse(block!) as PartConfig[]);
    expect(blocks).toHaveLength(2);
    for (const layers of blocks) {
      const model = { type: 'flow', layers } as never;
      const flow = registry.build<FlowModel>({ format: 'flowzoo/model', version: 1, event: [8, 8, 1], model });
      const x = tf.add(digitImages(8), tf.randomUniform([8, 8, 8, 1], 0.1, 0.9, 'float32', 1));
      flow.initialize(x);
      const nats = flow.logProb(x).dataSync();
      expect(nats).toHaveLength(8);
      expect(Array.from(nats).every(Number.isFinite)).toBe(true);
      flow.dispose();
    }
  });

  it('shows a flow that scores and draws', async () => {
    const options = /glowSpec\((\{ event.*?\})\)\);/.exec(text)![1]!;
    const parsed = JSON.parse(options.replaceAll(/(\w+):/g, '"$1":')) as { readonly event: readonly number[] };
    const flow = registry.build<FlowModel>(glowSpec(parsed));
    const images = digitImages(32);
    flow.initialize(images);
    expect(flow.logProb(images).shape).toEqual([32]);
    const samples = await flow.sample(2, { seed: 1, temperature: 0.7 });
    expect(samples.shape).toEqual([2, 8, 8, 1]);
    expect(Array.from(samples.dataSync()).every((value) => Number.isInteger(value) && value >= 0 && value <= 16)).toBe(
      true,
    );
    flow.dispose();
  });
});
