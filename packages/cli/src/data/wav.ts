import { FlowzooError, isFlowzooError } from '@flowzoo/core';
import { readWav, writeWav, type Recording } from '@flowzoo/layers-autoregressive';
import type { DataValues, RawTable } from './data-table.ts';
import { requireHead } from './file-head.ts';

/**
 * Reads a recording; several channels become their mean.
 *
 * @throws FlowzooError `E_DATA_FORMAT` for another kind of file and for one that is cut off
 */
export function parseRecording(bytes: Uint8Array, path: string): Recording {
  requireHead(bytes, { kind: 'wav', description: 'a WAV recording', path });
  try {
    return readWav(bytes);
  } catch (error) {
    if (!isFlowzooError(error)) throw error;
    throw new FlowzooError(error.code, error.message.replace(/^WAV: /, ''), { at: path, cause: error });
  }
}

/** A recording as one row of samples on [−1, 1]. */
export function parseWav(bytes: Uint8Array, path: string): RawTable {
  const { samples } = parseRecording(bytes, path);
  return { shape: [1, samples.length], values: samples, dtype: 'float32' };
}

/**
 * All rows one after another as one recording of 16 bits; samples outside [−1, 1] are cut off.
 *
 * @throws FlowzooError `E_DATA_FORMAT` where nobody says how many samples a second has
 */
export function formatWav({ values }: DataValues, sampleRate: number | undefined, path: string): Uint8Array {
  if (sampleRate !== undefined) return writeWav({ samples: values, sampleRate });
  throw new FlowzooError('E_DATA_FORMAT', 'these rows are no sound', {
    at: path,
    expected: 'samples of a known sample rate',
    remedy: 'Write them to a .npy or .csv',
  });
}
