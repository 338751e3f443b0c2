import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { coupling } from '@flowzoo/layers-coupling';
import { autoregressive } from '@flowzoo/layers-autoregressive';
import { glow } from '@flowzoo/layers-glow';
import { planar } from '@flowzoo/layers-planar';
import { createRegistry, FlowzooError, type Registry } from '@flowzoo/core';
import { importPlugins } from './plugins/import-plugins.ts';
import { resolvePackage } from './plugins/resolve-package.ts';
import type { Terminal } from './terminal.ts';

/** Options that every command takes. */
export interface SessionOptions {
  /** `wasm` or `cpu`. */
  readonly backend?: string;
  /** Packages or files of further plugins. */
  readonly plugin?: readonly string[];
}

/** What one command works with: the engine is started, the registry has every plugin that is known so far. */
export interface Session {
  readonly registry: Registry;
  readonly terminal: Terminal;
}

/**
 * Starts the engine and registers the official families and the plugins named on the command line.
 *
 * @throws E_OPTION when tfjs has no such backend here, E_PLUGIN
 */
export async function openSession(options: SessionOptions, terminal: Terminal): Promise<Session> {
  await startEngine(options.backend ?? 'wasm');
  const registry = createRegistry().use(coupling).use(planar).use(autoregressive).use(glow);
  for (const name of options.plugin ?? []) {
    const place = { folder: process.cwd(), at: `--plugin ${name}` };
    for (const plugin of await importPlugins(name, place)) registry.use(plugin);
  }
  return { registry, terminal };
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

async function startEngine(backend: string): Promise<void> {
  // Also keeps tfjs from advertising, on standard error, a native package that does not install any more.
  tf.enableProdMode();
  if (!['wasm', 'cpu'].includes(backend) || !(await tf.setBackend(backend))) {
    throw new FlowzooError('E_OPTION', 'this backend is not available', {
      at: '--backend',
      expected: 'wasm or cpu',
      found: backend,
    });
  }
  await tf.ready();
}
