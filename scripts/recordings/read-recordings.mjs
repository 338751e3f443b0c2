/** Reads the recordings of the Free Spoken Digit Dataset. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWav } from '../../packages/layers-autoregressive/dist/index.js';

/** In the order of the one-hot context. */
export const SPEAKERS = ['george', 'jackson', 'lucas', 'nicolas', 'theo'];
const DIGITS = 10;

/**
 * `{ digit, speaker, index, split, samples }` of every recording of the five speakers, samples on [−1, 1). Recordings 0 … 4
 * of a speaker and digit are the official test split; 5 … 9 validate here.
 */
export function readRecordings(folder) {
  return existsSync(join(folder, 'index.csv')) ? fromOneFile(folder) : fromWavs(folder);
}

function fromWavs(folder) {
  return readdirSync(folder)
    .map((file) => ({ file, parts: /^(\d)_([a-z]+)_(\d+)\.wav$/.exec(file) }))
    .filter(({ parts }) => parts !== null && SPEAKERS.includes(parts[2]))
    .map(({ file, parts: [, digit, speaker, index] }) =>
      described({ digit, speaker, index, samples: readWav(new Uint8Array(readFileSync(join(folder, file)))).samples }),
    );
}

/** All samples one after another in a .npy of int16, and where each recording begins. */
function fromOneFile(folder) {
  const bytes = readFileSync(join(folder, 'pcm16.npy'));
  const start = bytes.readUInt16LE(8) + 10;
  const pcm = new Int16Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
  const [, ...lines] = readFileSync(join(folder, 'index.csv'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [, digit, speaker, index, , offset, length] = line.split(',');
    const own = pcm.subarray(Number(offset), Number(offset) + Number(length));
    return described({ digit, speaker, index, samples: Float32Array.from(own, (value) => value / 32768) });
  });
}

function described({ digit, speaker, index, samples }) {
  const number = Number(index);
  const split = number < 5 ? 'test' : number < 10 ? 'validation' : 'train';
  return { digit: Number(digit), speaker, index: number, split, samples };
}

/** One-hot digit, and with `speakers` one-hot speaker behind it. */
export function contextOf({ digit, speaker }, { speakers }) {
  const context = new Float32Array(DIGITS + (speakers ? SPEAKERS.length : 0));
  context[digit] = 1;
  if (speakers) context[DIGITS + SPEAKERS.indexOf(speaker)] = 1;
  return context;
}
