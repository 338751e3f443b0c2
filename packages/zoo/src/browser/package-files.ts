import { FlowzooError } from '@flowzoo/core';
import type { PresetSource } from '../source.ts';

/** A page has no package folder: it must say where the presets are served. */
export function packageSource(): PresetSource {
  throw new FlowzooError('E_OPTION', 'a page must say where the presets are served', {
    at: 'baseUrl',
    expected: 'the address of a folder that holds index.json',
    found: 'none',
    remedy: "Serve node_modules/@flowzoo/zoo/presets and pass { baseUrl: '/presets/' }",
  });
}
