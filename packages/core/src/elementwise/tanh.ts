import * as tf from '@tensorflow/tfjs';
import type { BijectorDefinition } from '../registry/plugin.ts';
import { ElementwiseBijector, type ElementwiseMapped, type ElementwiseOptions } from './elementwise-bijector.ts';

/**
 * x = tanh(z): data between −1 and 1, ends excluded.
 *
 * log|dx/dz| = log(1 − tanh² z) = log 4 − softplus(2z) − softplus(−2z); z = artanh x,
 * log|dz/dx| = −log(1 − x) − log(1 + x). Above |z| = 9 the float32 x is exactly ±1 and cannot be inverted; the log-det
 * of the forward direction stays right.
 *
 * @example
 * const layer = new Tanh({ dataShape: [3] });
 * const { value: x } = layer.forward(tf.zeros([1, 3])); // zeros
 */
export class Tanh extends ElementwiseBijector {
  constructor(options: ElementwiseOptions) {
    super('tanh', options);
  }

  protected override mapForward(z: tf.Tensor): ElementwiseMapped {
    const doubled = tf.mul(z, 2);
    const logDerivative = tf.sub(Math.log(4), tf.add(tf.softplus(doubled), tf.softplus(tf.neg(doubled))));
    return { value: tf.tanh(z), logDerivative };
  }

  protected override mapInverse(x: tf.Tensor): ElementwiseMapped {
    // 1 − x is exact near 1, 1 − x² is not.
    const logDerivative = tf.neg(tf.add(tf.log(tf.sub(1, x)), tf.log(tf.add(x, 1))));
    return { value: tf.atanh(x), logDerivative };
  }
}

/** `tanh` as specs name it: its options, and how it is built. */
export const tanhDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'x = tanh(z): takes data in (-1, 1) to the whole line on the way to the latents.',
    properties: {},
  },
  create: (_config, build) => new Tanh({ dataShape: build.dataShape, path: build.path }),
};
