import { FlowzooError } from '@flowzoo/core';
import { basename } from 'node:path';

/** How a file is written, as its name tells. */
export interface DataFormat {
  readonly kind: 'npy' | 'csv' | 'idx' | 'png' | 'wav';
  /** Whether gzip lies around it. */
  readonly compressed: boolean;
}

const ENDINGS: readonly (readonly [ending: RegExp, kind: DataFormat['kind']])[] = [
  [/\.npy$/i, 'npy'],
  [/\.csv$/i, 'csv'],
  [/(\.idx|[-.]ubyte)$/i, 'idx'],
  [/\.png$/i, 'png'],
  [/\.wav$/i, 'wav'],
];

/**
 * The format that a file's name tells.
 *
 * @throws FlowzooError `E_DATA_FORMAT` for a name with another ending
 */
export function dataFormat(path: string): DataFormat {
  const name = basename(path);
  const inner = name.replace(/\.gz$/i, '');
  const kind = ENDINGS.find(([ending]) => ending.test(inner))?.[1];
  if (kind === undefined) {
    throw new FlowzooError('E_DATA_FORMAT', 'a file name that does not tell its format', {
      at: path,
      expected: 'a name that ends in .npy, .csv, .idx, -ubyte, .png or .wav, or one of these and .gz',
      found: JSON.stringify(name),
    });
  }
  return { kind, compressed: inner !== name };
}
