import type { Acceleration } from '@flowzoo/kernels-wasm';
import { coupling } from '@flowzoo/layers-coupling';
import { autoregressive } from '@flowzoo/layers-autoregressive';
import { glow } from '@flowzoo/layers-glow';
import { planar } from '@flowzoo/layers-planar';
import { createRegistry, type Registry } from '@flowzoo/core';
import { startEngine } from './engine.ts';
import { importPlugins } from './plugins/import-plugins.ts';
import { resolvePackage } from './plugins/resolve-package.ts';
import type { Terminal } from './terminal.ts';

/** Options that every command takes. */
export interface SessionOptions {
  /** `wasm` (with the kernels of @flowzoo/kernels-wasm), `wasm-stock` (as tfjs ships it) `cpu`, or `native`. */
  readonly backend?: string;
  /** Threads of one kernel, with `native`. */
  readonly threads?: number;
  /** Packages or files of further plugins. */
  readonly plugin?: readonly string[];
}

/** What one command works with: the engine is started, the registry has every plugin that is known so far. */
export interface Session {
  readonly registry: Registry;
  readonly terminal: Terminal;
  /** Which kernels run. */
  readonly acceleration: Acceleration;
}

/**
 * Starts the engine and registers the official families and the plugins named on the command line.
 *
 * @throws E_OPTION when tfjs has no such backend here, E_PLUGIN
 */
export async function openSession(options: SessionOptions, terminal: Terminal): Promise<Session> {
  const acceleration = await startEngine(options);
  for (const note of acceleration.notes) terminal.error(`note: ${note}`);
  const registry = createRegistry().use(coupling).use(planar).use(autoregressive).use(glow);
  for (const name of options.plugin ?? []) {
    const place = { folder: process.cwd(), at: `--plugin ${name}` };
    for (const plugin of await importPlugins(name, place)) registry.use(plugin);
  }
  return { registry, terminal, acceleration };
}

/**
 * Registers the packages that a spec requires and that are installed in the working folder. What is missing, the
 * registry says when it checks the spec.
 *
 * @throws E_PLUGIN when a package is there and cannot be used
 */
export async function registerRequired({ registry, terminal }: Session, spec: unknown): Promise<void> {
  const requires = (spec as { readonly requires?: unknown } | null | undefined)?.requires;
  if (typeof requires !== 'object' || requires === null) return;
  const folder = process.cwd();
  for (const name of Object.keys(requires)) {
    if (registry.plugins.has(name) || (await resolvePackage(name, folder)) === null) continue;
    for (const plugin of await importPlugins(name, { folder, at: `requires["${name}"]` })) {
      registry.use(plugin);
      terminal.error(`using ${plugin.name}@${plugin.version}, which the spec requires`);
    }
  }
}
