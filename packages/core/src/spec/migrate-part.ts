import type { PartDefinition } from '../registry/plugin.ts';
import type { SpecFault } from './faults.ts';

/**
 * Lifts a part's configuration, in place, to the version its definition has now. Absent `version` means 1.
 *
 * Returns a fault when the configuration is newer than the plugin, or older without a way up.
 */
export function migratePart(
  config: Record<string, unknown>,
  definition: PartDefinition<unknown, never>,
  path: string,
): SpecFault | null {
  const written = config['version'] ?? 1;
  if (typeof written !== 'number' || !Number.isInteger(written) || written < 1) return null; // the schema reports it
  if (written > definition.version) {
    const message = `"${String(config['type'])}" has version ${written}, the registered plugin knows up to ${definition.version}: update the plugin`;
    return { code: 'E_SPEC_VERSION', path, message };
  }
  let current: Record<string, unknown> = config;
  for (let from = written; from < definition.version; from++) {
    if (definition.migrate === undefined) {
      const message = `"${String(config['type'])}" has version ${from}, and the plugin has no migration to ${definition.version}`;
      return { code: 'E_SPEC_VERSION', path, message };
    }
    try {
      current = definition.migrate(current, from);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `"${String(config['type'])}" cannot be lifted from version ${from} to ${from + 1}: ${reason}`;
      return { code: 'E_SPEC_VERSION', path, message };
    }
  }
  if (current !== config) {
    for (const key of Object.keys(config)) delete config[key];
    Object.assign(config, current);
  }
  if (definition.version > 1) config['version'] = definition.version;
  return null;
}
