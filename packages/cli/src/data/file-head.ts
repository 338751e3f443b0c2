import { FlowzooError } from '@flowzoo/core';

/** What the first bytes of a file show it to be. */
export interface FileHead {
  readonly kind: 'empty' | 'npy' | 'png' | 'wav' | 'gzip' | 'idx' | 'text' | 'other';
  /** In words, with an article: `a PNG image`. */
  readonly description: string;
}

const SIGNATURES: readonly (readonly [kind: FileHead['kind'], bytes: string, description: string])[] = [
  ['npy', '\x93NUMPY', 'a NumPy .npy array'],
  ['png', '\x89PNG\r\n\x1a\n', 'a PNG image'],
  ['gzip', '\x1f\x8b', 'gzip-compressed data'],
  ['other', 'PK\x03\x04', 'a ZIP archive (.npz and .xlsx files are ZIP archives)'],
  ['other', '\xff\xd8\xff', 'a JPEG image'],
  ['other', 'GIF8', 'a GIF image'],
  ['other', '%PDF', 'a PDF document'],
  ['wav', 'RIFF', 'a RIFF file, such as WAV audio'],
  ['other', '\x89HDF', 'an HDF5 file'],
  ['other', 'PAR1', 'a Parquet file'],
  ['other', '\xff\xfe', 'UTF-16 text (save it as UTF-8)'],
  ['other', '\xfe\xff', 'UTF-16 text (save it as UTF-8)'],
  ['other', 'version https://git-lfs', 'a Git LFS pointer, not the file itself (run git lfs pull)'],
];

/** Recognizes a file by its first bytes. */
export function inspectHead(bytes: Uint8Array): FileHead {
  if (bytes.length === 0) return { kind: 'empty', description: 'an empty file' };
  const head = Array.from(bytes.subarray(0, 256), (byte) => String.fromCharCode(byte)).join('');
  for (const [kind, signature, description] of SIGNATURES) {
    if (head.startsWith(signature)) return { kind, description };
  }
  if (/^\0\0[\x08\x09\x0b-\x0e][\x01-\x08]/.test(head)) return { kind: 'idx', description: 'an IDX array' };
  if (head[8] === '{' && head.slice(3, 8) === '\0\0\0\0\0') {
    return { kind: 'other', description: 'a safetensors file' };
  }
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (/^<(!doctype html|html|head|body)/i.test(text)) return { kind: 'other', description: 'an HTML page' };
  if (text.startsWith('<?xml')) return { kind: 'other', description: 'an XML document' };
  if (text.startsWith('{')) return { kind: 'other', description: 'a JSON document' };
  // Control characters that no text contains; bytes from 0x80 on may be UTF-8.
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\x08\x0e-\x1f]/.test(head)) {
    const shown = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'));
    return { kind: 'other', description: `a file that begins with the bytes ${shown.join(' ')}` };
  }
  const line = new TextDecoder().decode(bytes.subarray(0, 256)).split(/\r?\n/)[0]!;
  return { kind: 'text', description: `text that begins with ${JSON.stringify(line.slice(0, 40))}` };
}

/**
 * Checks that a file is what its name says.
 *
 * @throws FlowzooError `E_DATA_EMPTY` for a file without bytes, `E_DATA_FORMAT` that tells what the file is instead
 */
export function requireHead(
  bytes: Uint8Array,
  expected: { readonly kind: FileHead['kind']; readonly description: string; readonly path: string },
): void {
  const head = inspectHead(bytes);
  if (head.kind === expected.kind) return;
  if (head.kind === 'empty') {
    throw new FlowzooError('E_DATA_EMPTY', 'no data', {
      at: expected.path,
      expected: expected.description,
      found: head.description,
    });
  }
  throw new FlowzooError('E_DATA_FORMAT', 'the file is not what its name says', {
    at: expected.path,
    expected: expected.description,
    found: head.description,
  });
}
