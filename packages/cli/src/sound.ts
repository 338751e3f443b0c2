import { FlowzooError, type AudioFormat } from '@flowzoo/core';
import { muLawDecode, muLawEncode, normalizePeak } from '@flowzoo/layers-autoregressive';
import { dataFormat, readRecording } from './data/index.ts';
import type { RawTable } from './data/index.ts';

/** What a model says of the sound that it was trained on. */
export interface Sound {
  /** The "audio" of its spec. */
  readonly audio: AudioFormat | undefined;
  /** Levels of its data; undefined where they are real numbers. */
  readonly levels: number | undefined;
}

/**
 * The sound of a file or of its model, before any work is done for it.
 *
 * @throws E_OPTION where the path is a .wav and the model's spec does not say what its sound is
 */
export function soundOf(path: string, { audio }: Sound): AudioFormat | undefined {
  if (dataFormat(path).kind !== 'wav') return undefined;
  if (audio !== undefined) return audio;
  throw new FlowzooError('E_OPTION', 'the spec of the model does not say what sound its data are', {
    at: path,
    expected: 'a model of sound',
    remedy: 'If it is one, put "audio": { "sampleRate": 8000 } into its model.json',
  });
}

/**
 * A recording as clips of so many samples, the last one filled up with silence: normalized as a whole, then, for a model of
 * levels, encoded.
 *
 * @throws what `readRecording` throws; E_DATA_FORMAT for another sample rate
 */
export async function readClips(
  path: string,
  {
    length,
    audio,
    levels,
  }: { readonly length: number; readonly audio: AudioFormat; readonly levels?: number | undefined },
): Promise<RawTable> {
  const { samples, sampleRate } = await readRecording(path);
  if (sampleRate !== audio.sampleRate) {
    throw new FlowzooError('E_DATA_FORMAT', 'the recording has another sample rate than the model', {
      at: path,
      expected: `${audio.sampleRate} samples per second`,
      found: String(sampleRate),
      remedy: `Convert it first: ffmpeg -i ${path} -ar ${audio.sampleRate} converted.wav`,
    });
  }
  const clips = Math.ceil(samples.length / length);
  const filled = new Float32Array(clips * length);
  filled.set(audio.normalization === 'none' ? samples : normalizePeak(samples));
  return { shape: [clips, length], values: encoded(filled, audio, levels), dtype: 'float32' };
}

/** Data of a model as samples on [−1, 1]; what a model of real signals puts outside is cut off when it is written. */
export function toSamples(values: Float32Array, audio: AudioFormat, levels: number | undefined): Float32Array {
  if (levels === undefined) return values;
  if (audio.encoding !== 'linear') return muLawDecode(values, levels);
  return values.map((level) => (2 * level) / (levels - 1) - 1);
}

function encoded(samples: Float32Array, audio: AudioFormat, levels: number | undefined): Float32Array {
  if (levels === undefined) return samples;
  if (audio.encoding !== 'linear') return muLawEncode(samples, levels);
  return samples.map((sample) => Math.round(((Math.min(Math.max(sample, -1), 1) + 1) / 2) * (levels - 1)));
}
