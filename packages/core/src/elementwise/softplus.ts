import * as tf from '@tensorflow/tfjs';
import type { BijectorDefinition } from '../registry/plugin.ts';
import { ElementwiseBijector, type ElementwiseMapped, type ElementwiseOptions } from './elementwise-bijector.ts';

/**
 * x = softplus(z) = log(1 + eᶻ): data on the positive half-line that grow linearly, where {@link Exp} would overflow.
 *
 * log|dx/dz| = log σ(z) = −softplus(−z); z = x + log(1 − e⁻ˣ), log|dz/dx| = −log(1 − e⁻ˣ). Domain of data: x > 0.
 *
 * @example
 * const layer = new Softplus({ dataShape: [1] });
 * const { value: x } = layer.forward(tf.tensor2d([[0]])); // log 2
 */
export class Softplus extends ElementwiseBijector {
  constructor(options: ElementwiseOptions) {
    super('softplus', options);
  }

  protected override mapForward(z: tf.Tensor): ElementwiseMapped {
    return { value: tf.softplus(z), logDerivative: tf.neg(tf.softplus(tf.neg(z))) };
  }

  protected override mapInverse(x: tf.Tensor): ElementwiseMapped {
    // expm1 and not 1 − exp: at small x the difference would have no digits left.
    const logSlope = tf.log(tf.neg(tf.expm1(tf.neg(x))));
    return { value: tf.add(x, logSlope), logDerivative: tf.neg(logSlope) };
  }
}

/** `softplus` as specs name it: its options, and how it is built. */
export const softplusDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'x = softplus(z) = log(1 + exp(z)): takes positive data to the whole line on the way to the latents.',
    properties: {},
  },
  create: (_config, build) => new Softplus({ dataShape: build.dataShape, path: build.path }),
};
