import * as tf from '@tensorflow/tfjs';
import { FlowzooError, type Flow } from '@flowzoo/core';
import { ascend, project, type MoveOptions } from './ascent.ts';
import { preprocessedDensity } from './density.ts';
import { sampleLangevin } from './langevin.ts';
import { prepareMask } from './mask.ts';

/** Options of {@link inpaint}. */
export interface InpaintOptions {
  /** `[batch, ...event]`; the values of hidden elements are ignored. */
  readonly x: tf.Tensor;
  /** 1 = visible, 0 = hidden; `[...event]` for all examples or `[batch, ...event]`. */
  readonly mask: tf.Tensor;
  /** `ascent` climbs to a likely filling, `langevin` samples one. Default: `ascent`. */
  readonly method?: 'ascent' | 'langevin' | undefined;
  /** Default: 300. */
  readonly steps?: number | undefined;
  /** Factor on the method's own step. Default: 0.01 for `ascent`, 1 for `langevin`, which adapts it. */
  readonly stepSize?: number | undefined;
  /** Largest norm of an example's gradient. Default: 100. */
  readonly clipNorm?: number | undefined;
  /** Default: 0. */
  readonly seed?: number | undefined;
  /** `[batch, contextSize]` for a conditional flow. */
  readonly context?: tf.Tensor | undefined;
  /** Stops between steps with E_ABORTED. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

/** A filled-in batch. */
export interface InpaintResult {
  /** `[batch, ...event]`, the visible elements exactly as they came. The caller disposes. */
  readonly value: tf.Tensor;
  /** Accepted share of the Langevin proposals; null for `ascent`. */
  readonly acceptance: number | null;
}

/**
 * Fills in hidden elements of data under a flow, the visible ones fixed.
 *
 * Both methods work behind the flow's elementwise preprocessing and start from a draw of the model.
 *
 * @throws E_MASK, E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_OPTION, E_ABORTED
 * @example
 * const { value } = await inpaint(flow, { x, mask, method: 'langevin', steps: 500, seed: 1 });
 */
export async function inpaint(flow: Flow, options: InpaintOptions): Promise<InpaintResult> {
  const { x, steps = 300, seed = 0, method = 'ascent' } = options;
  const batch = x.shape[0]!;
  if (!Number.isInteger(steps) || steps < 1) {
    throw new FlowzooError('E_OPTION', 'steps must be a whole number, 1 or more', {
      at: 'steps',
      found: String(steps),
    });
  }
  const mask = await prepareMask(options.mask, flow.eventShape, batch);
  const density = preprocessedDensity(flow, options.context);
  const known = tf.tidy(() => {
    // Hidden values may be anything, NaN too: they are replaced before preprocessing sees them.
    const shaped = tf.reshape(mask, x.shape);
    return density.prepare(tf.where(tf.greater(shaped, 0.5), tf.cast(x, 'float32'), tf.zerosLike(shaped)));
  });
  const drawn = await density.draw(batch, seed);
  const free = tf.tidy(() => tf.reshape(tf.sub(1, mask), known.shape));
  const start = tf.tidy(() => project(tf.where(tf.greater(free, 0.5), drawn, known), density.bounds));
  tf.dispose([drawn, known]);
  const move: MoveOptions = {
    steps,
    stepSize: options.stepSize ?? (method === 'ascent' ? 0.01 : 1),
    clipNorm: options.clipNorm ?? 100,
    seed,
    free,
    afterStep: async (done) => {
      options.onProgress?.({ done, total: steps });
      if (options.signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'inpainting was aborted');
      if (done % 16 === 0) await tf.nextFrame();
    },
  };
  try {
    const result =
      method === 'ascent'
        ? { v: await ascend(density, start, move), acceptance: null }
        : await sampleLangevin(density, start, move);
    const value = tf.tidy(() => {
      const visible = tf.greater(tf.reshape(mask, x.shape), 0.5);
      return tf.where(visible, tf.cast(x, 'float32'), density.restore(result.v));
    });
    result.v.dispose();
    return { value, acceptance: result.acceptance };
  } finally {
    tf.dispose([mask, free]);
  }
}
