import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './workspace.ts';

const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

/** Blocks that name a file (```ts src/plugin.ts), joined in order: what somebody who follows the steps has written. */
function writtenFiles(markdown: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const [, name, body] of markdown.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)) {
    const before = files.get(name!);
    files.set(name!, before === undefined ? body! : `${before}\n${body!}`);
  }
  return files;
}

const fileInExample = (name: string): string => readFileSync(join(root, 'examples/plugin-rotation', name), 'utf8');

const files = writtenFiles(text);

describe('the six steps', () => {
  it.each(['package.json', 'tsconfig.json'])('write examples/plugin-rotation/%s', (name) => {
    expect(JSON.parse(files.get(name)!)).toEqual(JSON.parse(fileInExample(name)));
  });

  it.each(['src/pairing.ts', 'src/rotation.ts', 'src/plugin.ts', 'src/index.ts', 'src/plugin.test.ts'])(
    'write examples/plugin-rotation/%s',
    (name) => {
      expect(files.get(name)).toBe(fileInExample(name));
    },
  );

  it('write no other file', () => {
    expect(files.size).toBe(7);
  });
});
