import { FlowzooError } from '@flowzoo/core';
import type { DataType, DataValues, RawTable } from './data-table.ts';
import { elementCount } from './data-table.ts';
import { requireHead } from './file-head.ts';

interface ElementType {
  readonly dtype: DataType;
  readonly bytes: number;
  readonly read: (view: DataView, offset: number) => number;
}

const TYPES: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [0x08, { dtype: 'uint8', bytes: 1, read: (view, offset) => view.getUint8(offset) }],
  [0x09, { dtype: 'int8', bytes: 1, read: (view, offset) => view.getInt8(offset) }],
  [0x0b, { dtype: 'int16', bytes: 2, read: (view, offset) => view.getInt16(offset) }],
  [0x0c, { dtype: 'int32', bytes: 4, read: (view, offset) => view.getInt32(offset) }],
  [0x0d, { dtype: 'float32', bytes: 4, read: (view, offset) => view.getFloat32(offset) }],
  [0x0e, { dtype: 'float64', bytes: 8, read: (view, offset) => view.getFloat64(offset) }],
]);

/**
 * Reads an IDX array, the format of MNIST: two zero bytes, the type, the number of axes, their sizes as big-endian
 * uint32, then the values, big-endian.
 *
 * @throws FlowzooError `E_DATA_FORMAT` for another kind of file and for too few or too many bytes
 */
export function parseIdx(bytes: Uint8Array, path: string): RawTable {
  requireHead(bytes, { kind: 'idx', description: 'an IDX array', path });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = TYPES.get(bytes[2]!)!;
  const rank = bytes[3]!;
  const dataOffset = 4 + 4 * rank;
  if (bytes.length < dataOffset) {
    throw new FlowzooError('E_DATA_FORMAT', 'the file is cut off', {
      at: path,
      expected: `${dataOffset} bytes of header`,
      found: `${bytes.length} bytes`,
    });
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = elementCount(shape) * type.bytes;
  const found = bytes.length - dataOffset;
  if (found !== expected) {
    const summary = found < expected ? 'the file is cut off' : 'more data than the header tells';
    throw new FlowzooError('E_DATA_FORMAT', summary, {
      at: path,
      expected: `${expected} bytes of data for shape [${shape.join(', ')}] of ${type.dtype}`,
      found: `${found}`,
    });
  }
  const values =
    type.dtype === 'uint8'
      ? bytes.subarray(dataOffset)
      : Array.from({ length: elementCount(shape) }, (_, i) => type.read(view, dataOffset + i * type.bytes));
  return { shape, values, dtype: type.dtype };
}

/**
 * The bytes of a uint8 IDX array.
 *
 * @throws FlowzooError `E_DATA_FORMAT` for a value that is not an integer from 0 to 255
 */
export function formatIdx(table: DataValues, path: string): Uint8Array {
  const { shape, values } = table;
  const bad = values.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value <= 255));
  if (bad !== -1) {
    throw new FlowzooError('E_DATA_FORMAT', 'an IDX file of bytes cannot hold these values', {
      at: path,
      expected: 'integers from 0 to 255',
      found: `${values[bad]} in row ${Math.floor(bad / elementCount(shape.slice(1)))} (counted from 0)`,
      remedy: 'Write a .npy file instead',
    });
  }
  const dataOffset = 4 + 4 * shape.length;
  const bytes = new Uint8Array(dataOffset + values.length);
  bytes.set([0, 0, 0x08, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  bytes.set(values, dataOffset);
  return bytes;
}
