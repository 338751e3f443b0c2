import { FlowzooError } from '@flowzoo/core';

/** A recording of one channel. */
export interface Recording {
  /** On [−1, 1]. */
  readonly samples: Float32Array;
  /** Samples per second. */
  readonly sampleRate: number;
}

/** How samples are written. */
export type WavFormat = 'pcm16' | 'pcm8' | 'float32';

const PCM = 1;
const FLOAT = 3;
/** The true format stands in the first two bytes of a GUID. */
const EXTENSIBLE = 0xfffe;
const HEADER = 44;

/**
 * Reads a WAV file (RIFF, little-endian): PCM of 8 or 16 bits, or 32-bit floats. Several channels become one, their mean.
 * PCM16 is divided by 32 768, PCM8 is (byte − 128) / 128, floats are taken as they are.
 *
 * @throws E_DATA_FORMAT for what is no WAV file, ends too early, or holds another format
 * @example
 * const { samples, sampleRate } = readWav(new Uint8Array(await blob.arrayBuffer()));
 */
export function readWav(bytes: Uint8Array): Recording {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') {
    throw wrong('this is no WAV file', { expected: 'RIFF … WAVE', found: `${bytes.length} bytes of something else` });
  }
  let format: Format | null = null;
  let at = 12;
  while (at + 8 <= bytes.length) {
    const [name, size] = [tag(view, at), view.getUint32(at + 4, true)];
    const body = at + 8;
    if (body + size > bytes.length) {
      throw wrong(`the file ends inside its "${name}" chunk`, {
        expected: `${body + size} bytes`,
        found: `${bytes.length}`,
        remedy: 'Was it copied whole?',
      });
    }
    if (name === 'fmt ') format = readFormat(view, body, size);
    if (name === 'data') {
      if (format === null) throw wrong('the sound comes before its format', { expected: 'a "fmt " chunk first' });
      return { samples: readSamples(view, { body, size, format }), sampleRate: format.sampleRate };
    }
    // Chunks start at even places.
    at = body + size + (size % 2);
  }
  throw wrong('the file holds no sound', { expected: 'a "data" chunk', found: 'the end of the file' });
}

/**
 * Writes a WAV file of one channel. Samples outside [−1, 1] are cut off, except as floats.
 *
 * @returns The bytes of the file.
 * @throws E_OPTION, E_DATA_NOT_FINITE
 * @example
 * const bytes = writeWav({ samples: muLawDecode(levels, 256), sampleRate: 8000 });
 */
export function writeWav(
  { samples, sampleRate }: Recording,
  options: { readonly format?: WavFormat } = {},
): Uint8Array {
  if (!Number.isInteger(sampleRate) || sampleRate < 1) {
    throw new FlowzooError('E_OPTION', 'the sample rate must be a whole number, 1 or more', {
      found: String(sampleRate),
    });
  }
  const { format = 'pcm16' } = options;
  const width = { pcm8: 1, pcm16: 2, float32: 4 }[format];
  const size = samples.length * width;
  const bytes = new Uint8Array(HEADER + size + (size % 2));
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void =>
    bytes.set(
      [...value].map((c) => c.charCodeAt(0)),
      at,
    );
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, format === 'float32' ? FLOAT : PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * width, true);
  view.setUint16(32, width, true);
  view.setUint16(34, 8 * width, true);
  text(36, 'data');
  view.setUint32(40, size, true);
  samples.forEach((sample, i) => {
    if (!Number.isFinite(sample)) {
      throw new FlowzooError('E_DATA_NOT_FINITE', 'a sample is not finite', {
        at: `sample ${i}`,
        found: String(sample),
      });
    }
    const at = HEADER + i * width;
    const cut = Math.min(Math.max(sample, -1), 1);
    if (format === 'float32') view.setFloat32(at, sample, true);
    // The same divisors as in reading: whole numbers of a file come back as they were.
    else if (format === 'pcm16') view.setInt16(at, Math.min(Math.round(cut * 32_768), 32_767), true);
    else view.setUint8(at, Math.min(Math.round(cut * 128) + 128, 255));
  });
  return bytes;
}

interface Format {
  readonly code: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

function readFormat(view: DataView, at: number, size: number): Format {
  if (size < 16) throw wrong('the format chunk is too short', { expected: '16 bytes or more', found: String(size) });
  const stated = view.getUint16(at, true);
  const code = stated === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : stated;
  const channels = view.getUint16(at + 2, true);
  const [sampleRate, bits] = [view.getUint32(at + 4, true), view.getUint16(at + 14, true)];
  const isKnown = (code === PCM && (bits === 8 || bits === 16)) || (code === FLOAT && bits === 32);
  if (!isKnown || channels === 0) {
    throw wrong('this kind of WAV file is not read', {
      expected: 'PCM of 8 or 16 bits, or 32-bit floats',
      found: `format ${code} with ${bits} bits and ${channels} channels`,
      remedy: 'Convert it first: ffmpeg -i in.wav -c:a pcm_s16le out.wav',
    });
  }
  return { code, channels, sampleRate, bits };
}

function readSamples(
  view: DataView,
  { body, size, format }: { readonly body: number; readonly size: number; readonly format: Format },
): Float32Array {
  const { channels, bits } = format;
  const width = bits / 8;
  const count = Math.floor(size / (width * channels));
  const samples = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      const at = body + (i * channels + channel) * width;
      if (bits === 32) sum += view.getFloat32(at, true);
      else if (bits === 16) sum += view.getInt16(at, true) / 32_768;
      else sum += (view.getUint8(at) - 128) / 128;
    }
    samples[i] = sum / channels;
  }
  return samples;
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}

function wrong(summary: string, details: { expected?: string; found?: string; remedy?: string }): FlowzooError {
  return new FlowzooError('E_DATA_FORMAT', summary, { at: 'WAV', ...details });
}
