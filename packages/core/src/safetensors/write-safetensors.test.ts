import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NamedArray } from './named-array.ts';
import { readSafetensors } from './read-safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';

const headerOf = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes.subarray(8, 8 + new DataView(bytes.buffer).getUint32(0, true)));

const byte = (value: number): NamedArray => ({ dtype: 'U8', shape: [1], data: Uint8Array.of(value) });

describe('writeSafetensors', () => {
  it('writes exactly the bytes of the definition', () => {
    const tensors = new Map<string, NamedArray>([
      ['w', { dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, -2.5) }],
      ['h', { dtype: 'F16', shape: [], data: Float32Array.of(1 / 3) }],
    ]);
    const header =
      '{"__metadata__":{"format":"flowzoo"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},' +
      '"h":{"dtype":"F16","shape":[],"data_offsets":[8,10]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8, ' ');
    expect(padded.length).toBeGreaterThan(header.length);
    // prettier-ignore
    expect([...writeSafetensors(tensors, { format: 'flowzoo' })]).toEqual([
      padded.length, 0, 0, 0, 0, 0, 0, 0,
      ...new TextEncoder().encode(padded),
      0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0, 0x55, 0x35,
    ]);
  });

  it('writes a file without tensors', () => {
    expect([...writeSafetensors(new Map())]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode('{}      ')]);
  });

  it('keeps the order given, for names that objects would reorder or lose', () => {
    const names = ['b', '10', 'a', '2', '__proto__', 'ü\n"'];
    const bytes = writeSafetensors(new Map(names.map((name, i) => [name, byte(i)])));
    const { tensors } = readSafetensors(bytes);
    expect([...tensors.keys()]).toEqual(names);
    expect([...bytes.subarray(-6)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(headerOf(bytes).length).toBeGreaterThan(0);
  });

  it('aligns the data to 8 bytes, whatever the names', () => {
    for (let length = 0; length < 9; length++) {
      const bytes = writeSafetensors(new Map([['n'.repeat(length), byte(1)]]));
      expect((bytes.length - 1) % 8).toBe(0);
    }
  });

  it('writes only the view of a larger buffer', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const { tensors } = readSafetensors(writeSafetensors(new Map([['x', { dtype: 'F32', shape: [2], data }]])));
    expect(tensors.get('x')!.data).toEqual(Float32Array.of(1, 2));
  });

  const refused: { name: string; tensor: string; array: unknown; code: string; message: string }[] = [
    {
      name: 'too few elements',
      tensor: 'w',
      array: { dtype: 'F32', shape: [2, 3], data: new Float32Array(5) },
      code: 'E_WEIGHTS_SHAPE',
      message: 'tensor "w": the data does not fit its shape (expected 6 elements for [2, 3], got 5)',
    },
    {
      name: 'a negative size',
      tensor: 'w',
      array: { dtype: 'F32', shape: [-1], data: new Float32Array(1) },
      code: 'E_WEIGHTS_SHAPE',
      message: 'tensor "w": impossible shape (expected integers ≥ 0, got [-1])',
    },
    {
      name: 'an array of another class',
      tensor: 'w',
      array: { dtype: 'I32', shape: [1], data: new Float32Array(1) },
      code: 'E_WEIGHTS_DTYPE',
      message: 'tensor "w": the data does not fit its dtype I32 (expected Int32Array, got Float32Array)',
    },
    {
      name: 'an unknown dtype',
      tensor: 'w',
      array: { dtype: 'F64', shape: [1], data: new Float64Array(1) },
      code: 'E_WEIGHTS_DTYPE',
      message: 'tensor "w": unknown dtype (expected F32, F16, BF16, I32, I64, U8, BOOL, got F64)',
    },
    {
      name: 'the name of the metadata',
      tensor: '__metadata__',
      array: byte(1),
      code: 'E_WEIGHTS_FORMAT',
      message: 'tensor "__metadata__": the format keeps this name for its metadata. Give the tensor another name',
    },
    {
      name: 'a BOOL of 2',
      tensor: 'w',
      array: { dtype: 'BOOL', shape: [1], data: Uint8Array.of(2) },
      code: 'E_WEIGHTS_FORMAT',
      message: 'tensor "w": BOOL data holds other values than 0 and 1',
    },
  ];

  it.each(refused)('refuses $name', ({ tensor, array, code, message }) => {
    expect(() => writeSafetensors(new Map([[tensor, array as NamedArray]]))).toThrow(
      expect.objectContaining({ code, message }),
    );
  });

  it('refuses metadata that is no text', () => {
    const metadata = { step: 3 } as unknown as Record<string, string>;
    expect(() => writeSafetensors(new Map(), metadata)).toThrow(
      'metadata "step" is no text (expected a string, got number)',
    );
  });
});

describe('the round trip', () => {
  const data = (dtype: NamedArray['dtype'], count: number): fc.Arbitrary<NamedArray['data']> => {
    const size = { minLength: count, maxLength: count };
    switch (dtype) {
      case 'F32':
        return fc.float32Array(size);
      case 'I32':
        return fc.int32Array(size);
      case 'I64':
        return fc.bigInt64Array(size);
      case 'BOOL':
        return fc.uint8Array({ ...size, max: 1 });
      case 'U8':
        return fc.uint8Array(size);
      // Values of 8 bits are exact in both half formats.
      case 'F16':
      case 'BF16':
        return fc.int8Array(size).map((values) => Float32Array.from(values, (value) => value / 64));
    }
  };
  const array: fc.Arbitrary<NamedArray> = fc
    .tuple(
      fc.constantFrom<NamedArray['dtype'][]>('F32', 'F16', 'BF16', 'I32', 'I64', 'U8', 'BOOL'),
      fc.array(fc.nat(3), { maxLength: 3 }),
    )
    .chain(([dtype, shape]) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return data(dtype, count).map((values) => ({ dtype, shape, data: values }));
    });
  const names = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__');
  const tensorsOf = fc.array(fc.tuple(names, array), { maxLength: 6 }).map((list) => new Map(list));
  const metadataOf = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true });

  it('gives back every tensor, the order and the metadata; writing again gives the same bytes', () => {
    fc.assert(
      fc.property(tensorsOf, metadataOf, fc.nat(7), (tensors, metadata, shift) => {
        const bytes = writeSafetensors(tensors, metadata);
        const shifted = new Uint8Array(bytes.length + shift);
        shifted.set(bytes, shift);
        const read = readSafetensors(shifted.subarray(shift));
        expect([...read.tensors]).toEqual([...tensors]);
        expect(read.metadata).toEqual(metadata);
        expect(writeSafetensors(read.tensors, read.metadata)).toEqual(bytes);
      }),
    );
  });

  it('refuses or reads a file with one byte changed, and never fails otherwise', () => {
    const whole = writeSafetensors(new Map([['w', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }]]));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
        const damaged = whole.slice();
        damaged[place]! ^= flip;
        let code = 'none';
        try {
          expect(readSafetensors(damaged).tensors.size).toBeLessThanOrEqual(1);
        } catch (error) {
          code = (error as { code: string }).code;
        }
        expect(['none', 'E_WEIGHTS_FORMAT', 'E_WEIGHTS_DTYPE']).toContain(code);
      }),
      { numRuns: 500 },
    );
  });
});
