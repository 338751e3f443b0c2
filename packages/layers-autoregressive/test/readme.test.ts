import { readFile } from 'node:fs/promises';
import { createRegistry, type FlowModel, type PartConfig } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import * as exported from '../src/index.ts';
import { autoregressive, mafSpec } from '../src/index.ts';
import { normalRows } from './masked-parameters.ts';

const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const registry = createRegistry().use(autoregressive);

/** A section by its title. */
function section(title: string): string {
  const [, rest] = text.split(`\n## ${title}\n`);
  return rest!.split('\n## ')[0]!;
}

const masked = section('Options of `maf`, `iaf` and `made`');
const rows = [...masked.matchAll(/^\| `(\w+)` +\|.*\| ([^|]+)\|$/gm)].map(([, name, value]) => ({
  name: name!,
  value: value!.trim(),
}));

type Properties = Record<string, { readonly default?: unknown }>;

describe('the README', () => {
  it.each(['maf', 'iaf', 'made'])('names every option of %s', (type) => {
    const definition = autoregressive.bijectors![type] ?? autoregressive.conditioners![type];
    const properties = Object.keys(definition!.schema['properties'] as Properties);
    const named = rows.map(({ name }) => name).filter((name) => type !== 'made' || name !== 'transformer');
    expect(named.toSorted()).toEqual(properties.toSorted());
  });

  it('gives their defaults', () => {
    const properties = autoregressive.bijectors!['maf']!.schema['properties'] as Properties;
    const stated = rows.filter(({ value }) => /^`[^`]*`$/.test(value) && value !== '`zero`');
    expect(stated.length).toBeGreaterThan(10);
    for (const { name, value } of stated) {
      const { default: own } = properties[name]!;
      expect(value).toBe(`\`${typeof own === 'string' ? own : JSON.stringify(own)}\``);
    }
  });

  it('gives the options of the gate', () => {
    const properties = autoregressive.transformers!['gated']!.schema['properties'] as Properties;
    for (const [name, { default: own }] of Object.entries(properties)) {
      expect(text.replaceAll('\n', ' ')).toContain(`\`${name}\` (\`${String(own)}\`)`);
    }
  });

  it('names the builders that are exported', () => {
    const named = [...section('Whole flows').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!);
    expect(named.toSorted()).toEqual(
      Object.keys(exported)
        .filter((name) => /^(maf|madeMog|iaf|nsfAutoregressive)Spec$/.test(name))
        .toSorted(),
    );
  });

  it('shows layers that build', () => {
    const blocks = [...masked.matchAll(/```json\n([^]*?)```/g)].map(([, block]) => JSON.parse(block!) as PartConfig);
    expect(blocks).toHaveLength(2);
    const layers = blocks.map((block) => registry.bijector(block, { dataShape: [4], contextSize: 2 }));
    expect(layers.map(({ traits }) => traits.passes.forward)).toEqual([4, 3]);
    const [x, context] = [normalRows(3, [4]), normalRows(3, [2])];
    for (const layer of layers) {
      const { logDet } = layer.inverse(x, context);
      expect(Array.from(logDet.dataSync()).every(Number.isFinite)).toBe(true);
      layer.dispose();
    }
    tf.dispose([x, context]);
  });

  it('shows a flow that scores and draws', async () => {
    const options = /mafSpec\((\{ event: \[6\].*?\})\)/.exec(text)![1]!;
    const given = JSON.parse(options.replaceAll(/(\w+):/g, '"$1":')) as { event: number[]; hidden: number[] };
    const flow = registry.build<FlowModel>(mafSpec(given));
    const samples = await flow.sample(16, { seed: 1 });
    expect(samples.shape).toEqual([16, 6]);
    expect(flow.logProb(samples).shape).toEqual([16]);
    flow.dispose();
  });
});
