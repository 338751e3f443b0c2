import { describe, expect, it } from 'vitest';
import { formatNpy, parseNpy } from './npy.ts';

interface Written {
  readonly descr: string;
  readonly shape: string;
  readonly data: Uint8Array;
  readonly order?: string;
  readonly version?: number;
  readonly padding?: string;
}

/** A file written by hand from the definition of the format. */
function npy({ descr, shape, data, order = 'False', version = 1, padding = '' }: Written): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }${padding}\n`;
  const length = version === 1 ? [dict.length, 0] : [dict.length, 0, 0, 0];
  return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), version, 0, ...length, ...Buffer.from(dict), ...data]);
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

const numbers = (values: ArrayLike<unknown>): number[] => Array.from(values, Number);

describe('parseNpy', () => {
  it.each([
    ['|u1', Uint8Array.of(0, 16, 255), 'uint8', [0, 16, 255]],
    ['|i1', Int8Array.of(-1, 0, 5), 'int8', [-1, 0, 5]],
    ['|b1', Uint8Array.of(0, 1, 1), 'bool', [0, 1, 1]],
    ['<i2', Int16Array.of(-300, 0, 300), 'int16', [-300, 0, 300]],
    ['<u4', Uint32Array.of(1, 2, 4294967295), 'uint32', [1, 2, 4294967295]],
    ['<i8', BigInt64Array.of(-1n, 0n, 7n), 'int64', [-1, 0, 7]],
    ['<f2', Uint16Array.of(0x3c00, 0xc000, 0x3800), 'float16', [1, -2, 0.5]],
    ['<f4', Float32Array.of(0.5, -1.25, 3), 'float32', [0.5, -1.25, 3]],
    ['<f8', Float64Array.of(0.1, -1.25, 3), 'float64', [0.1, -1.25, 3]],
  ])('reads %s', (descr, array, dtype, expected) => {
    const read = parseNpy(npy({ descr, shape: '(3,)', data: bytesOf(array) }), 'a.npy');
    expect(read).toMatchObject({ shape: [3], dtype });
    expect(numbers(read.values)).toEqual(expected);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('reads data wherever the header ends (%d more spaces)', (spaces) => {
    const data = bytesOf(Float64Array.of(1, 2));
    const read = parseNpy(npy({ descr: '<f8', shape: '(1, 2)', data, padding: ' '.repeat(spaces) }), 'a.npy');
    expect(numbers(read.values)).toEqual([1, 2]);
  });

  it('reads version 2 of the format', () => {
    const read = parseNpy(npy({ descr: '|u1', shape: '(2, 1)', data: Uint8Array.of(4, 5), version: 2 }), 'a.npy');
    expect(read.shape).toEqual([2, 1]);
    expect(numbers(read.values)).toEqual([4, 5]);
  });

  it('reads Fortran order: the first axis varies fastest', () => {
    const data = Uint8Array.of(0, 10, 1, 11, 2, 12);
    expect(numbers(parseNpy(npy({ descr: '|u1', shape: '(2, 3)', data, order: 'True' }), 'a.npy').values)).toEqual([
      0, 1, 2, 10, 11, 12,
    ]);
    const cube = Uint8Array.of(0, 4, 2, 6, 1, 5, 3, 7);
    expect(
      numbers(parseNpy(npy({ descr: '|u1', shape: '(2, 2, 2)', data: cube, order: 'True' }), 'a.npy').values),
    ).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  const good = npy({ descr: '<f4', shape: '(2, 2)', data: bytesOf(Float32Array.of(1, 2, 3, 4)) });
  it.each([
    [
      'a PNG image',
      Uint8Array.from(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')),
      'a.npy: the file is not what its name says (expected a NumPy .npy array, got a PNG image)',
    ],
    [
      'cut off in the data',
      good.subarray(0, -3),
      'a.npy: the file is cut off (expected 16 bytes of data for shape [2, 2] of float32, got 13)',
    ],
    [
      'cut off in the header',
      good.subarray(0, 30),
      'a.npy: the file is cut off (expected a whole header, got 30 bytes)',
    ],
    ['cut off in the magic', good.subarray(0, 8), 'a.npy: the file is cut off (expected a whole header, got 8 bytes)'],
    [
      'too long',
      Uint8Array.from([...good, 0]),
      'a.npy: more data than the header tells (expected 16 bytes of data for shape [2, 2] of float32, got 17)',
    ],
    [
      'big-endian',
      npy({ descr: '>f4', shape: '(1,)', data: new Uint8Array(4) }),
      'a.npy: the array cannot be read: Unsupported dtype: >f4',
    ],
    [
      'complex',
      npy({ descr: '<c8', shape: '(1,)', data: new Uint8Array(8) }),
      'a.npy: elements that are not real numbers',
    ],
    [
      'text',
      npy({ descr: '<U3', shape: '(1,)', data: new Uint8Array(12) }),
      'a.npy: elements that are not real numbers',
    ],
    [
      'an odd shape',
      npy({ descr: '|u1', shape: '(2L,)', data: new Uint8Array(2) }),
      'a.npy: the shape in the header is not readable (got [NaN])',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => parseNpy(bytes, 'a.npy')).toThrow(
      expect.objectContaining({ code: 'E_DATA_FORMAT', message: expect.stringContaining(message) }),
    );
  });
});

describe('formatNpy', () => {
  it('writes what the format defines', () => {
    const bytes = formatNpy({ shape: [2, 1], values: Float32Array.of(1, -0.5) });
    expect(Array.from(bytes.subarray(0, 10))).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 54, 0]);
    const header = new TextDecoder().decode(bytes.subarray(10, 64));
    expect(header).toBe(`${"{'descr':'<f4','fortran_order':False,'shape':(2,1)}".padEnd(53)}\n`);
    expect(Array.from(bytes.subarray(64))).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xbf]);
  });

  it('writes a part of a larger buffer', () => {
    const values = Float32Array.of(1, 2, 3, 4).subarray(2);
    const read = parseNpy(formatNpy({ shape: [2], values }), 'a.npy');
    expect(read).toMatchObject({ shape: [2], dtype: 'float32' });
    expect(numbers(read.values)).toEqual([3, 4]);
  });
});
