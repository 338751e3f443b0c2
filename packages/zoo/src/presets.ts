import { FlowzooError, unpackModel, type FlowModel, type Model, type ModelSpec, type Registry } from '@flowzoo/core';
import { packageSource } from '#package-files';
import type { Card } from './card.ts';
import { urlSource, type PresetSource } from './source.ts';

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

/** Where to look for presets. */
export interface PresetPlace {
  /** Folder that holds `index.json`; in Node the default is the package itself, in a page there is none. */
  readonly baseUrl?: string | undefined;
  readonly signal?: AbortSignal | undefined;
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
  const spec = await presetSpec(name, options);
  const path = `${name}/${spec.weights!.file}`;
  const weights = await source.read(path, options.signal);
  return unpackModel<M>({ spec, weights }, { registry: options.registry, at: source.locate(path) });
}

/** The spec of a preset, as it is stored. @throws E_PRESET, E_FILE_READ */
export async function presetSpec(name: string, place: PresetPlace = {}): Promise<ModelSpec> {
  await assertKnown(name, place);
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
  throw new FlowzooError('E_PRESET', `there is no preset "${name}"`, {
    expected: names.join(', '),
    found: name,
    remedy: 'flowzoo list shows them all',
  });
}

async function readJson<T>(source: PresetSource, path: string, signal: AbortSignal | undefined): Promise<T> {
  const text = new TextDecoder().decode(await source.read(path, signal));
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new FlowzooError('E_FILE_READ', 'the file is not JSON', { at: source.locate(path), cause });
  }
}

function sourceOf(place: PresetPlace): PresetSource {
  return place.baseUrl === undefined ? packageSource() : urlSource(place.baseUrl);
}
