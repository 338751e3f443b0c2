import * as tf from '@tensorflow/tfjs';
import { DistributionBase, type Draw } from '../contracts/distribution-base.ts';
import { formatShape, sizeOf } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { sumEvent } from '../ops/index.ts';
import type { DistributionDefinition, PartConfig } from '../registry/plugin.ts';
import type { BaseOptions } from './standard-normal.ts';

/** Options of {@link Uniform}. */
export interface UniformOptions extends BaseOptions {
  /** Lower and upper end, both inside. Default: [0, 1]. */
  readonly interval?: readonly [number, number];
}

/**
 * Independent uniforms on an interval [a, b]: log p(x) = −D log(b − a) inside, −∞ outside, nats.
 *
 * The gradient in x is 0 everywhere, outside too: a point outside is reported by its −∞ (NaN data likewise), never by a
 * NaN in somebody's weights. Temperature T scales the deviation from the centre (a + b)/2; draws with T > 1 may lie
 * outside.
 *
 * @throws E_OPTION when the interval is empty or not finite
 * @example
 * const base = new Uniform({ eventShape: [2], interval: [-1, 1] });
 * base.logProb(tf.zeros([1, 2])); // [−2 log 2]
 */
export class Uniform extends DistributionBase {
  readonly interval: readonly [number, number];

  constructor(options: UniformOptions) {
    super({ type: 'uniform', path: options.path ?? '', eventShape: options.eventShape });
    const [lower, upper] = options.interval ?? [0, 1];
    if (!(Number.isFinite(lower) && Number.isFinite(upper) && lower < upper)) {
      throw new FlowzooError('E_OPTION', '"interval" must be two finite numbers in ascending order', {
        at: this.place,
        expected: '[lower, upper] with lower < upper',
        found: formatShape([lower, upper]),
      });
    }
    this.interval = [lower, upper];
  }

  protected override computeLogProb(x: tf.Tensor): tf.Tensor {
    const [lower, upper] = this.interval;
    const outside = sumEvent(logIndicator(x, this.interval));
    return tf.sub(outside, sizeOf(this.eventShape) * Math.log(upper - lower));
  }

  protected override draw({ count, random, temperature }: Draw): tf.Tensor {
    const [lower, upper] = this.interval;
    const noise = tf.tensor(random.uniforms(count * sizeOf(this.eventShape)), [count, ...this.eventShape]);
    return tf.add(tf.mul(tf.sub(noise, 0.5), (upper - lower) * temperature), (lower + upper) / 2);
  }
}

/** 0 inside the interval, −∞ outside, without a gradient: comparisons have none on the tape. */
function logIndicator(x: tf.Tensor, [lower, upper]: readonly [number, number]): tf.Tensor {
  const indicate = tf.customGrad((value) => {
    const inside = tf.logicalAnd(tf.greaterEqual(value as tf.Tensor, lower), tf.lessEqual(value as tf.Tensor, upper));
    return { value: tf.log(tf.cast(inside, 'float32')), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  });
  return indicate(x);
}

interface UniformConfig extends PartConfig {
  readonly interval: readonly [number, number];
}

/** `uniform` as specs name it: its options, and how it is built. */
export const uniformDefinition: DistributionDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Independent uniforms on an interval.',
    properties: {
      interval: {
        type: 'array',
        items: { type: 'number' },
        minItems: 2,
        maxItems: 2,
        default: [0, 1],
        description: 'Lower and upper end of the interval.',
      },
    },
  },
  create: (config: UniformConfig, build) =>
    new Uniform({ eventShape: build.eventShape, path: build.path, interval: config.interval }),
};
