import * as tf from '@tensorflow/tfjs';
import { renderSheet, toPng } from '@flowzoo/cli';
import type { FlowModel, Model } from '@flowzoo/core';
import { muLawDecode, writeWav, type WaveNet } from '@flowzoo/layers-autoregressive';
import type { Picture } from './page.ts';

const DIGITS = 10;
const SIZE = { width: 1000, height: 120 } as const;

/** Whether a model's data are sound. */
export function isSound({ spec }: Model): boolean {
  return spec.audio !== undefined;
}

/**
 * Sound of a model, to be heard and seen: a WaveNet is asked step by step for one digit after another, by one speaker after
 * another; a parallel one draws all digits in one pass.
 */
export async function soundPicture(
  name: string,
  model: Model,
  { seconds = 0.5 }: { readonly seconds?: number } = {},
): Promise<Picture> {
  const { sampleRate } = model.spec.audio!;
  const started = performance.now();
  const clips =
    'stream' in model ? await streamedDigits(model as Model & WaveNet, seconds * sampleRate) : await drawnDigits(model);
  const needed = (performance.now() - started) / 1000;
  const samples = new Float32Array(clips.reduce((count, { length }) => count + length, 0));
  let at = 0;
  for (const clip of clips) {
    samples.set(clip, at);
    at += clip.length;
  }
  const length = samples.length / sampleRate;
  const how = inOnePass(model) ? 'in one pass' : 'sample by sample';
  return {
    file: `${name}-samples.png`,
    caption:
      `${name}: ${clips.length} draws conditioned on a digit each, one after another, ${how}: ` +
      `${length.toFixed(1)} s of sound in ${needed.toFixed(1)} s`,
    png: waveform(samples),
    sound: { file: `${name}-samples.wav`, wav: writeWav({ samples, sampleRate }) },
  };
}

/** Whether all samples come from one evaluation of each network. */
function inOnePass({ spec }: Model): boolean {
  return JSON.stringify(spec.model).includes('"wavenet-iaf"');
}

/** Speakers follow the digits in the context of a WaveNet. */
async function streamedDigits(model: Model & WaveNet, length: number): Promise<Float32Array[]> {
  const clips: Float32Array[] = [];
  const speakers = model.contextSize - DIGITS;
  for (let digit = 0; digit < 6; digit++) {
    const row = new Float32Array(model.contextSize);
    row[digit] = 1;
    if (speakers > 0) row[DIGITS + (digit % speakers)] = 1;
    const context = tf.tensor2d(row, [1, model.contextSize]);
    const levels: number[] = [];
    for await (const chunk of model.stream({ context, length, seed: 7 + digit })) levels.push(...chunk);
    context.dispose();
    clips.push(muLawDecode(levels, model.levels!));
  }
  return clips;
}

async function drawnDigits(model: Model): Promise<Float32Array[]> {
  const [time] = model.eventShape as [number];
  const context = tf.tidy(() => tf.cast(tf.oneHot(tf.range(0, DIGITS, 1, 'int32'), model.contextSize), 'float32'));
  const draws = await (model as FlowModel).sample(DIGITS, { seed: 7, context });
  const values = (await draws.data()) as Float32Array;
  tf.dispose([context, draws]);
  return Array.from({ length: DIGITS }, (_, row) => values.slice(row * time, (row + 1) * time));
}

/** From the lowest to the highest sample under each column of pixels. */
function waveform(samples: Float32Array): Uint8Array {
  const { width, height } = SIZE;
  const values = new Float32Array(width * height);
  const rowOf = (value: number): number => Math.round(((1 - Math.max(-1, Math.min(1, value))) / 2) * (height - 1));
  for (let x = 0; x < width; x++) {
    const [from, to] = [x, x + 1].map((column) => Math.floor((column * samples.length) / width)) as [number, number];
    const under = samples.subarray(from, Math.max(to, from + 1));
    const [top, bottom] = [rowOf(Math.max(...under)), rowOf(Math.min(...under))];
    for (let y = top; y <= bottom; y++) values[y * width + x] = 1;
  }
  return toPng(renderSheet({ shape: [1, height, width], values }, { levels: 2, scale: 1, imagesPerRow: 1 }));
}
