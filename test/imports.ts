import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import type { SourceFile } from './workspace.ts';

/** What a manifest says about imports. */
export interface Manifest {
  readonly name: string;
  readonly exports: readonly string[];
  /** Names of its own (`#files`) that stand for one file in Node and another in browsers. */
  readonly imports: readonly string[];
  readonly dependencies: readonly string[];
}

/** The manifests of the workspace by folder (`packages/core`), and what the root's manifest offers to tests. */
export interface Manifests {
  readonly byFolder: ReadonlyMap<string, Manifest>;
  readonly rootDependencies: readonly string[];
}

/** Lines of comments hold examples, which import what they like. The formatter keeps a comment's marks at line starts. */
export function withoutComments(text: string): string {
  return text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
}

/** Every module that a source names: static and dynamic imports, re-exports, and `import('…')` in types. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const statements = code.matchAll(/^(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]/gm);
  const calls = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  return [...statements, ...calls].map((match) => match[1] ?? '');
}

const builtins: ReadonlySet<string> = new Set(builtinModules);
const nodeFolders: readonly string[] = [
  'packages/core/src/node/',
  'packages/zoo/src/node/',
  'packages/cli/',
  'packages/kernels-native/',
  'examples/',
];
const backendPackage = '@tensorflow/tfjs-backend-wasm';

/** The packages of ours that the sources of a folder may name; `*` is all. */
function allowedOfOurs(folder: string): readonly string[] {
  const name = folder.split('/')[1] ?? '';
  if (folder.startsWith('examples/') || name === 'cli') return ['*'];
  if (name.startsWith('layers-') || name === 'zoo' || name === 'samplers') return ['@flowzoo/core'];
  if (name === 'kernels-native') return ['@flowzoo/kernels-wasm'];
  return [];
}

/** Tests, and what tests share: `test-….ts` beside them, which is neither built nor published. */
const isTest = (path: string): boolean =>
  /\.test\.ts$|\/test-[^/]+\.ts$/.test(path) || /^packages\/[^/]+\/test\//.test(path);
/** The conformance suite runs inside the tests of a plugin, once per backend. */
const conformanceFolder = 'packages/core/src/conformance/';
const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

function relativeFault(file: SourceFile, folder: string, name: string): string | undefined {
  const target = posix.join(posix.dirname(file.path), name);
  if (!target.startsWith(`${folder}/`)) return 'leaves its package: import the published entry point';
  if (target.includes('/dist/') && file.path.includes('/src/')) return 'imports a built file';
  if (isTest(target) && !isTest(file.path)) return 'is only for tests';
  const intoNode = /\/src\/node\//.test(target) && !/\/src\/node\//.test(file.path);
  if (intoNode && !isTest(file.path) && !folder.endsWith('/cli'))
    return 'reaches Node-only code from code for browsers';
  return undefined;
}

function oursFault(file: SourceFile, folder: string, name: string, manifests: Manifests): string | undefined {
  const owner = packageOf(name);
  const own = manifests.byFolder.get(folder)?.name === owner;
  const allowed = allowedOfOurs(folder);
  // The zoo's tests load presets, and for that they register the families.
  const loadsPresets = folder === 'packages/zoo' && isTest(file.path);
  if (!own && !loadsPresets && !allowed.includes('*') && !allowed.includes(owner)) {
    return `may import ${allowed.length === 0 ? 'nothing of ours' : `only ${allowed.join(', ')}`}`;
  }
  const target = [...manifests.byFolder.values()].find((manifest) => manifest.name === owner);
  if (!target) return 'is no package of this workspace';
  const entry = `.${name.slice(owner.length)}`;
  const published = target.exports.some((key) =>
    key.endsWith('/*') ? entry.startsWith(key.slice(0, -1)) : key === entry,
  );
  return published ? undefined : 'is no published entry point';
}

function tensorflowFault(file: SourceFile, folder: string, name: string): string | undefined {
  if (name === '@tensorflow/tfjs') return undefined;
  const mayChooseBackend =
    isTest(file.path) ||
    folder === 'packages/cli' ||
    folder === 'packages/kernels-wasm' ||
    folder.startsWith('examples/');
  if (name === backendPackage && mayChooseBackend) return undefined;
  return 'is not the public tfjs: import @tensorflow/tfjs';
}

function importFault(file: SourceFile, folder: string, name: string, manifests: Manifests): string | undefined {
  if (name.startsWith('.')) return relativeFault(file, folder, name);
  if (name.startsWith('node:') || builtins.has(packageOf(name))) {
    const allowed = isTest(file.path) || nodeFolders.some((start) => file.path.startsWith(start));
    return allowed ? undefined : 'is only for Node: code for browsers cannot import it';
  }
  const manifest = manifests.byFolder.get(folder);
  if (name.startsWith('#')) return manifest?.imports.includes(name) ? undefined : 'is not in its imports';
  const fault = name.startsWith('@flowzoo/')
    ? oursFault(file, folder, name, manifests)
    : name.startsWith('@tensorflow/')
      ? tensorflowFault(file, folder, name)
      : undefined;
  if (fault) return fault;
  const owner = packageOf(name);
  const declared =
    owner === manifest?.name ||
    manifest?.dependencies.includes(owner) ||
    (isTest(file.path) && (manifests.rootDependencies.includes(owner) || owner.startsWith('@flowzoo/')));
  return declared ? undefined : `is not declared in ${folder}/package.json`;
}

/** Every breach of the direction of dependence in one file, as `path: module reason`. */
export function dependencyFaults(file: SourceFile, manifests: Manifests): string[] {
  const folder = file.path.split('/').slice(0, 2).join('/');
  const faults: string[] = [];
  for (const name of importsOf(file.text)) {
    const fault = importFault(file, folder, name, manifests);
    if (fault) faults.push(`${file.path}: ${name} ${fault}`);
  }
  const library = folder.startsWith('packages/') && folder !== 'packages/cli' && !isTest(file.path);
  const suite = file.path.startsWith(conformanceFolder);
  if (library && !suite && /\bsetBackend\s*\(/.test(withoutComments(file.text))) {
    faults.push(`${file.path}: calls setBackend: the program chooses the backend, not the library`);
  }
  return faults;
}
