import * as tf from '@tensorflow/tfjs';
import type { Random } from '../random/random.ts';

/** What {@link dropout} needs. */
export interface DropoutOptions {
  /** Probability that an element is set to zero, in [0, 1). */
  readonly rate: number;
  /** Where the mask comes from: the same stream state gives the same mask on every backend. */
  readonly random: Random;
}

/**
 * Inverted dropout: y = x·m / (1 − rate) with m ~ Bernoulli(1 − rate), so that E[y] = x and evaluation needs no scaling.
 *
 * @param x Any shape.
 * @returns The shape of x; the caller disposes it.
 * @example
 * const thinned = dropout(hidden, { rate: 0.1, random: this.mode.random.fork('dropout') });
 *
 * Srivastava et al. 2014, section 4.
 */
export function dropout<T extends tf.Tensor>(x: T, options: DropoutOptions): T {
  const { rate, random } = options;
  if (rate === 0) return tf.clone(x);
  const kept = 1 / (1 - rate);
  const mask = random.uniforms(x.size);
  for (let i = 0; i < mask.length; i++) mask[i] = mask[i]! < rate ? 0 : kept;
  return tf.tidy(() => tf.mul(x, tf.tensor(mask, x.shape)));
}
