import { describe, expect, it } from 'vitest';
import { readSafetensors } from './read-safetensors.ts';
import { fileOf } from './test-build.ts';

const float = '"dtype":"F32","shape":[1]';
const one = [0, 0, 0x80, 0x3f];

describe('readSafetensors', () => {
  it('reads a file written by hand from the definition', () => {
    // prettier-ignore
    const bytes = Uint8Array.of(
      0x58, 0, 0, 0, 0, 0, 0, 0, // 88 bytes of header
      ...new TextEncoder().encode(
        '{"__metadata__":{"k":"v"},"a.b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}     ',
      ),
      0, 0, 0x80, 0x3f, // 1
      0, 0, 0x20, 0xc0, // −2.5
    );
    const { tensors, metadata } = readSafetensors(bytes);
    expect(metadata).toEqual({ k: 'v' });
    expect([...tensors]).toEqual([['a.b', { dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, -2.5) }]]);
  });

  it.each([
    ['F32', [0, 0, 0x80, 0x3f, 0, 0, 0x80, 0xff], Float32Array.of(1, -Infinity)],
    ['F16', [0, 0x3c, 1, 0x80], Float32Array.of(1, -(2 ** -24))],
    ['BF16', [0x80, 0x3f, 0x49, 0x40], Float32Array.of(1, 3.140625)],
    ['I32', [0xfe, 0xff, 0xff, 0xff, 0, 1, 0, 0], Int32Array.of(-2, 256)],
    ['I64', [...Array(8).fill(255), 0, 0, 0, 0, 1, 0, 0, 0], BigInt64Array.of(-1n, 2n ** 32n)],
    ['U8', [0, 255], Uint8Array.of(0, 255)],
    ['BOOL', [0, 1], Uint8Array.of(0, 1)],
  ])('reads %s, aligned or not', (dtype, data, expected) => {
    const header = `{"x":{"dtype":"${dtype}","shape":[2],"data_offsets":[0,${data.length}]}}`;
    for (const padding of ['', ' ', '   ', '      ']) {
      const file = fileOf(header + padding, data);
      const shifted = new Uint8Array(file.length + 2);
      shifted.set(file, 1);
      for (const bytes of [file, shifted.subarray(1, -1)]) {
        expect(readSafetensors(bytes).tensors.get('x')).toEqual({ dtype, shape: [2], data: expected });
      }
    }
  });

  it('copies: later changes of the bytes do not reach the arrays', () => {
    const bytes = fileOf('{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [7]);
    const { tensors } = readSafetensors(bytes);
    bytes.fill(0);
    expect([...(tensors.get('x')!.data as Uint8Array)]).toEqual([7]);
  });

  it('takes tensors in any order of their ranges, scalars, and tensors without elements anywhere between', () => {
    const header = `{
      "b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}, "none":{"dtype":"F32","shape":[3,0],"data_offsets":[4,4]},
      "0":{"dtype":"F32","shape":[],"data_offsets":[0,4]}, "end":{"dtype":"I64","shape":[0],"data_offsets":[6,6]} }`;
    const { tensors, metadata } = readSafetensors(fileOf(header.trim(), [...one, 8, 9]));
    expect([...tensors.keys()]).toEqual(['b', 'none', '0', 'end']);
    expect(tensors.get('b')!.data).toEqual(Uint8Array.of(8, 9));
    expect(tensors.get('0')).toEqual({ dtype: 'F32', shape: [], data: Float32Array.of(1) });
    expect(tensors.get('none')).toEqual({ dtype: 'F32', shape: [3, 0], data: new Float32Array(0) });
    expect(metadata).toEqual({});
  });

  it('takes a file without tensors, and keys it does not know', () => {
    expect(readSafetensors(fileOf('{}')).tensors.size).toBe(0);
    expect(readSafetensors(fileOf(`{"x":{${float},"data_offsets":[0,4],"note":1}}`, one)).tensors.size).toBe(1);
  });

  it('keeps a tensor whose name every object has', () => {
    const { tensors } = readSafetensors(fileOf(`{"__proto__":{${float},"data_offsets":[0,4]}}`, one));
    expect(tensors.get('__proto__')!.data).toEqual(Float32Array.of(1));
  });
});

const entry = (rest: string): string => `{"w":{${rest}}}`;
const DAMAGED = '. The file is damaged or no safetensors file: fetch or save it again';

const rejections: { name: string; bytes: Uint8Array; message: string }[] = [
  {
    name: 'an empty file',
    bytes: new Uint8Array(0),
    message: 'the file is truncated (expected at least 8 bytes, got 0 bytes)',
  },
  {
    name: 'a file that ends inside the length',
    bytes: new Uint8Array(7),
    message: 'the file is truncated (expected at least 8 bytes, got 7 bytes)',
  },
  {
    name: 'a header longer than the file',
    bytes: fileOf('{}', [], 3n),
    message: 'the file ends inside the header (expected a header of 3 bytes, got 2 bytes after its length)',
  },
  {
    name: 'a header beyond the limit',
    bytes: fileOf('{}', [], 100_000_001n),
    message: 'the header is too long (expected at most 100000000 bytes, got 100000001 bytes)',
  },
  {
    name: 'a length of 64 bits',
    bytes: fileOf('{}', [], 2n ** 64n - 1n),
    message: 'the header is too long (expected at most 100000000 bytes, got 18446744073709551615 bytes)',
  },
  {
    name: 'no header',
    bytes: fileOf(''),
    message: 'the header is not JSON (got "")',
  },
  {
    name: 'what is not JSON',
    bytes: fileOf('{"w":'),
    message: String.raw`the header is not JSON (got "{\"w\":")`,
  },
  {
    name: 'what is not UTF-8',
    bytes: fileOf('{}  ').fill(0xff, 8),
    message: 'the header is not UTF-8',
  },
  ...['[]', 'null', '3', '"w"', ' {}'].map((header) => ({
    name: `the header ${header}`,
    bytes: fileOf(header),
    message: `the header is not a JSON object (expected {…}, got ${JSON.stringify(header)})`,
  })),
  {
    name: 'a byte order mark',
    bytes: fileOf('\uFEFF{}'),
    message: 'the header is not JSON (got "\uFEFF{}")',
  },
  {
    name: 'a name twice',
    bytes: fileOf(`{"w":{${float},"data_offsets":[0,4]},"w":{${float},"data_offsets":[4,8]}}`, [...one, ...one]),
    message: '"w" stands twice in the header',
  },
  {
    name: 'a key twice in a tensor',
    bytes: fileOf(entry(`${float},"data_offsets":[0,8],"data_offsets":[0,4]`), one),
    message: '"w" / "data_offsets" stands twice in the header',
  },
  {
    name: 'metadata that is no object',
    bytes: fileOf('{"__metadata__":["a"]}'),
    message: '"__metadata__" is no object (expected {"name": "text"}, got ["a"])',
  },
  {
    name: 'metadata that is no text',
    bytes: fileOf('{"__metadata__":{"step":3}}'),
    message: '"__metadata__" / "step" is no text (expected a string, got 3)',
  },
  {
    name: 'a tensor that is no object',
    bytes: fileOf('{"w":[1]}'),
    message: 'tensor "w" is not described by an object (expected {"dtype", "shape", "data_offsets"}, got [1])',
  },
  ...['[-1]', '[1.5]', '["1"]', '1', 'null', '[9007199254740992]', '[4294967296,4294967296]'].map((shape) => ({
    name: `the shape ${shape}`,
    bytes: fileOf(entry(`"dtype":"F32","shape":${shape},"data_offsets":[0,4]`), one),
    message: `tensor "w" has an impossible shape (expected integers ≥ 0, got ${shape})`,
  })),
  {
    name: 'a shape nested beyond the stack',
    bytes: fileOf(
      entry(`"dtype":"F32","shape":${'['.repeat(100_000)}${']'.repeat(100_000)},"data_offsets":[0,4]`),
      one,
    ),
    message: 'tensor "w" has an impossible shape (expected integers ≥ 0, got a value nested too deeply to show)',
  },
  {
    name: 'no shape',
    bytes: fileOf(entry('"dtype":"F32","data_offsets":[0,4]'), one),
    message: 'tensor "w" has an impossible shape (expected integers ≥ 0, got nothing)',
  },
  ...['[4,0]', '[-4,0]', '[0]', '[0,4,8]', '[0,4.5]', '["0","4"]', '{"0":0}'].map((range) => ({
    name: `the range ${range}`,
    bytes: fileOf(entry(`${float},"data_offsets":${range}`), one),
    message: `tensor "w" has an impossible range (expected "data_offsets": [begin, end] with 0 ≤ begin ≤ end, got ${range})`,
  })),
  {
    name: 'no range',
    bytes: fileOf(entry(float), one),
    message:
      'tensor "w" has an impossible range (expected "data_offsets": [begin, end] with 0 ≤ begin ≤ end, got nothing)',
  },
  {
    name: 'a range that does not fit the shape',
    bytes: fileOf(entry('"dtype":"F16","shape":[2,3],"data_offsets":[0,4]'), one),
    message:
      'tensor "w" has a range that does not fit its shape (expected 12 bytes for F16 [2,3], got 4 bytes in [0, 4])',
  },
  {
    name: 'data cut off',
    bytes: fileOf(entry(`${float},"data_offsets":[0,4]`), [0, 0, 0x80]),
    message: 'the file is truncated: tensor "w" lies beyond its end (expected at least 66 bytes, got 65 bytes)',
  },
  {
    name: 'overlapping ranges',
    bytes: fileOf(`{"a":{${float},"data_offsets":[0,4]},"b":{${float},"data_offsets":[2,6]}}`, [...one, 0, 0]),
    message: 'tensor "b" overlaps tensor "a" (expected data_offsets from 4, got 2)',
  },
  {
    name: 'two tensors in one range',
    bytes: fileOf(`{"a":{${float},"data_offsets":[0,4]},"b":{${float},"data_offsets":[0,4]}}`, one),
    message: 'tensor "b" overlaps tensor "a" (expected data_offsets from 4, got 0)',
  },
  {
    name: 'a tensor without elements inside another',
    bytes: fileOf(`{"a":{${float},"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[0],"data_offsets":[2,2]}}`, one),
    message: 'tensor "b" overlaps tensor "a" (expected data_offsets from 4, got 2)',
  },
  {
    name: 'a gap at the start',
    bytes: fileOf(entry(`${float},"data_offsets":[1,5]`), [0, ...one]),
    message: 'there is a gap before tensor "w" (expected data_offsets from 0, got 1)',
  },
  {
    name: 'a gap in the middle',
    bytes: fileOf(`{"b":{${float},"data_offsets":[5,9]},"a":{${float},"data_offsets":[0,4]}}`, [...one, 0, ...one]),
    message: 'there is a gap before tensor "b" (expected data_offsets from 4, got 5)',
  },
  {
    name: 'bytes behind the last tensor',
    bytes: fileOf(entry(`${float},"data_offsets":[0,4]`), [...one, 0]),
    message: 'bytes follow the last tensor (expected 66 bytes, got 67 bytes)',
  },
  {
    name: 'bytes without any tensor',
    bytes: fileOf('{}', [0]),
    message: 'bytes follow the last tensor (expected 10 bytes, got 11 bytes)',
  },
];

describe('readSafetensors refuses', () => {
  it.each(rejections)('$name', ({ bytes, message }) => {
    const at = 'model.safetensors';
    expect(() => readSafetensors(bytes, { at })).toThrow(
      expect.objectContaining({ code: 'E_WEIGHTS_FORMAT', message: `${at}: ${message}${DAMAGED}` }),
    );
  });

  it.each(['"F64"', '"f32"', '"toString"', '32', 'null'])('the dtype %s', (dtype) => {
    const bytes = fileOf(entry(`"dtype":${dtype},"shape":[1],"data_offsets":[0,8]`), [...one, ...one]);
    expect(() => readSafetensors(bytes, { at: 'm' })).toThrow(
      expect.objectContaining({
        code: 'E_WEIGHTS_DTYPE',
        message: `m: tensor "w" has a dtype that flowzoo does not read (expected F32, F16, BF16, I32, I64, U8, BOOL, got ${dtype})`,
      }),
    );
  });

  it('a BOOL that is neither 0 nor 1', () => {
    const bytes = fileOf(entry('"dtype":"BOOL","shape":[2],"data_offsets":[0,2]'), [1, 2]);
    expect(() => readSafetensors(bytes)).toThrow(
      'safetensors: tensor "w" is BOOL but element 1 is not (expected 0 or 1, got 2)',
    );
  });

  it('every file cut short', () => {
    const whole = fileOf(entry(`${float},"data_offsets":[0,4]`), one);
    for (let length = 0; length < whole.length; length++) {
      expect(() => readSafetensors(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'E_WEIGHTS_FORMAT' }),
      );
    }
    expect(readSafetensors(whole).tensors.size).toBe(1);
  });

  it('what stands in a long damaged header only by its start', () => {
    expect(() => readSafetensors(fileOf(`{${'x'.repeat(500)}`))).toThrow(/got "\{x{59}…\)/);
  });
});
