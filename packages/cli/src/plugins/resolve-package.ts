import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The conditions of `exports` that hold for an `import` in Node. */
const CONDITIONS: ReadonlySet<string> = new Set(['node', 'import', 'module-sync', 'default']);

/** The targets of `exports`: a path, a list of alternatives, or a choice by condition. */
type Target = string | null | readonly Target[] | { readonly [condition: string]: Target };

interface Manifest {
  readonly name?: string;
  readonly main?: string;
  readonly exports?: Target;
}

/**
 * The file that `import 'name'` would load in a folder, or null where no such package is installed.
 *
 * Node resolves for the module that asks and for no other folder (`import.meta.resolve` takes no parent, and
 * `createRequire` refuses packages that have an `import` condition only), so the rules are followed here: `node_modules`
 * upwards, a package by its own name, `exports` by condition, else `main`.
 *
 * @example
 * await resolvePackage('flowzoo-plugin-rotation', process.cwd()); // …/node_modules/flowzoo-plugin-rotation/dist/index.js
 */
export async function resolvePackage(specifier: string, folder: string): Promise<string | null> {
  const match = /^((?:@[^/\\]+\/)?[^./\\][^/\\]*)(\/.*)?$/.exec(specifier);
  if (match === null) return null;
  const [, name, rest = ''] = match;
  for (let at = resolve(folder); ; at = dirname(at)) {
    const self = await readManifest(at);
    if (self?.name === name && self?.exports !== undefined) return entryOf(at, self, rest);
    const installed = join(at, 'node_modules', name!);
    const manifest = await readManifest(installed);
    if (manifest !== null) return entryOf(installed, manifest, rest);
    if (dirname(at) === at) return null;
  }
}

async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return null;
  }
}

function entryOf(folder: string, manifest: Manifest, rest: string): string | null {
  if (manifest.exports === undefined) return join(folder, rest === '' ? (manifest.main ?? 'index.js') : rest);
  const target = pick(exportOf(manifest.exports, `.${rest}`));
  return target === null ? null : join(folder, target);
}

/** The entry of `exports` for a subpath; without keys that begin with a dot everything belongs to the package itself. */
function exportOf(exports: Target, subpath: string): Target {
  const hasPaths =
    typeof exports === 'object' && exports !== null && Object.keys(exports).some((key) => key.startsWith('.'));
  if (!hasPaths) return subpath === '.' ? exports : null;
  return (exports as Readonly<Record<string, Target>>)[subpath] ?? null;
}

/** The first target whose conditions hold. */
function pick(target: Target): string | null {
  if (target === null || typeof target === 'string') return target;
  const choices = Array.isArray(target)
    ? (target as readonly Target[])
    : Object.entries(target).flatMap(([condition, choice]) => (CONDITIONS.has(condition) ? [choice as Target] : []));
  for (const choice of choices) {
    const found = pick(choice);
    if (found !== null) return found;
  }
  return null;
}
