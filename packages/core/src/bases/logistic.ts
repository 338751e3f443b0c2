import * as tf from '@tensorflow/tfjs';
import { DistributionBase, type Draw } from '../contracts/distribution-base.ts';
import { sizeOf } from '../contracts/shape.ts';
import { sumEvent } from '../ops/index.ts';
import type { DistributionDefinition } from '../registry/plugin.ts';
import type { BaseOptions } from './standard-normal.ts';

/**
 * Independent standard logistic variables, the prior of NICE: log p(x) = −Σ [softplus(x) + softplus(−x)], nats.
 *
 * The same as −log(1 + eˣ) − log(1 + e⁻ˣ) in Dinh et al. 2014, section 3.4, and finite wherever x is. Temperature T
 * draws T·x.
 *
 * @example
 * const base = new Logistic({ eventShape: [1] });
 * base.logProb(tf.zeros([1, 1])); // [−2 log 2]
 */
export class Logistic extends DistributionBase {
  constructor(options: BaseOptions) {
    super({ type: 'logistic', path: options.path ?? '', eventShape: options.eventShape });
  }

  protected override computeLogProb(x: tf.Tensor): tf.Tensor {
    return tf.neg(sumEvent(tf.add(tf.softplus(x), tf.softplus(tf.neg(x)))));
  }

  protected override draw({ count, random, temperature }: Draw): tf.Tensor {
    const noise = tf.tensor(random.logistics(count * sizeOf(this.eventShape)), [count, ...this.eventShape]);
    return tf.mul(noise, temperature);
  }
}

/** `logistic` as specs name it: its options, and how it is built. */
export const logisticDefinition: DistributionDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Independent standard logistic variables, the prior of NICE.',
    properties: {},
  },
  create: (_config, build) => new Logistic({ eventShape: build.eventShape, path: build.path }),
};
