import { FlowzooError } from '@flowzoo/core';
import { convertIndexedToRgb, decode, encode } from 'fast-png';
import type { DecodedPng } from 'fast-png';
import type { RawTable } from './data-table.ts';
import { requireHead } from './file-head.ts';
import type { Sheet } from './sheet.ts';

/** The byte of a PNG file that holds the colour type, and the type whose pixels are places in a palette. */
const COLOUR_TYPE_OFFSET = 25;
const INDEXED = 3;

/**
 * Reads one image as `[1, height, width, channels]` with the values that the file stores, 0 … 2^depth − 1.
 *
 * Palettes are looked up. An alpha channel that is opaque everywhere is dropped, as it says nothing about the image.
 *
 * @throws FlowzooError `E_DATA_FORMAT` for another kind of file and for a file that is cut off or damaged
 */
export function parsePng(bytes: Uint8Array, path: string): RawTable {
  requireHead(bytes, { kind: 'png', description: 'a PNG image', path });
  let image: { channels: number; depth: number; data: Uint8Array | Uint8ClampedArray | Uint16Array };
  let size: { width: number; height: number };
  try {
    const decoded = decode(bytes, { checkCrc: true });
    size = decoded;
    image = bytes[COLOUR_TYPE_OFFSET] === INDEXED ? lookUpPalette(decoded) : unpackBits(decoded);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FlowzooError('E_DATA_FORMAT', `the PNG image is cut off or damaged: ${message}`, { at: path, cause });
  }
  const opaque = 2 ** image.depth - 1;
  const hasAlpha = image.channels === 2 || image.channels === 4;
  const colours = image.channels - 1;
  const dropAlpha = hasAlpha && image.data.every((value, i) => i % image.channels !== colours || value === opaque);
  return {
    shape: [1, size.height, size.width, dropAlpha ? colours : image.channels],
    values: dropAlpha ? image.data.filter((_, i) => i % image.channels !== colours) : image.data,
    dtype: image.depth === 16 ? 'uint16' : 'uint8',
  };
}

/** The bytes of a PNG file, 8 bits per channel. */
export function toPng(sheet: Sheet): Uint8Array {
  return encode({ ...sheet, depth: 8 });
}

function lookUpPalette(decoded: DecodedPng): { channels: number; depth: number; data: Uint8Array } {
  const data = convertIndexedToRgb(decoded);
  return { channels: data.length / (decoded.width * decoded.height), depth: 8, data };
}

/** Grey levels of 1, 2 or 4 bits lie several to a byte, and every row begins with a new byte. */
function unpackBits(decoded: DecodedPng): Pick<DecodedPng, 'channels' | 'depth' | 'data'> {
  const { width, height, depth, data } = decoded;
  if (depth >= 8) return decoded;
  const stride = Math.ceil((width * depth) / 8);
  const levels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = data[y * stride + Math.floor((x * depth) / 8)]!;
      levels[y * width + x] = (byte >> (8 - depth - ((x * depth) % 8))) & (2 ** depth - 1);
    }
  }
  return { channels: 1, depth, data: levels };
}
