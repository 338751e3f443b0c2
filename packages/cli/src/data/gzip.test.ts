import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compress, decompress } from './gzip.ts';

describe('gzip', () => {
  const plain = Uint8Array.from({ length: 1000 }, (_, i) => i % 7);

  it('gives the bytes back', () => {
    expect(Uint8Array.from(decompress(compress(plain), 'a.gz'))).toEqual(plain);
    expect(Uint8Array.from(gunzipSync(compress(plain)))).toEqual(plain);
  });

  it('writes neither time nor system', () => {
    expect(Array.from(compress(plain).subarray(4, 10))).toEqual([0, 0, 0, 0, 2, 255]);
  });

  it.each([
    [
      'cut off',
      compress(plain).subarray(0, -6),
      'a.gz: the gzip file is cut off or damaged (got unexpected end of file)',
    ],
    [
      'damaged',
      compress(plain).map((byte, i) => (i === 25 ? byte ^ 255 : byte)),
      'a.gz: the gzip file is cut off or damaged',
    ],
    [
      'not compressed',
      Uint8Array.of(0, 0, 8, 1),
      'a.gz: the file is not what its name says (expected gzip-compressed data, got an IDX array)',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decompress(bytes, 'a.gz')).toThrow(
      expect.objectContaining({ code: 'E_DATA_FORMAT', message: expect.stringContaining(message) }),
    );
  });
});
