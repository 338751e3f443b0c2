import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dependencyFaults, importsOf } from './imports.ts';
import type { Manifest, Manifests } from './imports.ts';
import { root, sourceFiles } from './workspace.ts';

interface ManifestFile {
  readonly name: string;
  readonly exports?: Record<string, unknown>;
  readonly imports?: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

function readManifests(): Manifests {
  const read = (folder: string): ManifestFile => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const byFolder = new Map<string, Manifest>();
  for (const parent of ['packages', 'examples']) {
    for (const entry of readdirSync(join(root, parent))) {
      const folder = `${parent}/${entry}`;
      if (!existsSync(join(root, folder, 'package.json'))) continue;
      const file = read(folder);
      const development = parent === 'examples' ? file.devDependencies : undefined;
      byFolder.set(folder, {
        name: file.name,
        exports: Object.keys(file.exports ?? {}),
        imports: Object.keys(file.imports ?? {}),
        dependencies: Object.keys({ ...file.dependencies, ...file.peerDependencies, ...development }),
      });
    }
  }
  return { byFolder, rootDependencies: Object.keys(read('.').devDependencies ?? {}) };
}

const manifests = readManifests();

describe('the direction of dependence', () => {
  it('holds in every file of every package and example', () => {
    const published = /^(?:packages\/[^/]+\/(?:src|test|bin)|examples\/[^/]+)\//;
    const files = sourceFiles('packages', 'examples').filter((file) => published.test(file.path));
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap((file) => dependencyFaults(file, manifests))).toEqual([]);
  });

  const forged: readonly (readonly [path: string, text: string, reason: string])[] = [
    ['packages/core/src/a.ts', `import { coupling } from '@flowzoo/layers-coupling';`, 'may import nothing of ours'],
    [
      'packages/core/src/a.test.ts',
      `import { coupling } from '@flowzoo/layers-coupling';`,
      'may import nothing of ours',
    ],
    ['packages/layers-coupling/src/a.ts', `import '@flowzoo/zoo';`, 'may import only @flowzoo/core'],
    ['packages/zoo/src/a.ts', `export * from '@flowzoo/layers-coupling';`, 'may import only @flowzoo/core'],
    ['packages/kernels-wasm/src/a.ts', `import type { Flow } from '@flowzoo/core';`, 'may import nothing of ours'],
    ['packages/zoo/src/a.ts', `import {\n  Flow,\n} from '@flowzoo/core/src/flow.ts';`, 'no published entry point'],
    ['packages/cli/src/a.ts', `import { Flow } from '../../core/src/index.ts';`, 'leaves its package'],
    ['packages/core/src/a.ts', `import { x } from '../dist/x.js';`, 'imports a built file'],
    ['packages/core/src/a.ts', `import { saveModel } from './node/save.ts';`, 'reaches Node-only code'],
    ['packages/core/src/a.ts', `import { readFile } from 'node:fs/promises';`, 'is only for Node'],
    ['packages/core/src/a.ts', `import { readFile } from 'fs/promises';`, 'is only for Node'],
    ['packages/zoo/src/a.ts', `const fs = await import('node:fs');`, 'is only for Node'],
    ['packages/core/src/a.ts', `import * as tf from '@tensorflow/tfjs-core';`, 'is not the public tfjs'],
    ['packages/core/src/a.test.ts', `import * as tf from '@tensorflow/tfjs/dist/tf.js';`, 'is not the public tfjs'],
    ['packages/core/src/a.ts', `import '@tensorflow/tfjs-backend-wasm';`, 'is not the public tfjs'],
    ['packages/layers-coupling/src/a.ts', `import { Ajv2020 } from 'ajv/dist/2020.js';`, 'is not declared'],
    ['packages/core/src/a.ts', `type A = import('@flowzoo/layers-coupling').A;`, 'may import nothing of ours'],
    ['packages/core/src/a.ts', `import { build } from './registry/test-build.ts';`, 'is only for tests'],
    ['packages/core/src/a.ts', `import { files } from '#files-of-nobody';`, 'is not in its imports'],
    ['packages/core/src/a.ts', `await tf.setBackend('cpu');`, 'calls setBackend'],
    ['examples/forged/src/a.ts', `import { Flow } from '../../../packages/core/src/index.ts';`, 'leaves its package'],
  ];

  it.each(forged)('finds the forged import in %s: %s', (path, text, reason) => {
    const faults = dependencyFaults({ path, text }, manifests);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(reason);
    expect(faults[0]).toContain(path);
  });

  const right: readonly (readonly [path: string, text: string])[] = [
    ['packages/core/src/a.ts', `import * as tf from '@tensorflow/tfjs';\nimport { Ajv2020 } from 'ajv/dist/2020.js';`],
    ['packages/core/src/node/a.ts', `import { rename } from 'node:fs/promises';\nimport { x } from '../x.ts';`],
    ['packages/core/src/a.test.ts', `import { build } from './registry/test-build.ts';`],
    ['packages/core/src/test-build.ts', `import { expect } from 'vitest';`],
    ['packages/core/src/conformance/a.ts', `await tf.setBackend('cpu');`],
    ['packages/core/src/a.test.ts', `import '@tensorflow/tfjs-backend-wasm';\nawait tf.setBackend('wasm');`],
    [
      'packages/core/src/a.ts',
      `/**\n * import { coupling } from '@flowzoo/layers-coupling';\n */\nexport const from = 'x';`,
    ],
    ['packages/layers-coupling/src/a.ts', `import type { Bijector } from '@flowzoo/core';`],
    ['packages/zoo/src/a.test.ts', `import { coupling } from '@flowzoo/layers-coupling';`],
    ['packages/cli/src/a.ts', `import { coupling } from '@flowzoo/layers-coupling';\nimport '@flowzoo/core/node';`],
  ];

  it.each(right)('accepts what is right in %s: %s', (path, text) => {
    expect(dependencyFaults({ path, text }, manifests)).toEqual([]);
  });
});

describe('importsOf', () => {
  it('reads every form of import and nothing else', () => {
    const text = [
      `import a from 'a';`,
      `import 'b';`,
      `import type {\n  C,\n  D,\n} from "c";`,
      `export { d } from 'd';`,
      `export * as e from 'e';`,
      `const f = await import('f');`,
      `// import g from 'g';`,
      `export const h = 'import x from "h"';`,
      `export const letters = Array.from('i');`,
    ].join('\n');
    expect(importsOf(text)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});
