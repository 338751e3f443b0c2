/** Cuts recordings into rows of one length. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeData } from '../../packages/cli/dist/index.js';
import { Random } from '../../packages/core/dist/index.js';
import { muLawEncode, normalizePeak } from '../../packages/layers-autoregressive/dist/index.js';
import { contextOf, readRecordings } from './read-recordings.mjs';

const LEVELS = 256;
/** A step of 16-bit samples. */
const STEP = 1 / 32768;

/**
 * Writes train.npy, validation.npy, test.npy and their contexts: each recording scaled to a peak of 1, then µ-law levels, or
 * with `speaker` real samples and a noise of one step. Training rows overlap by half.
 */
export async function prepare(folder, { out, speaker, time }) {
  const real = speaker !== undefined;
  const sets = { train: [], validation: [], test: [] };
  for (const recording of readRecordings(folder)) {
    if (real && recording.speaker !== speaker) continue;
    const samples = normalizePeak(recording.samples);
    const signal = real ? samples : muLawEncode(samples, LEVELS);
    // Silence that fills a row up has no bounded density: short recordings are left out of real samples.
    if (real && signal.length < time) continue;
    const context = contextOf(recording, { speakers: !real });
    for (const start of startsOf(signal.length, { time, hop: recording.split === 'train' ? time / 2 : time })) {
      const row = new Float32Array(time).fill(real ? 0 : LEVELS / 2);
      row.set(signal.subarray(start, start + time));
      sets[recording.split].push({ row, context });
    }
  }
  mkdirSync(out, { recursive: true });
  const random = new Random(1);
  for (const [name, rows] of Object.entries(sets)) {
    shuffle(rows);
    const noise = random.fork(name);
    for (const { row } of real ? rows : []) {
      noise.uniforms(time).forEach((u, i) => (row[i] += (u - 0.5) * STEP));
    }
    await write(
      join(out, `${name}.npy`),
      rows.map(({ row }) => row),
    );
    await write(
      join(out, `${name}-context.npy`),
      rows.map(({ context }) => context),
    );
    console.log(`${name}: ${rows.length} rows of ${time} samples`);
  }
}

/** Where rows begin; the rest of a recording is the row that ends with it. */
function startsOf(length, { time, hop }) {
  const starts = [0];
  while (starts.at(-1) + hop + time <= length) starts.push(starts.at(-1) + hop);
  if (starts.at(-1) + time < length) starts.push(length - time);
  return starts;
}

/** Once for all, so that the first rows of a file are of all digits and speakers. */
function shuffle(rows) {
  let state = 1;
  for (let i = rows.length - 1; i > 0; i--) {
    state = (state * 48271) % 2147483647;
    const j = state % (i + 1);
    [rows[i], rows[j]] = [rows[j], rows[i]];
  }
}

async function write(path, rows) {
  const width = rows[0].length;
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, at) => values.set(row, at * width));
  await writeData(path, { shape: [rows.length, width], values });
}
