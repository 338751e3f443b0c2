import { FlowzooError } from '@flowzoo/core';
import { gunzipSync, gzipSync } from 'node:zlib';
import { requireHead } from './file-head.ts';

/**
 * The uncompressed bytes of a gzip file.
 *
 * @throws FlowzooError `E_DATA_FORMAT` when it is no gzip file, cut off or damaged
 */
export function decompress(bytes: Uint8Array, path: string): Uint8Array {
  requireHead(bytes, { kind: 'gzip', description: 'gzip-compressed data', path });
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FlowzooError('E_DATA_FORMAT', 'the gzip file is cut off or damaged', {
      at: path,
      found: message,
      remedy: 'Fetch or write the file again',
      cause,
    });
  }
}

/** The bytes compressed with gzip, without time and system in the header: the same bytes on every machine. */
export function compress(bytes: Uint8Array): Uint8Array {
  const compressed = gzipSync(bytes, { level: 9 });
  // Byte 9 names the operating system; 255 means unknown (RFC 1952, section 2.3.1).
  compressed[9] = 255;
  return compressed;
}
