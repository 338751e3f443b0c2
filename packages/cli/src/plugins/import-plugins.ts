import { FlowzooError, PLUGIN_BRAND, type Plugin } from '@flowzoo/core';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolvePackage } from './resolve-package.ts';

/** Where a plugin is looked for. */
export interface PluginPlace {
  /** The folder that packages are seen from, and that relative paths begin in. */
  readonly folder: string;
  /** What errors call it: `--plugin acme-flows`. */
  readonly at: string;
}

/**
 * The plugins that a package or a file (`./my-plugin.js`) exports.
 *
 * @throws E_PLUGIN when it is not installed, cannot be imported, or exports none
 */
export async function importPlugins(name: string, place: PluginPlace): Promise<readonly Plugin[]> {
  const path = /^[./\\]|^[a-z]:\\/i.test(name) ? resolve(place.folder, name) : await resolvePackage(name, place.folder);
  if (path === null) {
    throw new FlowzooError('E_PLUGIN', 'the package is not installed here', {
      at: place.at,
      expected: `a package that is seen from ${place.folder}, or a path such as ./plugin.js`,
      found: name,
      remedy: `Install it: npm i ${name}`,
    });
  }
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new FlowzooError('E_PLUGIN', 'the plugin cannot be imported', {
      at: place.at,
      found: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
  const plugins = Object.values(module).filter(
    (value) => typeof value === 'object' && value !== null && PLUGIN_BRAND in value,
  ) as Plugin[];
  if (plugins.length > 0) return [...new Set(plugins)];
  throw new FlowzooError('E_PLUGIN', 'the module exports no plugin', {
    at: place.at,
    expected: 'an export made by definePlugin()',
    found: Object.keys(module).join(', ') || 'no exports',
  });
}
