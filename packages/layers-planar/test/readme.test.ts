import { readFile } from 'node:fs/promises';
import { createRegistry, type FlowModel, type PartConfig } from '@flowzoo/core';
import { describe, expect, it } from 'vitest';
import { planar } from '../src/index.ts';
import { normalRows } from './float64.ts';

const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const registry = createRegistry().use(planar);

/** Option name → default, as the table says, for the types that have it. */
const rows = [...text.matchAll(/^\| `(\w+)` +\| ([^|]+)\| .*\| ([^|]+)\|$/gm)].map(([, name, of, value]) => ({
  name: name!,
  types:
    of!.trim() === 'all' ? ['planar', 'radial', 'sylvester'] : [...of!.matchAll(/`(\w+)`/g)].map(([, type]) => type!),
  value: value!.trim(),
}));

function propertiesOf(type: string): Record<string, { readonly default?: unknown }> {
  return planar.bijectors![type]!.schema['properties'] as Record<string, { readonly default?: unknown }>;
}

describe('the README', () => {
  it.each(['planar', 'radial', 'sylvester'])('names every option of %s', (type) => {
    const named = rows.filter(({ types }) => types.includes(type)).map(({ name }) => name);
    expect(named.toSorted()).toEqual(Object.keys(propertiesOf(type)).toSorted());
  });

  it('gives their defaults', () => {
    const withDefault = rows.flatMap(({ name, types, value }) =>
      types.map((type) => ({ value, schema: propertiesOf(type)[name]! })).filter(({ schema }) => 'default' in schema),
    );
    expect(withDefault.length).toBeGreaterThan(10);
    for (const { value, schema } of withDefault) expect(value).toBe(`\`${String(schema.default)}\``);
  });

  it('shows layers that build', () => {
    const blocks = [...text.matchAll(/```json\n([^]*?)```/g)].map(([, block]) => JSON.parse(block!) as PartConfig);
    expect(blocks).toHaveLength(2);
    for (const block of blocks) {
      const flow = registry.build<FlowModel>({
        format: 'flowzoo/model',
        version: 1,
        event: [9],
        context: 2,
        model: { type: 'flow', layers: [block] } as never,
      });
      const [x, context] = [normalRows(3, 9), normalRows(3, 2)];
      const logProb = flow.logProb(x, block.type === undefined ? undefined : context);
      expect(Array.from(logProb.dataSync()).every(Number.isFinite)).toBe(true);
      for (const tensor of [x, context, logProb]) tensor.dispose();
      flow.dispose();
    }
  });

  it('shows a flow that scores and draws', async () => {
    const spec = /registry\.build<FlowModel>\((\{[^]*?\n\})\)/.exec(text)![1]!;
    const layers = /layers: (\[.*\])/
      .exec(spec)![1]!
      .replaceAll("'", '"')
      .replaceAll(/(\w+):/g, '"$1":');
    const model = { type: 'flow', layers: JSON.parse(layers) as PartConfig[] } as never;
    const flow = registry.build<FlowModel>({ format: 'flowzoo/model', version: 1, event: [2], model });
    const samples = await flow.sample(16, { seed: 1 });
    expect(samples.shape).toEqual([16, 2]);
    const nats = flow.logProb(samples);
    expect(nats.shape).toEqual([16]);
    expect(Array.from(nats.dataSync()).every(Number.isFinite)).toBe(true);
    samples.dispose();
    nats.dispose();
    flow.dispose();
  });
});
