import { FlowzooError } from '../errors/flowzoo-error.ts';
import { swapForHost } from './byte-order.ts';
import { fromBfloat16, fromFloat16 } from './half-precision.ts';
import { readHeader, type TensorEntry } from './header.ts';
import { ELEMENT_BYTES, type NamedArray } from './named-array.ts';

/** What a safetensors file holds. */
export interface SafetensorsContents {
  /** By name, in the order of the header. */
  readonly tensors: Map<string, NamedArray>;
  readonly metadata: Record<string, string>;
}

/**
 * Reads a safetensors file: 8 bytes of header length N (little-endian), N bytes of JSON, the data.
 *
 * Nothing of the file is trusted: every length, shape and range is checked before anything is allocated. The arrays are
 * copies; the bytes may start anywhere and may be reused afterwards.
 *
 * @param options.at what errors call the file, default `safetensors`
 * @throws E_WEIGHTS_FORMAT for a damaged file, E_WEIGHTS_DTYPE for an element type outside of {@link NamedArray}
 * @see https://huggingface.co/docs/safetensors: the format's definition
 * @example
 * const { tensors } = readSafetensors(bytes, { at: 'model.safetensors' });
 * tensors.get('layers.0.shift')?.data;
 */
export function readSafetensors(bytes: Uint8Array, options: { readonly at?: string } = {}): SafetensorsContents {
  const at = options.at ?? 'safetensors';
  const { entries, metadata } = readHeader(bytes, at);
  const tensors = new Map<string, NamedArray>();
  for (const entry of entries) {
    const { name, dtype, shape, begin, end } = entry;
    // The copy starts at offset 0 of its own buffer: every element type is aligned in it.
    const copy = new Uint8Array(end - begin);
    copy.set(bytes.subarray(begin, end));
    const data = decodeElements(swapForHost(copy, ELEMENT_BYTES[dtype]), entry, at);
    tensors.set(name, { dtype, shape, data });
  }
  return { tensors, metadata };
}

function decodeElements(bytes: Uint8Array, { name, dtype }: TensorEntry, at: string): NamedArray['data'] {
  switch (dtype) {
    case 'F32':
      return new Float32Array(bytes.buffer);
    case 'F16':
      return fromFloat16(new Uint16Array(bytes.buffer));
    case 'BF16':
      return fromBfloat16(new Uint16Array(bytes.buffer));
    case 'I32':
      return new Int32Array(bytes.buffer);
    case 'I64':
      return new BigInt64Array(bytes.buffer);
    case 'U8':
      return bytes;
    case 'BOOL': {
      const index = bytes.findIndex((value) => value > 1);
      if (index < 0) return bytes;
      throw new FlowzooError('E_WEIGHTS_FORMAT', `tensor ${JSON.stringify(name)} is BOOL but element ${index} is not`, {
        at,
        expected: '0 or 1',
        found: `${bytes[index]}`,
      });
    }
  }
}
