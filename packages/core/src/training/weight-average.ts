import * as tf from '@tensorflow/tfjs';
import { runNamedKernel } from '../ops/named-kernel.ts';

/**
 * Exponential moving average of the weights, θ̄ ← d θ̄ + (1 − d) θ, with d ramped up as min(decay, (1 + t)/(10 + t)) after
 * t updates, so that the initial weights are forgotten soon and the average is of use from the first steps on.
 */
export class WeightAverage {
  readonly #decay: number;
  #flat: tf.Tensor1D;

  /** Starts from a copy of the weights, which stay the caller's. */
  constructor(decay: number, initial: tf.Tensor1D) {
    this.#decay = decay;
    this.#flat = tf.keep(tf.clone(initial));
  }

  /** The present average; owned by this object. */
  get flat(): tf.Tensor1D {
    return this.#flat;
  }

  /** Takes in the weights after update number `iteration`, from 1. */
  update(weights: tf.Tensor1D, iteration: number): void {
    const decay = averageDecay(this.#decay, iteration);
    const next = tf.tidy(() => {
      const fused = runNamedKernel('AverageStep', { average: this.#flat, x: weights }, { decay });
      return (fused?.[0] ?? tf.add(this.#flat, tf.mul(tf.sub(weights, this.#flat), 1 - decay))) as tf.Tensor1D;
    });
    this.#flat.dispose();
    this.#flat = tf.keep(next);
  }

  /** Replaces the average by saved numbers. */
  restore(values: Float32Array): void {
    this.#flat.dispose();
    this.#flat = tf.keep(tf.tensor1d(values.slice()));
  }

  dispose(): void {
    this.#flat.dispose();
  }
}

/** The decay after `iteration` updates. */
function averageDecay(decay: number, iteration: number): number {
  return Math.min(decay, (1 + iteration) / (10 + iteration));
}
