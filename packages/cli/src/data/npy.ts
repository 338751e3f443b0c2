import { FlowzooError } from '@flowzoo/core';
import { dump, parse } from 'npyjs';
import type { DataType, DataValues, RawTable } from './data-table.ts';
import { elementCount } from './data-table.ts';
import { requireHead } from './file-head.ts';

const TYPES: Readonly<Record<string, { readonly dtype: DataType; readonly bytes: number }>> = {
  b1: { dtype: 'bool', bytes: 1 },
  u1: { dtype: 'uint8', bytes: 1 },
  i1: { dtype: 'int8', bytes: 1 },
  u2: { dtype: 'uint16', bytes: 2 },
  i2: { dtype: 'int16', bytes: 2 },
  u4: { dtype: 'uint32', bytes: 4 },
  i4: { dtype: 'int32', bytes: 4 },
  u8: { dtype: 'uint64', bytes: 8 },
  i8: { dtype: 'int64', bytes: 8 },
  f2: { dtype: 'float16', bytes: 2 },
  f4: { dtype: 'float32', bytes: 4 },
  f8: { dtype: 'float64', bytes: 8 },
};

/**
 * Reads a NumPy array: versions 1 to 3 of the format, little-endian integers, floats and booleans, both memory orders.
 *
 * @throws FlowzooError `E_DATA_FORMAT` for another kind of file, other types, and too few or too many bytes
 */
export function parseNpy(bytes: Uint8Array, path: string): RawTable {
  requireHead(bytes, { kind: 'npy', description: 'a NumPy .npy array', path });
  const { buffer, dataOffset } = align(bytes, path);
  // npyjs takes whatever follows the header for the data, so the header is read alone first, and the length checked.
  const header = attempt(() => parse(buffer.slice(0, dataOffset)), path);
  const { shape } = header;
  const type = TYPES[header.dtype];
  if (type === undefined) {
    throw npyError(path, 'elements that are not real numbers', {
      expected: `one of ${Object.keys(TYPES).join(', ')}`,
      found: header.dtype,
    });
  }
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw npyError(path, 'the shape in the header is not readable', { found: `[${shape.join(', ')}]` });
  }
  const expected = elementCount(shape) * type.bytes;
  const found = buffer.byteLength - dataOffset;
  if (found !== expected) {
    throw npyError(path, found < expected ? 'the file is cut off' : 'more data than the header tells', {
      expected: `${expected} bytes of data for shape [${shape.join(', ')}] of ${type.dtype}`,
      found: `${found}`,
    });
  }
  const data = attempt(() => parse(buffer), path).data as unknown as RawTable['values'];
  return { shape, dtype: type.dtype, values: header.fortranOrder ? fromFortranOrder(data, shape) : data };
}

/** The bytes of a float32 NumPy array, version 1.0, with the header padded to a multiple of 64 as the format asks. */
export function formatNpy(table: DataValues): Uint8Array {
  return new Uint8Array(align(new Uint8Array(dump(table.values, [...table.shape])), '').buffer);
}

/**
 * A copy whose data begin at a multiple of 64. Typed arrays can only lie at multiples of their element size, the format
 * asks for 64, and neither old writers nor npyjs keep to it.
 */
function align(bytes: Uint8Array, path: string): { buffer: ArrayBuffer; dataOffset: number } {
  const prefix = bytes[6] === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < prefix ? Infinity : prefix === 10 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (prefix + length > bytes.length) {
    throw npyError(path, 'the file is cut off', { expected: 'a whole header', found: `${bytes.length} bytes` });
  }
  const text = new TextDecoder('latin1').decode(bytes.subarray(prefix, prefix + length)).trimEnd();
  const dataOffset = Math.ceil((prefix + text.length + 1) / 64) * 64;
  const data = bytes.subarray(prefix + length);
  const aligned = new Uint8Array(dataOffset + data.length).fill(0x20, 0, dataOffset);
  aligned.set(bytes.subarray(0, 8));
  const alignedView = new DataView(aligned.buffer);
  if (prefix === 10) alignedView.setUint16(8, dataOffset - prefix, true);
  else alignedView.setUint32(8, dataOffset - prefix, true);
  for (let i = 0; i < text.length; i++) aligned[prefix + i] = text.charCodeAt(i);
  aligned[dataOffset - 1] = 0x0a;
  aligned.set(data, dataOffset);
  return { buffer: aligned.buffer, dataOffset };
}

/** The same array in C order: the last axis varies fastest instead of the first. */
function fromFortranOrder(values: RawTable['values'], shape: readonly number[]): (number | bigint | boolean)[] {
  const ordered = Array.from<number | bigint | boolean>({ length: values.length });
  const place = shape.map(() => 0);
  for (let target = 0; target < ordered.length; target++) {
    let source = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) source = source * shape[axis]! + place[axis]!;
    ordered[target] = values[source]!;
    for (let axis = shape.length - 1; axis >= 0 && ++place[axis]! === shape[axis]; axis--) place[axis] = 0;
  }
  return ordered;
}

function attempt<Result>(read: () => Result, path: string): Result {
  try {
    return read();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw npyError(path, `the array cannot be read: ${message}`, { cause });
  }
}

function npyError(
  path: string,
  summary: string,
  details: { readonly expected?: string; readonly found?: string; readonly cause?: unknown },
): FlowzooError {
  const remedy = "In Python, numpy.save(path, array.astype('<f4')) writes what is expected";
  return new FlowzooError('E_DATA_FORMAT', summary, { at: path, remedy, ...details });
}
