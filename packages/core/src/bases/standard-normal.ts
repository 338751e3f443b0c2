import * as tf from '@tensorflow/tfjs';
import { normalTensor } from '../random/normal-tensor.ts';
import { DistributionBase, type Draw } from '../contracts/distribution-base.ts';
import { sizeOf, type Shape } from '../contracts/shape.ts';
import { sumEvent } from '../ops/index.ts';
import type { DistributionDefinition } from '../registry/plugin.ts';

/** Options of a base without parameters. */
export interface BaseOptions {
  readonly eventShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
}

/** log √(2π): what every normal factor costs besides the square. */
export const HALF_LOG_TWO_PI: number = 0.5 * Math.log(2 * Math.PI);

/**
 * Independent standard normals: log p(x) = −½ Σ x² − (D/2) log 2π, nats.
 *
 * Temperature T draws from N(0, T²).
 *
 * @example
 * const base = new StandardNormal({ eventShape: [2] });
 * base.logProb(tf.zeros([1, 2])); // [−1.838]
 */
export class StandardNormal extends DistributionBase {
  constructor(options: BaseOptions) {
    super({ type: 'standard-normal', path: options.path ?? '', eventShape: options.eventShape });
  }

  protected override computeLogProb(x: tf.Tensor): tf.Tensor {
    return tf.sub(tf.mul(sumEvent(tf.square(x)), -0.5), sizeOf(this.eventShape) * HALF_LOG_TWO_PI);
  }

  protected override draw({ count, random, temperature }: Draw): tf.Tensor {
    const noise = normalTensor(random, [count, ...this.eventShape]);
    return tf.mul(noise, temperature);
  }
}

/** `standard-normal` as specs name it: its options, and how it is built. */
export const standardNormalDefinition: DistributionDefinition = {
  version: 1,
  schema: { type: 'object', description: 'Independent standard normals.', properties: {} },
  create: (_config, build) => new StandardNormal({ eventShape: build.eventShape, path: build.path }),
};
