import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

// The compiler that vitest runs the same sources with, wherever npm has put it.
const vitest = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
const vite = createRequire(vitest.resolve('vite/package.json'));
const { transformSync } = await import(pathToFileURL(vite.resolve('rolldown/utils')).href);

/** Packages of the workspace are found by their sources. */
export function resolve(specifier, context, next) {
  return next(specifier, { ...context, conditions: ['@flowzoo/source', ...context.conditions] });
}

/** Takes the types off. */
export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  const { code } = transformSync(path, await readFile(path, 'utf8'));
  return { format: 'module', source: code, shortCircuit: true };
}
