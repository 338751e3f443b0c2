import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { parsePng, toPng } from './png.ts';

const grey = { width: 3, height: 2, channels: 1, data: Uint8Array.of(0, 1, 2, 253, 254, 255) };

describe('PNG', () => {
  it('gives the pixels of a sheet back', () => {
    const read = parsePng(toPng(grey), 'a.png');
    expect(read).toMatchObject({ shape: [1, 2, 3, 1], dtype: 'uint8' });
    expect(Array.from(read.values)).toEqual([0, 1, 2, 253, 254, 255]);
  });

  it('reads colours, and drops an opaque alpha channel only', () => {
    const colours = parsePng(toPng({ width: 1, height: 2, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }), 'a');
    expect(colours.shape).toEqual([1, 2, 1, 3]);
    const rgba = (alpha: number): Uint8Array =>
      encode({ width: 1, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, alpha) });
    expect(parsePng(rgba(255), 'a')).toMatchObject({ shape: [1, 1, 1, 3], values: Uint8Array.of(1, 2, 3) });
    expect(parsePng(rgba(254), 'a')).toMatchObject({ shape: [1, 1, 1, 4], values: Uint8Array.of(1, 2, 3, 254) });
  });

  it('reads 16 bits', () => {
    const image = encode({ width: 2, height: 1, channels: 1, depth: 16, data: Uint16Array.of(256, 65535) });
    expect(parsePng(image, 'a')).toMatchObject({ dtype: 'uint16', values: Uint16Array.of(256, 65535) });
  });

  it('unpacks grey levels of less than a byte', () => {
    const image = encode({ width: 10, height: 2, channels: 1, depth: 1, data: Uint8Array.of(0xaa, 0x80, 0x55, 0x40) });
    expect(Array.from(parsePng(image, 'a').values)).toEqual([
      1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
    ]);
  });

  it('looks up a palette', () => {
    const palette = [
      [9, 8, 7],
      [1, 2, 3],
    ];
    const image = encode({ width: 2, height: 1, channels: 1, depth: 8, data: Uint8Array.of(1, 0), palette });
    expect(parsePng(image, 'a')).toMatchObject({ shape: [1, 1, 2, 3], values: Uint8Array.of(1, 2, 3, 9, 8, 7) });
  });

  const whole = toPng(grey);
  it.each([
    ['cut off', whole.subarray(0, 45), 'a.png: the PNG image is cut off or damaged'],
    ['without its end', whole.subarray(0, -12), 'a.png: the PNG image is cut off or damaged'],
    ['a flipped bit', whole.map((byte, i) => (i === 45 ? byte ^ 4 : byte)), 'CRC mismatch for chunk IDAT'],
    [
      'another kind of file',
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0),
      'a.png: the file is not what its name says (expected a PNG image, got a JPEG image)',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => parsePng(bytes, 'a.png')).toThrow(
      expect.objectContaining({ code: 'E_DATA_FORMAT', message: expect.stringContaining(message) }),
    );
  });
});
