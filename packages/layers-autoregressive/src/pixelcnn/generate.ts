import * as tf from '@tensorflow/tfjs';
import { FlowzooError, type Random, type SampleOptions, type Shape } from '@flowzoo/core';
import type { DiscreteHead } from '../heads/index.ts';
import type { ParameterSource, ParameterSourceOptions } from './parameter-source.ts';

/** Images drawn together: enough to share the reading of weights, few enough that their caches stay small. */
const TOGETHER = 32;

/** Milliseconds after which others get their turn. */
const BREATH = 30;

/** What {@link generate} fills in. */
export interface Generation {
  /** `[count, height, width, channels]`, given elements filled in; written to. */
  readonly levels: Float32Array;
  /** 1 = given; null when nothing is. */
  readonly visible: Uint8Array | null;
  readonly head: DiscreteHead;
  readonly imageShape: readonly [number, number, number];
  readonly eventShape: Shape;
  /** Evaluations of the network per pixel: its channels, where the network orders them, else 1. */
  readonly passes: number;
  readonly source: (options: ParameterSourceOptions) => ParameterSource;
  readonly random: Random;
  readonly temperature: number;
  readonly context: tf.Tensor2D | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: SampleOptions['onProgress'];
  readonly at: string;
}

/**
 * Draws all elements that are not given, in raster order, and hands back a tensor; the caller disposes.
 *
 * Image i takes its uniforms from `random.fork(i)`, one set per pixel whether or not it is given: an image does not depend
 * on the others, and a completion meets the same uniforms as a sample.
 */
export async function generate(generation: Generation): Promise<tf.Tensor> {
  const { levels, imageShape, eventShape, onProgress } = generation;
  const [height, width, channels] = imageShape;
  const size = height * width * channels;
  const count = levels.length / size;
  for (let start = 0; start < count; start += TOGETHER) {
    const together = Math.min(TOGETHER, count - start);
    await generateTogether(generation, {
      start,
      count: together,
      afterRow: (row) => onProgress?.({ done: start * height + (row + 1) * together, total: count * height }),
    });
  }
  return tf.tensor(levels, [count, ...eventShape], 'float32');
}

interface Part {
  readonly start: number;
  readonly count: number;
  readonly afterRow: (row: number) => void;
}

async function generateTogether(generation: Generation, { start, count, afterRow }: Part): Promise<void> {
  const { head, imageShape, passes, random, context, signal, at } = generation;
  const [height, width, channels] = imageShape;
  const size = height * width * channels;
  const levels = generation.levels.subarray(start * size, (start + count) * size);
  const visible = generation.visible?.subarray(start * size, (start + count) * size) ?? null;
  const own =
    context === undefined ? undefined : tf.tidy(() => tf.slice(context, [start, 0], [count, context.shape[1]]));
  const uniforms = Array.from({ length: count }, (_, i) =>
    random.fork(start + i).uniforms(height * width * head.uniforms),
  );
  let breath = performance.now();
  let source: ParameterSource | undefined;
  try {
    source = generation.source({ count, levels, imageShape, context: own });
    for (let row = 0; row < height; row++) {
      if (signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'sampling was aborted', { at });
      source.startRow(row);
      for (let column = 0; column < width; column++) {
        for (let pass = 0; pass < passes; pass++) {
          const found = source.at({ row, column, channel: pass });
          // Cached sources answer at once: a microtask for every pixel would cost more than a small network.
          const parameters = found instanceof Float32Array ? found : await found;
          const last = passes === 1 ? channels - 1 : pass;
          drawChannels(generation, {
            levels,
            visible,
            uniforms,
            parameters,
            position: row * width + column,
            pass,
            last,
          });
        }
      }
      afterRow(row);
      // Small images are drawn in less time than a frame takes.
      if (performance.now() - breath < BREATH) continue;
      await tf.nextFrame();
      breath = performance.now();
    }
  } finally {
    source?.dispose();
    own?.dispose();
  }
}

interface Place {
  readonly levels: Float32Array;
  readonly visible: Uint8Array | null;
  readonly uniforms: readonly Float32Array[];
  readonly parameters: Float32Array;
  readonly position: number;
  /** First and last channel to be drawn. */
  readonly pass: number;
  readonly last: number;
}

function drawChannels({ head, imageShape, temperature }: Generation, place: Place): void {
  const { levels, visible, uniforms, parameters, position, pass, last } = place;
  const [height, width, channels] = imageShape;
  const size = height * width * channels;
  for (const [i, own] of uniforms.entries()) {
    const from = i * size + position * channels;
    const pixel = levels.subarray(from, from + channels);
    const element = {
      parameters: parameters.subarray(i * head.parameters, (i + 1) * head.parameters),
      uniforms: own.subarray(position * head.uniforms, (position + 1) * head.uniforms),
      levels: pixel,
      temperature,
    };
    for (let channel = pass; channel <= last; channel++) {
      if (visible?.[from + channel] !== 1) pixel[channel] = head.draw({ ...element, channel });
    }
  }
}
