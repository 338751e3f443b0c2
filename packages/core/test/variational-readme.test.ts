import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { FlowModel, ImportanceSummary } from '../src/index.ts';

const here = fileURLToPath(new URL('./', import.meta.url));

it('the README fits a flow to a density and finds its evidence', async () => {
  const text = await readFile(`${here}../README.md`, 'utf8');
  const program = /## Fit to a density[\s\S]*?```js\n([\s\S]*?)```/.exec(text)![1]!;
  // Beside this test, so that the packages are found as they are from here.
  const file = `${here}.readme-variational.mjs`;
  await writeFile(file, `${program}\nexport { flow, evaluation };\n`);
  try {
    const { flow, evaluation } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
      flow: FlowModel;
      evaluation: ImportanceSummary;
    };
    const { logEvidence, effectiveSampleSize } = evaluation;
    expect(effectiveSampleSize).toBeGreaterThan(4000);
    expect(Math.abs(logEvidence.value + Math.log(252))).toBeLessThan(4 * logEvidence.standardError);
    flow.dispose();
  } finally {
    await rm(file);
  }
});
