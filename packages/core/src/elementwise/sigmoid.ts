import * as tf from '@tensorflow/tfjs';
import type { BijectorDefinition } from '../registry/plugin.ts';
import { ElementwiseBijector, type ElementwiseMapped, type ElementwiseOptions } from './elementwise-bijector.ts';

/**
 * x = σ(z): data between 0 and 1, ends excluded. The same map as {@link Logit} with α = 0, named by its forward direction.
 *
 * log|dx/dz| = −softplus(z) − softplus(−z); z = log x − log(1 − x), log|dz/dx| = −log x − log(1 − x).
 * Domain of data: 0 < x < 1. For data that reach 0 or 1 take `logit` with α > 0.
 *
 * @example
 * const layer = new Sigmoid({ dataShape: [1] });
 * const { value: x } = layer.forward(tf.zeros([1, 1])); // 0.5
 */
export class Sigmoid extends ElementwiseBijector {
  constructor(options: ElementwiseOptions) {
    super('sigmoid', options);
  }

  protected override mapForward(z: tf.Tensor): ElementwiseMapped {
    return { value: tf.sigmoid(z), logDerivative: tf.neg(tf.add(tf.softplus(z), tf.softplus(tf.neg(z)))) };
  }

  protected override mapInverse(x: tf.Tensor): ElementwiseMapped {
    const logX = tf.log(x);
    const logRest = tf.log(tf.sub(1, x));
    return { value: tf.sub(logX, logRest), logDerivative: tf.neg(tf.add(logX, logRest)) };
  }
}

/** `sigmoid` as specs name it: its options, and how it is built. */
export const sigmoidDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description:
      'x = sigmoid(z): takes data in (0, 1) to the whole line on the way to the latents; logit with alpha 0.',
    properties: {},
  },
  create: (_config, build) => new Sigmoid({ dataShape: build.dataShape, path: build.path }),
};
