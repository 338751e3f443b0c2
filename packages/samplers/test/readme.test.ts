import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import * as samplers from '../src/index.ts';
import type { ImportanceResult, Summary } from '../src/index.ts';

const here = fileURLToPath(new URL('./', import.meta.url));
const text = await readFile(`${here}../README.md`, 'utf8');

describe('README.md', () => {
  it('shows a program that runs', async () => {
    const program = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const file = `${here}.readme-example.mjs`;
    // The package by its source: what is built may be older.
    const source = program.replaceAll("'@flowzoo/samplers'", "'../src/index.ts'");
    await writeFile(file, `${source}\nexport { height, chains, weighted };\n`);
    try {
      const shown = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
        height: Summary;
        chains: samplers.ChainResult;
        weighted: ImportanceResult;
      };
      // E x₁ = E x₀² = 1.
      expect(Math.abs(shown.height.mean - 1) / shown.height.standardError).toBeLessThan(4);
      expect(shown.height.rHat).toBeLessThan(1.1);
      expect(shown.chains.draws).toHaveLength(16 * 500 * 2);
      expect(shown.weighted.logEvidence.value).toBeCloseTo(Math.log(Math.PI), -0.5);
    } finally {
      await rm(file);
    }
  });

  it('names only what the package has', () => {
    const names = [...text.matchAll(/^\| (`.*?) +\|/gm)].flatMap((row) =>
      [...row[1]!.matchAll(/`(\w+)`/g)].map((cell) => cell[1]!),
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !(name in samplers))).toEqual([]);
  });
});
