import { readFileSync } from 'node:fs';

/** A NumPy array of version 1.0, little-endian, in C order: its rows as float64. */
export function readRows(path: string): Float64Array[] {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.subarray(10, start).toString('latin1');
  const shape = /'shape': \(([^)]*)\)/
    .exec(header)![1]!
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  const width = shape.slice(1).reduce((product, size) => product * size, 1);
  const kind = /'descr': '.(\w\d)'/.exec(header)![1]!;
  if (kind !== 'u1' && kind !== 'f4') throw new Error(`${path} holds ${kind}`);
  const element = (i: number): number => (kind === 'u1' ? bytes[start + i]! : bytes.readFloatLE(start + 4 * i));
  return Array.from({ length: shape[0]! }, (_, row) =>
    Float64Array.from({ length: width }, (_, column) => element(row * width + column)),
  );
}
