import { describe, expect, it } from 'vitest';
import { readWav, writeWav, type WavFormat } from './index.ts';

const samples = Float32Array.of(0, 0.5, -0.5, -1, 0.25);

/** A WAV file put together by hand. */
function file(options: {
  code?: number;
  channels?: number;
  bits?: number;
  data: number[];
  before?: number[];
}): Uint8Array {
  const { code = 1, channels = 1, bits = 16, data, before = [] } = options;
  const u32 = (n: number): number[] => [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255];
  const u16 = (n: number): number[] => u32(n).slice(0, 2);
  const text = (s: string): number[] => [...s].map((c) => c.charCodeAt(0));
  const block = (channels * bits) / 8;
  const format = [...u16(code), ...u16(channels), ...u32(8000), ...u32(8000 * block), ...u16(block), ...u16(bits)];
  const body = [
    ...text('WAVE'),
    ...before,
    ...text('fmt '),
    ...u32(16),
    ...format,
    ...text('data'),
    ...u32(data.length),
  ];
  return Uint8Array.from([...text('RIFF'), ...u32(body.length + data.length), ...body, ...data]);
}

describe('WAV files', () => {
  it.each<[WavFormat, number]>([
    ['pcm16', 0],
    ['float32', 0],
    ['pcm8', 0],
  ])('%s comes back', (format, tolerance) => {
    const bytes = writeWav({ samples, sampleRate: 8000 }, { format });
    const read = readWav(bytes);
    expect(read.sampleRate).toBe(8000);
    expect(read.samples).toHaveLength(5);
    read.samples.forEach((sample, i) => expect(Math.abs(sample - samples[i]!)).toBeLessThanOrEqual(tolerance));
    expect(bytes.length % 2).toBe(0);
    // Wherever in a buffer the bytes stand.
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    expect(readWav(moved.subarray(3)).samples).toEqual(read.samples);
  });

  it('the bytes are those of the format', () => {
    expect(writeWav({ samples: Float32Array.of(0.5, -1), sampleRate: 8000 })).toEqual(file({ data: [0, 64, 0, 128] }));
    expect(Array.from(readWav(writeWav({ samples: Float32Array.of(2, -2), sampleRate: 1 })).samples)).toEqual([
      32_767 / 32_768,
      -1,
    ]);
  });

  it('two channels become their mean, and other chunks are skipped', () => {
    const data = [0, 64, 0, 32, 0, 192, 0, 0];
    const list = [76, 73, 83, 84, 3, 0, 0, 0, 1, 2, 3, 0];
    expect(Array.from(readWav(file({ channels: 2, data, before: list })).samples)).toEqual([0.375, -0.25]);
  });

  it.each([
    ['WAV: this is no WAV file (expected RIFF … WAVE, got 3 bytes of something else)', Uint8Array.of(1, 2, 3)],
    [
      'WAV: the file ends inside its "data" chunk (expected 48 bytes, got 47). Was it copied whole?',
      file({ data: [0, 64, 0, 128] }).subarray(0, 47),
    ],
    [
      'WAV: the file holds no sound (expected a "data" chunk, got the end of the file)',
      file({ data: [] }).subarray(0, 36),
    ],
    [
      'WAV: this kind of WAV file is not read (expected PCM of 8 or 16 bits, or 32-bit floats, got format 1 with 24 bits and 1 channels)',
      file({ bits: 24, data: [0, 0, 0] }),
    ],
    [
      'WAV: the sound comes before its format (expected a "fmt " chunk first)',
      file({ data: [], before: [100, 97, 116, 97, 0, 0, 0, 0] }),
    ],
    [
      'WAV: the format chunk is too short (expected 16 bytes or more, got 2)',
      file({ data: [], before: [102, 109, 116, 32, 2, 0, 0, 0, 1, 0] }),
    ],
  ])('%s', (message, bytes) => {
    expect(() => readWav(bytes)).toThrow(message);
  });

  it('says what cannot be written', () => {
    expect(() => writeWav({ samples, sampleRate: 0 })).toThrow(
      'the sample rate must be a whole number, 1 or more (got 0)',
    );
    expect(() => writeWav({ samples: Float32Array.of(NaN), sampleRate: 1 })).toThrow(
      'sample 0: a sample is not finite (got NaN)',
    );
  });
});
