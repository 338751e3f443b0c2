import * as tf from '@tensorflow/tfjs';
import { Random } from '@flowzoo/core';
import type { PreprocessedDensity } from './density.ts';

/** Settings of both methods of moving the hidden elements. */
export interface MoveOptions {
  readonly steps: number;
  /** Factor on the method's own step size. */
  readonly stepSize: number;
  /** Largest norm of one example's gradient. */
  readonly clipNorm: number;
  readonly seed: number;
  /** 1 = hidden and free to move, same shape as v. */
  readonly free: tf.Tensor;
  /** Called after each step; may throw to stop. */
  readonly afterStep: (done: number) => Promise<void>;
}

/**
 * Projected gradient ascent with annealed noise on the hidden elements (Dinh et al. 2014, section 5.2):
 * v ← v + αᵢ (∂ log p / ∂v + ε), αᵢ = stepSize · 10 / (100 + i), ε ~ N(0, I).
 *
 * `v` is consumed; the caller disposes the result.
 */
export async function ascend(density: PreprocessedDensity, v: tf.Tensor, options: MoveOptions): Promise<tf.Tensor> {
  const random = new Random(`ascent/${options.seed}`);
  let current = v;
  try {
    for (let i = 0; i < options.steps; i++) {
      const rate = (options.stepSize * 10) / (100 + i);
      const noise = tf.tensor(random.normals(current.size), current.shape);
      const next = tf.tidy(() => {
        const { gradient } = density.logProbAndGradient(current);
        const move = tf.mul(tf.add(clipRows(gradient, options.clipNorm), noise), rate);
        return project(tf.add(current, tf.mul(move, options.free)), density.bounds);
      });
      noise.dispose();
      current.dispose();
      current = next;
      await options.afterStep(i + 1);
    }
    return current;
  } catch (error) {
    current.dispose();
    throw error;
  }
}

/** Scales each example's gradient down to a largest norm, so that one bad example cannot leave the page. */
export function clipRows(gradient: tf.Tensor, limit: number): tf.Tensor {
  const flat = tf.reshape(gradient, [gradient.shape[0]!, -1]);
  const norm = tf.sqrt(tf.sum(tf.square(flat), 1, true));
  return tf.reshape(tf.mul(flat, tf.div(limit, tf.maximum(norm, limit))), gradient.shape);
}

/** Back into the interval that preprocessing allows. */
export function project(v: tf.Tensor, bounds: readonly [number, number] | null): tf.Tensor {
  return bounds === null ? v : tf.clipByValue(v, bounds[0], bounds[1]);
}
