import { FlowzooError } from '@flowzoo/core';
import { packageSource } from '#package-files';
import { urlSource, type PresetSource } from './source.ts';

/** Where to look for presets. */
export interface PresetPlace {
  /** Folder that holds `index.json`; in Node the default is the package itself, in a page there is none. */
  readonly baseUrl?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The files of a place. */
export function sourceOf(place: PresetPlace): PresetSource {
  return place.baseUrl === undefined ? packageSource() : urlSource(place.baseUrl);
}

/** A JSON file of a place, unchecked. @throws E_FILE_READ */
export async function readJson<T>(source: PresetSource, path: string, signal: AbortSignal | undefined): Promise<T> {
  const text = new TextDecoder().decode(await source.read(path, signal));
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new FlowzooError('E_FILE_READ', 'the file is not JSON', { at: source.locate(path), cause });
  }
}
