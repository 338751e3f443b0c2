import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolvePackage } from './resolve-package.ts';

let folder = '';
const inner = (): string => join(folder, 'project', 'deep');

const manifests: Readonly<Record<string, object>> = {
  project: { name: 'own-plugin', exports: './own.js' },
  'node_modules/plain': {},
  'node_modules/main': { main: 'lib/main.js' },
  'node_modules/sugar': { exports: './sugar.js' },
  'node_modules/both': { exports: { require: './index.cjs', import: './index.mjs' } },
  'node_modules/@scope/nested': {
    exports: { '.': { browser: './b.js', node: { types: './n.d.ts', import: './n.js' } } },
  },
  'node_modules/alternatives': { exports: { '.': [{ require: './a.cjs' }, './a.js'], './sub': './sub.js' } },
  'node_modules/closed': { exports: { '.': { require: './index.cjs' } } },
  'project/node_modules/near': { main: 'near.js' },
  'node_modules/near': { main: 'far.js' },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowzoo-resolve-'));
  for (const [path, manifest] of Object.entries(manifests)) {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(
      join(folder, path, 'package.json'),
      JSON.stringify({ name: path.split('_modules/')[1], ...manifest }),
    );
  }
  await mkdir(inner(), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

describe('resolvePackage', () => {
  it.each([
    ['plain', 'node_modules/plain/index.js'],
    ['main', 'node_modules/main/lib/main.js'],
    ['main/other.js', 'node_modules/main/other.js'],
    ['sugar', 'node_modules/sugar/sugar.js'],
    ['both', 'node_modules/both/index.mjs'],
    ['@scope/nested', 'node_modules/@scope/nested/n.js'],
    ['alternatives', 'node_modules/alternatives/a.js'],
    ['alternatives/sub', 'node_modules/alternatives/sub.js'],
    ['near', 'project/node_modules/near/near.js'],
    ['own-plugin', 'project/own.js'],
  ])('finds %s', async (specifier, expected) => {
    expect(await resolvePackage(specifier, inner())).toBe(join(folder, expected));
  });

  it.each(['none', 'alternatives/none', 'closed', './plain', '/plain', '@scope'])('finds no %s', async (specifier) => {
    expect(await resolvePackage(specifier, inner())).toBeNull();
  });
});
