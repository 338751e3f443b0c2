import { FlowzooError, unpackModel, type FlowModel, type Model, type ModelSpec, type Registry } from '@flowzoo/core';
import { listArchitectures } from './architectures.ts';
import type { Card } from './card.ts';
import { readJson, sourceOf, type PresetPlace } from './read.ts';

/** One line of the list of presets. */
export interface PresetSummary {
  readonly name: string;
  readonly summary: string;
  /** Event shape. */
  readonly event: readonly number[];
  readonly parameters: number;
  /** Bytes of the weights. */
  readonly bytes: number;
}

/** How to load a preset. */
export interface LoadPresetOptions extends PresetPlace {
  /** Must have the plugins that the preset needs. */
  readonly registry: Registry;
}

/**
 * The presets there are.
 *
 * @throws E_FILE_READ
 * @example
 * for (const { name, summary } of await listPresets()) console.log(name, summary);
 */
export async function listPresets(place: PresetPlace = {}): Promise<readonly PresetSummary[]> {
  return readJson<PresetSummary[]>(sourceOf(place), 'index.json', place.signal);
}

/**
 * A pretrained model, its weights checked against the SHA-256 in its spec. The caller disposes it.
 *
 * @throws E_PRESET for an unknown name, E_REQUIRES or E_UNKNOWN_TYPE when a plugin is missing, E_FILE_READ, E_WEIGHTS_HASH
 * @example
 * const flow = await loadPreset('realnvp-digits', { registry: createRegistry().use(coupling) });
 * const images = await flow.sample(16, { seed: 1 });
 */
export async function loadPreset<M extends Model = FlowModel>(name: string, options: LoadPresetOptions): Promise<M> {
  const source = sourceOf(options);
  await assertKnown(name, options);
  const spec = await presetSpec(name, options);
  const path = `${name}/${spec.weights!.file}`;
  const weights = await source.read(path, options.signal);
  return unpackModel<M>({ spec, weights }, { registry: options.registry, at: source.locate(path) });
}

/** The spec of a preset or of an architecture without weights, as it is stored. @throws E_PRESET, E_FILE_READ */
export async function presetSpec(name: string, place: PresetPlace = {}): Promise<ModelSpec> {
  const names = (await listPresets(place)).map((preset) => preset.name);
  // A mirror of the presets may have no list of architectures.
  if (!names.includes(name) && !(await isArchitecture(name, place))) throw unknownPreset(name, names);
  return readJson<ModelSpec>(sourceOf(place), `${name}/model.json`, place.signal);
}

/** The card of a preset. @throws E_PRESET, E_FILE_READ */
export async function presetCard(name: string, place: PresetPlace = {}): Promise<Card> {
  await assertKnown(name, place);
  return readJson<Card>(sourceOf(place), `${name}/card.json`, place.signal);
}

async function assertKnown(name: string, place: PresetPlace): Promise<void> {
  const names = (await listPresets(place)).map((preset) => preset.name);
  if (names.includes(name)) return;
  if (!(await isArchitecture(name, place))) throw unknownPreset(name, names);
  throw new FlowzooError('E_PRESET', `"${name}" is an architecture without weights`, {
    expected: names.join(', '),
    found: name,
    remedy: `Build presetSpec('${name}'), or train it: flowzoo train ${name} --data FILE --out FOLDER`,
  });
}

async function isArchitecture(name: string, place: PresetPlace): Promise<boolean> {
  const architectures = await listArchitectures(place).catch(() => []);
  return architectures.some((each) => each.name === name);
}

function unknownPreset(name: string, names: readonly string[]): FlowzooError {
  return new FlowzooError('E_PRESET', `there is no preset "${name}"`, {
    expected: names.join(', '),
    found: name,
    remedy: 'flowzoo list shows them all',
  });
}
