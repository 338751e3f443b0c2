import { FlowzooError } from '../errors/flowzoo-error.ts';
import { swapForHost } from './byte-order.ts';
import { toBfloat16, toFloat16 } from './half-precision.ts';
import {
  ARRAY_CLASS,
  countElements,
  ELEMENT_BYTES,
  HEADER_LIMIT,
  isDtype,
  METADATA_KEY,
  type NamedArray,
} from './named-array.ts';

/**
 * Writes arrays as a safetensors file.
 *
 * The bytes depend on the arguments alone: tensors and metadata stand in the order given, and the header is padded with
 * spaces so that the data starts at a multiple of 8 bytes. F16 and BF16 round to nearest, ties to even.
 *
 * @throws E_WEIGHTS_SHAPE when a length does not fit its shape, E_WEIGHTS_DTYPE when the array is of another class than
 * its dtype, E_WEIGHTS_FORMAT for a name or metadata that the format cannot hold
 * @example
 * const bytes = writeSafetensors(new Map([['scale', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }]]));
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const members: string[] = [];
  if (Object.keys(metadata).length > 0) members.push(metadataMember(metadata));
  let size = 0;
  for (const [name, array] of tensors) {
    assertWritable(name, array);
    const end = size + array.data.length * ELEMENT_BYTES[array.dtype];
    // By hand and not through one object, which would move names like "0" to the front.
    const description = { dtype: array.dtype, shape: array.shape, data_offsets: [size, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(description)}`);
    size = end;
  }
  const header = encodeHeader(members);
  const bytes = new Uint8Array(8 + header.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let offset = 8 + header.length;
  for (const array of tensors.values()) {
    const elements = encodeElements(array);
    bytes.set(elements, offset);
    offset += elements.length;
  }
  return bytes;
}

function metadataMember(metadata: Readonly<Record<string, string>>): string {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string') continue;
    throw new FlowzooError('E_WEIGHTS_FORMAT', `metadata ${JSON.stringify(key)} is no text`, {
      expected: 'a string',
      found: typeof value,
    });
  }
  return `"${METADATA_KEY}":${JSON.stringify(metadata)}`;
}

function encodeHeader(members: readonly string[]): Uint8Array {
  const text = new TextEncoder().encode(`{${members.join(',')}}`);
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  header.set(text);
  if (header.length > HEADER_LIMIT) {
    throw new FlowzooError('E_WEIGHTS_FORMAT', 'the names and metadata are too long for a header', {
      expected: `at most ${HEADER_LIMIT} bytes`,
      found: `${header.length} bytes`,
    });
  }
  return header;
}

function assertWritable(name: string, { dtype, shape, data }: NamedArray): void {
  const at = `tensor ${JSON.stringify(name)}`;
  if (name === METADATA_KEY) {
    throw new FlowzooError('E_WEIGHTS_FORMAT', 'the format keeps this name for its metadata', {
      at,
      remedy: 'Give the tensor another name',
    });
  }
  if (!isDtype(dtype)) {
    throw new FlowzooError('E_WEIGHTS_DTYPE', 'unknown dtype', {
      at,
      expected: Object.keys(ELEMENT_BYTES).join(', '),
      found: String(dtype),
    });
  }
  // By name and not instanceof: an array may come from another realm, a frame or a test runner's sandbox.
  const found = Object.prototype.toString.call(data).slice(8, -1);
  if (found !== ARRAY_CLASS[dtype].name) {
    throw new FlowzooError('E_WEIGHTS_DTYPE', `the data does not fit its dtype ${dtype}`, {
      at,
      expected: ARRAY_CLASS[dtype].name,
      found,
    });
  }
  const count = countElements(shape);
  if (count === null) {
    throw new FlowzooError('E_WEIGHTS_SHAPE', 'impossible shape', {
      at,
      expected: 'integers ≥ 0',
      found: `[${shape.join(', ')}]`,
    });
  }
  if (count !== data.length) {
    throw new FlowzooError('E_WEIGHTS_SHAPE', 'the data does not fit its shape', {
      at,
      expected: `${count} elements for [${shape.join(', ')}]`,
      found: `${data.length}`,
    });
  }
  if (dtype === 'BOOL' && (data as Uint8Array).some((value) => value > 1)) {
    throw new FlowzooError('E_WEIGHTS_FORMAT', 'BOOL data holds other values than 0 and 1', { at });
  }
}

function encodeElements({ dtype, data }: NamedArray): Uint8Array {
  let elements: NamedArray['data'] | Uint16Array = data;
  if (dtype === 'F16') elements = toFloat16(data as Float32Array);
  if (dtype === 'BF16') elements = toBfloat16(data as Float32Array);
  const copy = new Uint8Array(elements.byteLength);
  copy.set(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength));
  return swapForHost(copy, ELEMENT_BYTES[dtype]);
}
