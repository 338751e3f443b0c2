import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { coupling } from '@flowzoo/layers-coupling';
import { createRegistry, FlowzooError, type Plugin, type Registry } from '@flowzoo/core';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Options that every command takes. */
export interface SessionOptions {
  /** `wasm` or `cpu`. */
  readonly backend?: string;
  /** Packages or files of further plugins. */
  readonly plugin?: readonly string[];
}

/**
 * Chooses the backend.
 *
 * @throws E_OPTION when tfjs has no such backend here
 */
export async function startEngine(options: SessionOptions): Promise<void> {
  const backend = options.backend ?? 'wasm';
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

/** A registry with the official families and the plugins named on the command line. */
export async function openRegistry(options: SessionOptions): Promise<Registry> {
  const registry = createRegistry().use(coupling);
  for (const name of options.plugin ?? []) for (const plugin of await importPlugins(name)) registry.use(plugin);
  return registry;
}

/** Plugins that a package (seen from the working folder) or a file exports. */
async function importPlugins(name: string): Promise<Plugin[]> {
  let module: Record<string, unknown>;
  try {
    const from = join(process.cwd(), 'noop.js');
    const path = createRequire(from).resolve(name.startsWith('.') ? join(process.cwd(), name) : name);
    module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new FlowzooError('E_PLUGIN', 'the plugin cannot be imported', {
      at: `--plugin ${name}`,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: `Install it where you are: npm i ${name}`,
      cause,
    });
  }
  const brand = Symbol.for('@flowzoo/plugin');
  const plugins = Object.values(module).filter(
    (value) => typeof value === 'object' && value !== null && brand in value,
  ) as unknown as Plugin[];
  if (plugins.length > 0) return plugins;
  throw new FlowzooError('E_PLUGIN', 'the module exports no plugin', {
    at: `--plugin ${name}`,
    expected: 'an export made by definePlugin()',
    found: Object.keys(module).join(', ') || 'no exports',
  });
}
