import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { createRegistry } from '@flowzoo/core';
import { coupling } from '@flowzoo/layers-coupling';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const text = await readFile(`${root}README.md`, 'utf8');

/** The first fenced block of a language. */
function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(text);
  if (found === null) throw new Error(`README.md has no ${language} block`);
  return found[1]!;
}

describe('README.md', () => {
  it('shows a program that runs and does what its comments say', async () => {
    // Beside this test, so that the packages are found as they are from here.
    const file = `${root}test/.readme-example.mjs`;
    await writeFile(file, `${block('js')}\nexport { digits, nats, latents, filled, flow };\n`);
    try {
      const shown = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<string, tf.Tensor> & {
        filled: { value: tf.Tensor };
      };
      expect(shown['digits']!.shape).toEqual([16, 8, 8]);
      expect(shown['nats']!.shape).toEqual([16]);
      expect(shown['latents']!.shape).toEqual([16, 64]);
      const changed = tf.tidy(() => tf.notEqual(shown.filled.value, shown['digits']!).arraySync() as number[][][]);
      // The visible upper half is as it was, the lower half is not.
      expect(changed.flatMap((image) => image.slice(0, 4)).flat()).not.toContain(1);
      expect(changed.flatMap((image) => image.slice(4)).flat()).toContain(1);
    } finally {
      await rm(file);
    }
  });

  it('shows a spec without faults', () => {
    expect(
      createRegistry()
        .use(coupling)
        .check(JSON.parse(block('json'))),
    ).toEqual([]);
  });

  it('shows the message a fault really gives', () => {
    const spec = JSON.parse(block('json')) as { model: { layers: { repeat?: number }[] } };
    spec.model.layers[1]!.repeat = 0;
    const [fault] = createRegistry().use(coupling).check(spec);
    expect(text).toContain(`${fault!.path}: ${fault!.message}`);
  });

  it('names presets and packages that exist', async () => {
    const { listPresets } = await import('@flowzoo/zoo');
    for (const { name } of await listPresets()) expect(text).toContain(name);
  });
});
