import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, sourceFiles } from './workspace.ts';
import type { SourceFile } from './workspace.ts';

const longest = 350;

const rules: readonly (readonly [name: string, breaks: (file: SourceFile) => boolean, forged: string])[] = [
  [
    `a file has at most ${longest} lines`,
    (file) => file.text.split('\n').length > longest + 1,
    '\n'.repeat(longest + 1),
  ],
  ['no default export', (file) => /^export default\b/m.test(file.text), 'export default 1;'],
  [
    'no test is focused, skipped or promised',
    (file) => /\b(?:describe|it|test)\.(?:only|skip|todo)\b/.test(file.text),
    `it.${'skip'}('x', () => {});`,
  ],
  ['no unfinished work', (file) => /\b(?:TODO|FIXME|XXX)\b/.test(file.text), `// ${'TO'}${'DO'}: later`],
  ['no type check is switched off', (file) => /@ts-(?:ignore|nocheck)\b/.test(file.text), `// @${'ts-ignore'}`],
];

const self = 'test/house-rules.test.ts';
const files = sourceFiles('packages', 'examples', 'scripts', 'test').filter((file) => file.path !== self);

describe('the house rules', () => {
  it.each(rules)('%s', (_name, breaks, forged) => {
    expect(files.filter(breaks).map((file) => file.path)).toEqual([]);
    expect(breaks({ path: 'forged.ts', text: forged })).toBe(true);
  });

  it('every package carries the licence of the whole', () => {
    const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
    expect(licence).toContain('Apache License');
    for (const entry of readdirSync(join(root, 'packages'))) {
      const folder = join(root, 'packages', entry);
      if (!existsSync(join(folder, 'package.json'))) continue;
      expect(readFileSync(join(folder, 'LICENSE'), 'utf8'), entry).toBe(licence);
    }
  });

  it('every source that is no index has its name in lower case with hyphens', () => {
    const names = files.map((file) => file.path.split('/').at(-1) ?? '');
    expect(names.filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z-]+)*\.(?:ts|js|mjs)$/.test(name))).toEqual([]);
  });

  it('every name that a manifest of ours depends on has a caret range or is pinned', () => {
    for (const entry of readdirSync(join(root, 'packages'))) {
      const path = join(root, 'packages', entry, 'package.json');
      if (!existsSync(path)) continue;
      const manifest = JSON.parse(readFileSync(path, 'utf8'));
      const ranges = Object.entries<string>({ ...manifest.dependencies, ...manifest.peerDependencies });
      expect(
        ranges.filter(([, range]) => !/^\^?\d+\.\d+\.\d+$/.test(range)),
        entry,
      ).toEqual([]);
    }
  });
});
