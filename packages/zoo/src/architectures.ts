import type { PresetSummary } from './presets.ts';
import { readJson, sourceOf, type PresetPlace } from './read.ts';

/** A model that comes as a spec without weights: too large to ship, or to train here. */
export type ArchitectureSummary = Omit<PresetSummary, 'bytes'>;

/**
 * The specs without weights: architectures of papers, by name. `presetSpec` reads them; each has a README beside its spec.
 *
 * @throws E_FILE_READ
 * @example
 * for (const { name, parameters } of await listArchitectures()) console.log(name, parameters);
 */
export async function listArchitectures(place: PresetPlace = {}): Promise<readonly ArchitectureSummary[]> {
  return readJson<ArchitectureSummary[]>(sourceOf(place), 'architectures.json', place.signal);
}
