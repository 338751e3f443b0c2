import * as tf from '@tensorflow/tfjs';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';
import { ElementwiseBijector, type ElementwiseMapped, type ElementwiseOptions } from './elementwise-bijector.ts';

/**
 * How data are squeezed away from the ends of [0, 1] before the logit. The literature has both forms, with the same
 * letter α in them.
 *
 * - `alpha+(1-2alpha)x`: symmetric, [0, 1] → [α, 1 − α]; Papamakarios et al. 2017 (MAF), appendix on MNIST and CIFAR-10.
 * - `alpha+(1-alpha)x`: as printed in Dinh et al. 2017 (Real NVP), section 4.1, [0, 1) → [α, 1); x = 1 goes to infinity.
 */
export type LogitForm = 'alpha+(1-2alpha)x' | 'alpha+(1-alpha)x';

/** Options of {@link Logit}. */
export interface LogitOptions extends ElementwiseOptions {
  /** Distance kept from the ends, 0 ≤ α < 0.5. Default: 0.05. */
  readonly alpha?: number;
  /** Default: `alpha+(1-2alpha)x`. */
  readonly form?: LogitForm;
}

/**
 * The logit of image and probability models, named as people know it from preprocessing: **inverse** (data → latent) is
 * z = logit(s) with s = α + c·x, and forward (latent → data) is x = (σ(z) − α)/c; c = 1 − 2α or 1 − α by `form`.
 *
 * log|dz/dx| = log c − log s − log(1 − s), equally log c + softplus(z) + softplus(−z).
 * Domain of data: 0 < s < 1. With α > 0 and the symmetric form that contains all of [0, 1]; other data come out as NaN
 * or infinity, because a layer reads no values back. Forward reaches a little beyond [0, 1] by the same token.
 *
 * @throws E_OPTION when α is not in [0, 0.5)
 * @example
 * const layer = new Logit({ dataShape: [2], alpha: 0.05 });
 * const { value: z } = layer.inverse(tf.tensor2d([[0, 0.5]])); // [[-2.944, 0]]
 */
export class Logit extends ElementwiseBijector {
  readonly alpha: number;
  readonly form: LogitForm;
  readonly #slope: number;
  /** 1 − s at x = 1. */
  readonly #margin: number;

  constructor(options: LogitOptions) {
    super('logit', options);
    this.alpha = options.alpha ?? 0.05;
    this.form = options.form ?? 'alpha+(1-2alpha)x';
    if (!(this.alpha >= 0 && this.alpha < 0.5)) {
      throw new FlowzooError('E_OPTION', 'alpha is the distance kept from the ends of [0, 1]', {
        at: this.place,
        expected: '0 ≤ alpha < 0.5',
        found: String(this.alpha),
      });
    }
    const symmetric = this.form === 'alpha+(1-2alpha)x';
    this.#slope = symmetric ? 1 - 2 * this.alpha : 1 - this.alpha;
    this.#margin = symmetric ? this.alpha : 0;
  }

  protected override mapForward(z: tf.Tensor): ElementwiseMapped {
    return {
      value: tf.div(tf.sub(tf.sigmoid(z), this.alpha), this.#slope),
      logDerivative: tf.sub(-Math.log(this.#slope), tf.add(tf.softplus(z), tf.softplus(tf.neg(z)))),
    };
  }

  protected override mapInverse(x: tf.Tensor): ElementwiseMapped {
    const logS = tf.log(tf.add(tf.mul(x, this.#slope), this.alpha));
    // 1 − s from 1 − x, which is exact near 1, and not from the rounded s.
    const logRest = tf.log(tf.add(tf.mul(tf.sub(1, x), this.#slope), this.#margin));
    return {
      value: tf.sub(logS, logRest),
      logDerivative: tf.sub(Math.log(this.#slope), tf.add(logS, logRest)),
    };
  }
}

interface LogitConfig extends PartConfig {
  readonly alpha: number;
  readonly form: LogitForm;
}

/** `logit` as specs name it: its options, and how it is built. */
export const logitDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'z = logit(s), s = alpha + c x, from data to latents: takes [0, 1] to the whole line.',
    properties: {
      alpha: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 0.5,
        default: 0.05,
        description: 'Distance kept from the ends of [0, 1]; 0.05 for Real NVP, 1e-6 for MNIST in the MAF paper.',
      },
      form: {
        enum: ['alpha+(1-2alpha)x', 'alpha+(1-alpha)x'],
        default: 'alpha+(1-2alpha)x',
        description: 'How alpha enters: symmetric (the MAF paper), or as printed in Real NVP, where x = 1 is infinite.',
      },
    },
  },
  create: (config: LogitConfig, build) =>
    new Logit({ dataShape: build.dataShape, path: build.path, alpha: config.alpha, form: config.form }),
};
