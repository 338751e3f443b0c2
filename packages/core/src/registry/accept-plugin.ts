import { valid } from 'semver';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { CONTRACT, PLUGIN_BRAND, type PartDefinition, type Plugin } from './plugin.ts';

/**
 * Checks that a value is a plugin this core can work with, by its brand and contract and never by identity.
 *
 * @throws E_PLUGIN when it is no plugin, E_PLUGIN_CONTRACT when it was written for another contract
 */
export function acceptPlugin(value: unknown): Plugin {
  if (!isBranded(value)) {
    throw new FlowzooError('E_PLUGIN', 'registry.use() was given something that is not a plugin', {
      expected: 'what definePlugin() returns',
      found: describe(value),
      remedy: remedyFor(value),
    });
  }
  assertIdentified(value);
  if (value.contract !== CONTRACT) {
    throw new FlowzooError('E_PLUGIN_CONTRACT', `${value.name}@${value.version} was written for another contract`, {
      expected: `contract ${CONTRACT}`,
      found: `contract ${String(value.contract)}`,
      remedy:
        value.contract > CONTRACT
          ? 'Update core: npm i @flowzoo/core@latest'
          : `Update the plugin: npm i ${value.name}@latest`,
    });
  }
  assertPrefixed(value);
  for (const [type, definition] of definitionsOf(value)) assertComplete(value, type, definition);
  return value;
}

function assertIdentified({ name, version }: Plugin): void {
  if (typeof name === 'string' && name !== '' && valid(version) !== null) return;
  throw new FlowzooError('E_PLUGIN', 'a plugin needs the name and the version of its package', {
    expected: '{ name: "flowzoo-rotation", version: "1.0.0", … }',
    found: JSON.stringify({ name, version }),
  });
}

/** What the compiler tells an author in TypeScript, said to one in JavaScript before a spec names the type. */
function assertComplete(
  plugin: Plugin,
  type: string,
  definition: Partial<PartDefinition<unknown, never>> | null,
): void {
  const { version, schema, create } = definition ?? {};
  const missing =
    typeof schema !== 'object' || schema === null
      ? 'a schema'
      : !Number.isInteger(version) || version! < 1
        ? 'a version, 1 or more'
        : typeof create !== 'function'
          ? 'a function create'
          : null;
  if (missing === null) return;
  throw new FlowzooError('E_PLUGIN', `${plugin.name} defines "${type}" without ${missing}`, {
    expected: '{ version, schema, create }',
    found: describe(definition),
  });
}

function definitionsOf(plugin: Plugin): [string, PartDefinition<unknown, never> | null][] {
  return [plugin.bijectors, plugin.transformers, plugin.conditioners, plugin.distributions].flatMap((table) =>
    Object.entries(table ?? {}),
  );
}

/** Official short names are reserved; a stranger's types carry a prefix, so that two strangers never collide. */
function assertPrefixed(plugin: Plugin): void {
  if (plugin.name.startsWith('@flowzoo/')) return;
  const bare = definitionsOf(plugin).find(([type]) => !type.includes('/'))?.[0];
  if (bare === undefined) return;
  throw new FlowzooError('E_PLUGIN', `${plugin.name} registers the type "${bare}" without a prefix`, {
    expected: `a prefix of its own, such as "acme/${bare}"`,
    found: `"${bare}"`,
  });
}

function isBranded(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[PLUGIN_BRAND] === true;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return typeof value;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 4).join(', ')}`;
}

function remedyFor(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    const name = Object.keys(value).find((key) => isBranded((value as Record<string, unknown>)[key]));
    if (name !== undefined) return `This is a module: pass its export, registry.use(module.${name})`;
  }
  return 'Pass the plugin a package exports, such as registry.use(coupling)';
}
