import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { FlowModel } from '../src/index.ts';
import { core } from '../src/plugin.ts';
import { BACKENDS } from './numeric.ts';

const here = fileURLToPath(new URL('./', import.meta.url));
const text = await readFile(join(here, '../README.md'), 'utf8');

/** What is between a heading and the next one. */
function section(heading: string): string {
  const from = text.indexOf(`\n${heading}\n`);
  expect(from, heading).toBeGreaterThan(0);
  const rest = text.slice(from + heading.length + 2);
  return rest.slice(0, /^#/m.exec(rest)?.index);
}

/** The rows of a table whose first cell is code: that code, and the last cell. */
function rowsOf(markdown: string): (readonly [name: string, last: string])[] {
  return [...markdown.matchAll(/^\| `([^`]+)`.*(?<!\\)\|(.*)\|$/gm)].map((row) => [row[1]!, row[2]!.trim()]);
}

/** Mean log-density of two columns under the normal of their own mean and covariance: −log 2πe − ½ log det Σ. */
function scoreOfOneNormal(x: tf.Tensor): number {
  const values = x.dataSync();
  const rows = values.length / 2;
  const columns = [0, 1].map((column) => Array.from({ length: rows }, (_, row) => values[2 * row + column]!));
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / rows);
  const covariance = (i: number, j: number): number =>
    columns[i]!.reduce((sum, value, row) => sum + (value - means[i]!) * (columns[j]![row]! - means[j]!), 0) / rows;
  const determinant = covariance(0, 0) * covariance(1, 1) - covariance(0, 1) ** 2;
  return -Math.log(2 * Math.PI * Math.E) - 0.5 * Math.log(determinant);
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

describe.each(BACKENDS)('the program of the README on %s', (backend) => {
  it('runs and does what its comments say', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flowzoo-readme-'));
    // Beside this test, so that the packages are found as they are from here.
    const file = join(here, `.readme-${backend}.mjs`);
    const program = /```js\n([\s\S]*?)```/.exec(text)![1]!;
    const placed = program.replaceAll("'models/clusters'", JSON.stringify(folder)).replace("'wasm'", `'${backend}'`);
    await writeFile(file, `${placed}\nexport { model, x, nats, samples, loaded };\n`);
    try {
      const shown = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
        model: FlowModel;
        loaded: FlowModel;
      } & Record<'x' | 'nats' | 'samples', tf.Tensor>;
      expect(tf.getBackend()).toBe(backend);
      expect(shown.nats.shape).toEqual([400]);
      expect(shown.samples.shape).toEqual([10, 2]);
      const scores = Array.from(shown.nats.dataSync());
      expect(Array.from(shown.loaded.logProb(shown.x).dataSync())).toEqual(scores);
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      expect(mean).toBeGreaterThan(scoreOfOneNormal(shown.x) + 0.15);
      expect(text).toContain(messageOf(() => shown.model.logProb(tf.zeros([2]))));
      shown.model.dispose();
      shown.loaded.dispose();
    } finally {
      await rm(file);
      await rm(folder, { recursive: true });
    }
  });
});

describe('the tables of the README', () => {
  it.each([
    { heading: '### Bijectors', parts: core.bijectors! },
    { heading: '### Transformers', parts: core.transformers! },
    { heading: '### Conditioners', parts: core.conditioners! },
    { heading: '### Distributions', parts: core.distributions! },
  ])('name every type below $heading, with options and defaults as in the schemas', ({ heading, parts }) => {
    const rows = rowsOf(section(heading));
    expect(rows.map(([type]) => type)).toEqual(Object.keys(parts));
    for (const [type, cell] of rows) {
      const { properties = {}, required = [] } = parts[type]!.schema as {
        properties?: Record<string, { default?: unknown }>;
        required?: string[];
      };
      const told = [...cell.matchAll(/`(\w+)(?:: ([^`]+))?`/g)];
      for (const [, name, value] of told) {
        if (value === undefined) expect(required, `${type}.${name}`).toContain(name);
        else expect(JSON.stringify(properties[name!]?.default), `${type}.${name}`).toBe(value);
      }
      const named = told.map((match) => match[1]);
      expect(named, type).toEqual(expect.arrayContaining(required));
      expect(named.length > 0, `${type} shows options`).toBe(Object.keys(properties).length > 0);
    }
  });

  it('explain every error code', async () => {
    const source = await readFile(join(here, '../src/errors/flowzoo-error.ts'), 'utf8');
    const union = /export type ErrorCode =([\s\S]*?);/.exec(source)![1]!;
    const codes = [...union.matchAll(/'(E_\w+)'/g)].map((match) => match[1]!);
    expect(codes.length).toBeGreaterThan(30);
    const rows = rowsOf(section('## Errors'));
    expect(rows.map(([code]) => code)).toEqual(codes);
    for (const [code, meaning] of rows) expect(meaning.length, code).toBeGreaterThan(10);
  });
});
