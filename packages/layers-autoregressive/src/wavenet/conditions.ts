import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '@flowzoo/core';

/** A condition that changes with time: frames of some features, each for `hop` steps. */
export interface LocalConfig {
  /** Features of one frame. */
  readonly features: number;
  /** Steps of one frame. */
  readonly hop: number;
}

/** How the numbers of a context are shared out. */
export interface ConditionSizes {
  /** Width of what holds for the whole signal. */
  readonly global: number;
  readonly local: (LocalConfig & { readonly frames: number }) | null;
}

/** A context, taken apart. */
export interface Conditions {
  /** `[batch, global]`. */
  readonly global: tf.Tensor2D | null;
  /** `[batch, frames, features]`. */
  readonly local: tf.Tensor3D | null;
}

/**
 * Shares out a context: first what holds for the whole signal, then ⌈time / hop⌉ frames one after another. Step t is
 * conditioned on frame ⌊t / hop⌋.
 *
 * @throws E_OPTION where the context is too narrow for the frames
 * @example
 * conditionSizes({ features: 3, hop: 4 }, { time: 8, contextSize: 10, at: 'model' }); // 4 global, 2 frames of 3
 */
export function conditionSizes(
  local: LocalConfig | null,
  { time, contextSize, at }: { readonly time: number; readonly contextSize: number; readonly at: string },
): ConditionSizes {
  if (local === null) return { global: contextSize, local: null };
  const frames = Math.ceil(time / local.hop);
  const global = contextSize - frames * local.features;
  if (global < 0) {
    throw new FlowzooError('E_OPTION', 'the context is too narrow for the frames of the local condition', {
      at,
      expected: `at least ${frames * local.features} numbers: ${frames} frames of ${local.features}`,
      found: `"contextSize": ${contextSize}`,
      remedy: 'A context holds the global condition, then all frames one after another',
    });
  }
  return { global, local: { ...local, frames } };
}

/** The two kinds of condition of a context; runs inside a tidy scope of the caller. */
export function takeApart(context: tf.Tensor2D | undefined, { global, local }: ConditionSizes): Conditions {
  if (context === undefined) return { global: null, local: null };
  const batch = context.shape[0];
  const whole: tf.Tensor2D | null = global === 0 ? null : tf.slice(context, [0, 0], [batch, global]);
  if (local === null) return { global: whole, local: null };
  const { frames, features } = local;
  const rest = tf.slice(context, [0, global], [batch, frames * features]);
  const framed: tf.Tensor3D = tf.reshape(rest, [batch, frames, features]);
  return { global: whole, local: framed };
}

/** `[batch, frames, features]` → `[batch, time, features]`, each frame `hop` times; in a tidy scope of the caller. */
export function upsampled(
  frames: tf.Tensor3D,
  { hop, time }: { readonly hop: number; readonly time: number },
): tf.Tensor3D {
  const [batch, count, features] = frames.shape;
  const repeated = tf.tile(tf.reshape(frames, [batch, count, 1, features]), [1, 1, hop, 1]);
  const steps: tf.Tensor3D = tf.reshape(repeated, [batch, count * hop, features]);
  return tf.slice(steps, [0, 0, 0], [batch, time, features]);
}
