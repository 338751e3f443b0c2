import { describe, expect, it } from 'vitest';
import { formatIdx, parseIdx } from './idx.ts';

const bytes = Uint8Array.of(0, 0, 0x08, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 7, 8, 9, 255);

describe('parseIdx', () => {
  it('reads bytes', () => {
    const read = parseIdx(bytes, 'a.idx');
    expect(read).toMatchObject({ shape: [2, 1, 2], dtype: 'uint8' });
    expect(Array.from(read.values)).toEqual([7, 8, 9, 255]);
  });

  it.each([
    [0x09, [0xff], 'int8', -1],
    [0x0b, [0xff, 0xfe], 'int16', -2],
    [0x0c, [0, 1, 0, 0], 'int32', 65536],
    [0x0d, [0x3f, 0x80, 0, 0], 'float32', 1],
    [0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 'float64', 1.5],
  ])('reads type %d, big-endian', (type, data, dtype, value) => {
    const read = parseIdx(Uint8Array.of(0, 0, type, 1, 0, 0, 0, 1, ...data), 'a.idx');
    expect(read).toEqual({ shape: [1], dtype, values: [value] });
  });

  it.each([
    [
      'cut off in the data',
      bytes.subarray(0, -1),
      'a.idx: the file is cut off (expected 4 bytes of data for shape [2, 1, 2] of uint8, got 3)',
    ],
    [
      'cut off in the header',
      bytes.subarray(0, 9),
      'a.idx: the file is cut off (expected 16 bytes of header, got 9 bytes)',
    ],
    ['too long', Uint8Array.of(...bytes, 0), 'a.idx: more data than the header tells'],
    [
      'another kind of file',
      Uint8Array.of(0x1f, 0x8b, 8, 0),
      'a.idx: the file is not what its name says (expected an IDX array, got gzip-compressed data)',
    ],
  ])('%s', (_, bad, message) => {
    expect(() => parseIdx(bad, 'a.idx')).toThrow(
      expect.objectContaining({ code: 'E_DATA_FORMAT', message: expect.stringContaining(message) }),
    );
  });
});

describe('formatIdx', () => {
  it('writes bytes', () => {
    expect(formatIdx({ shape: [2, 1, 2], values: Float32Array.of(7, 8, 9, 255) }, 'a.idx')).toEqual(bytes);
  });

  it.each([
    [0.5, 'got 0.5 in row 1 (counted from 0)'],
    [-1, 'got -1 in row 1'],
    [256, 'got 256 in row 1'],
    [Number.NaN, 'got NaN in row 1'],
  ])('refuses %d', (value, message) => {
    expect(() => formatIdx({ shape: [2, 1], values: Float32Array.of(0, value) }, 'a.idx')).toThrow(
      expect.objectContaining({ code: 'E_DATA_FORMAT', message: expect.stringContaining(message) }),
    );
  });
});
