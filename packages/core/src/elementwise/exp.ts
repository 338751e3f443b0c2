import * as tf from '@tensorflow/tfjs';
import type { BijectorDefinition } from '../registry/plugin.ts';
import { ElementwiseBijector, type ElementwiseMapped, type ElementwiseOptions } from './elementwise-bijector.ts';

/**
 * x = exp(z): data on the positive half-line. Forward is latent → data, so data are taken through the logarithm.
 *
 * log|dx/dz| = z and log|dz/dx| = −log x. Domain of data: x > 0. In float32 x overflows to infinity above z = 88.7 while
 * the log-det stays finite.
 *
 * @example
 * const layer = new Exp({ dataShape: [2] });
 * const { value: z, logDet } = layer.inverse(tf.tensor2d([[1, 2]])); // z = [[0, 0.693]], logDet = [-0.693]
 */
export class Exp extends ElementwiseBijector {
  constructor(options: ElementwiseOptions) {
    super('exp', options);
  }

  protected override mapForward(z: tf.Tensor): ElementwiseMapped {
    return { value: tf.exp(z), logDerivative: z };
  }

  protected override mapInverse(x: tf.Tensor): ElementwiseMapped {
    const z = tf.log(x);
    return { value: z, logDerivative: tf.neg(z) };
  }
}

/** `exp` as specs name it: its options, and how it is built. */
export const expDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'x = exp(z): takes positive data through the logarithm on the way to the latents.',
    properties: {},
  },
  create: (_config, build) => new Exp({ dataShape: build.dataShape, path: build.path }),
};
