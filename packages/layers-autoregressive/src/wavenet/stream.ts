import * as tf from '@tensorflow/tfjs';
import { checkSampleOptions, FlowzooError } from '@flowzoo/core';
import { promptRows } from './prompt.ts';
import type { StepSampler } from './step-sampler.ts';

/** Options of a stream. */
export interface StreamOptions {
  /** Steps of one chunk; the last may be shorter. Default: 1024. */
  readonly chunk?: number | undefined;
  /** Steps altogether, prompt excluded. Default: without end, or with a local condition to the end of its frames. */
  readonly length?: number | undefined;
  /** Seed of the draw. Default: 0. */
  readonly seed?: number | undefined;
  /** Default: 1. */
  readonly temperature?: number | undefined;
  /** `[1, contextSize]`; read when the first chunk is asked for. */
  readonly context?: tf.Tensor | undefined;
  /** `[prompt]` or `[1, prompt]`, levels that came before. */
  readonly prompt?: tf.Tensor | undefined;
  /** Stops before the next chunk with E_ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

/** What a stream needs of its model. */
export interface StreamSite {
  readonly place: string;
  readonly contextSize: number;
  readonly levels: number;
  /** Step at which the conditions end. */
  readonly endsAt: number;
  readonly open: (context: Float32Array | undefined, prompts: Float32Array[] | null) => StepSampler;
}

/** Chunks of one signal as they are drawn; other tasks get their turn between them. */
export async function* streamed(
  options: StreamOptions,
  { place, contextSize, levels, endsAt, open }: StreamSite,
): AsyncGenerator<Float32Array, void, undefined> {
  const { chunk = 1024, length = Infinity, context, prompt, signal, temperature } = options;
  for (const [name, value] of Object.entries({ chunk, length })) {
    if ((Number.isInteger(value) || value === Infinity) && value >= 1 && Number.isFinite(chunk)) continue;
    throw new FlowzooError('E_OPTION', `"${name}" counts steps`, {
      at: place,
      expected: 'a whole number, 1 or more',
      found: String(value),
    });
  }
  checkSampleOptions(1, { context, temperature, signal }, { place, contextSize });
  const prompts = await promptRows(prompt, { count: 1, time: endsAt, levels, at: place });
  const sampler = open(await context?.data<'float32'>(), prompts);
  try {
    const warm = prompts?.[0]?.length ?? 0;
    if (warm > 0) await sampler.next(warm);
    let left = Math.min(length, endsAt - warm);
    while (left > 0) {
      if (signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'sampling was aborted', { at: place });
      const levelsOfChunk = await sampler.next(Math.min(chunk, left));
      left -= levelsOfChunk.length;
      yield levelsOfChunk;
      await tf.nextFrame();
    }
  } finally {
    sampler.dispose();
  }
}
