import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FlowzooError } from '@flowzoo/core';
import type { PresetSource } from '../source.ts';

/** The presets that lie in this package, read from disk. */
export function packageSource(): PresetSource {
  const root = new URL('../../presets/', import.meta.url);
  const locate = (path: string): string => fileURLToPath(new URL(path, root));
  return {
    locate,
    async read(path) {
      try {
        return new Uint8Array(await readFile(locate(path)));
      } catch (cause) {
        throw new FlowzooError('E_FILE_READ', 'the preset file cannot be read', {
          at: locate(path),
          remedy: 'Install the package again: npm i @flowzoo/zoo',
          cause,
        });
      }
    },
  };
}
