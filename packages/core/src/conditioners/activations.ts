import * as tf from '@tensorflow/tfjs';
import type { JsonSchema } from '../registry/plugin.ts';

/** Elementwise nonlinearities by name; each has a gradient on every backend. */
export type ActivationName =
  'relu' | 'elu' | 'tanh' | 'silu' | 'gelu' | 'leaky-relu' | 'sigmoid' | 'softplus' | 'linear';

/** The part of a configuration that chooses the nonlinearity. */
export interface ActivationConfig {
  readonly activation: ActivationName;
  /** Slope of `leaky-relu` below zero. */
  readonly slope: number;
}

/** An elementwise function; the caller disposes the result. */
export type Activation = <T extends tf.Tensor>(x: T) => T;

/** Schema properties of {@link ActivationConfig}. */
export const activationSchema: JsonSchema = {
  activation: {
    enum: ['relu', 'elu', 'tanh', 'silu', 'gelu', 'leaky-relu', 'sigmoid', 'softplus', 'linear'],
    default: 'relu',
    description: 'Nonlinearity between the layers; gelu is the exact one, x·Φ(x).',
  },
  slope: { type: 'number', default: 0.01, description: 'Slope of leaky-relu below zero; the others ignore it.' },
};

/**
 * The nonlinearity that a configuration names.
 *
 * `relu` max(x, 0); `elu` x or eˣ − 1; `silu` x·σ(x); `gelu` x·Φ(x) with the normal distribution function Φ;
 * `leaky-relu` x or slope·x; `softplus` log(1 + eˣ).
 *
 * @example
 * const hidden = activationOf({ activation: 'elu', slope: 0.01 })(x);
 */
export function activationOf(config: ActivationConfig): Activation {
  const { slope } = config;
  switch (config.activation) {
    case 'relu':
      return tf.relu;
    case 'elu':
      return tf.elu;
    case 'tanh':
      return tf.tanh;
    case 'silu':
      return (x) => tf.tidy(() => tf.mul(x, tf.sigmoid(x)));
    case 'gelu':
      return (x) => tf.tidy(() => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))))));
    case 'leaky-relu':
      return (x) => tf.leakyRelu(x, slope);
    case 'sigmoid':
      return tf.sigmoid;
    case 'softplus':
      return tf.softplus;
    case 'linear':
      return (x) => tf.clone(x);
  }
}
