import * as tf from '@tensorflow/tfjs';
import { FlowzooError, isFlow, type Flow } from '@flowzoo/core';
import type { CompletingModel } from './completing-model.ts';
import { ascend, project, type MoveOptions } from './ascent.ts';
import { assertVisibleFinite, prepareExamples, resolveSettings } from './check.ts';
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
  /** Accepted share of the Langevin proposals; null for every other method. */
  readonly acceptance: number | null;
  /** Whether the hidden elements are draws from the model's own conditional: see {@link CompletingModel}; false for flows. */
  readonly exact: boolean;
}

/**
 * Fills in hidden elements of data under a model, the visible ones fixed.
 *
 * Under a flow both methods work behind its elementwise preprocessing and start from a draw of the model. A model that
 * completes by itself (PixelCNN) draws the hidden elements in its order; method and steps are then not used.
 *
 * @throws E_MASK, E_DTYPE, E_RANK, E_EVENT_SHAPE, E_CONTEXT, E_BATCH, E_DATA_EMPTY, E_DATA_NOT_FINITE, E_OPTION, E_ABORTED
 * @example
 * const { value } = await inpaint(flow, { x, mask, method: 'langevin', steps: 500, seed: 1 });
 */
export async function inpaint(model: Flow | CompletingModel, options: InpaintOptions): Promise<InpaintResult> {
  return isFlow(model) ? inpaintFlow(model as Flow, options) : complete(model as CompletingModel, options);
}

async function complete(model: CompletingModel, options: InpaintOptions): Promise<InpaintResult> {
  const { x, mask, seed = 0, context, signal, onProgress } = options;
  const { value, exact } = await model.complete({ given: x, mask, seed, context, signal, onProgress });
  return { value, exact, acceptance: null };
}

async function inpaintFlow(flow: Flow, options: InpaintOptions): Promise<InpaintResult> {
  const { method, ...settings } = resolveSettings(options);
  const owned: tf.Tensor[] = [];
  const own = (tensor: tf.Tensor): tf.Tensor => (owned.push(tensor), tensor);
  try {
    const x = own(prepareExamples(flow, options));
    const mask = own(await prepareMask(options.mask, flow.eventShape, x.shape[0]!));
    await assertVisibleFinite(x, mask);
    const visible = own(tf.tidy(() => tf.greater(tf.reshape(mask, x.shape), 0.5)));
    const density = preprocessedDensity(flow, options.context);
    // Hidden values may be anything, NaN too: they are replaced before preprocessing sees them.
    const known = own(tf.tidy(() => density.prepare(tf.where(visible, x, tf.zerosLike(x)))));
    const free = own(tf.tidy(() => tf.reshape(tf.sub(1, mask), known.shape)));
    const drawn = own(await density.draw(x.shape[0]!, settings.seed));
    const start = tf.tidy(() => project(tf.where(tf.greater(free, 0.5), drawn, known), density.bounds));
    const move: MoveOptions = { ...settings, free, afterStep: reporter(options, settings.steps) };
    const { v, acceptance } =
      method === 'ascent'
        ? { v: await ascend(density, start, move), acceptance: null }
        : await sampleLangevin(density, start, move);
    own(v);
    return { value: tf.tidy(() => tf.where(visible, x, density.restore(v))), acceptance, exact: false };
  } finally {
    tf.dispose(owned);
  }
}

function reporter({ onProgress, signal }: InpaintOptions, total: number): (done: number) => Promise<void> {
  return async (done) => {
    onProgress?.({ done, total });
    if (signal?.aborted === true) throw new FlowzooError('E_ABORTED', 'inpainting was aborted');
    if (done % 16 === 0) await tf.nextFrame();
  };
}
