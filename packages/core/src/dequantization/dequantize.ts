import * as tf from '@tensorflow/tfjs';
import type { Mapped } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import { sizeOf, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';
import { gridNoise } from './grid-noise.ts';

/** Options of {@link Dequantize}. */
export interface DequantizeOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** Number of values K that data take, 2 … 65536. Default: 256. */
  readonly levels?: number;
}

/** Above it float32 leaves too few bits for the noise. */
const MOST_LEVELS = 65_536;

/**
 * Uniform dequantization: z = (x + u) / K with u ~ U[0, 1), for data that are the integers 0 … K − 1 (as float32), so
 * that z lies in [0, 1). Back, x = ⌊K z⌋, clipped to 0 … K − 1, gives the very integers again.
 *
 * The log-det is −D log K (forward: D log K), D the number of elements. With p the density of z = (x + u)/K under the
 * rest of the model, the probability of the integers is P(x) = ∫_{[0,1)ᴰ} p((x + u)/K) K⁻ᴰ du, since dz = K⁻ᴰ du.
 * Jensen's inequality takes the logarithm inside:
 *
 *     E_u[log p((x + u)/K)] − D log K ≤ log P(x),
 *
 * and one draw of u estimates the left side without bias. So `logProb` of a model with this layer is a stochastic **lower
 * bound** on the log-probability of the discrete data, and the trait `lowerBound` says so (Theis et al. 2016, section
 * 3.1). K is 256 for 8-bit data, not 255.
 *
 * The noise is `mode.random.fork('noise')`: the same within one mode, another one when a new mode is set. Row i of a
 * batch gets the i-th part of it. Data that are no integers are not noticed: a layer reads no values back.
 *
 * @throws E_OPTION when `levels` is no whole number from 2 to 65536
 * @example
 * const layer = new Dequantize({ dataShape: [8, 8, 1], levels: 17 });
 * const { value: z, logDet } = layer.inverse(digits); // in [0, 1); −64 log 17
 */
export class Dequantize extends BijectorBase {
  readonly levels: number;

  constructor(options: DequantizeOptions) {
    super({
      type: 'dequantize',
      path: options.path ?? '',
      dataShape: options.dataShape,
      traits: { constantLogDet: true, lowerBound: true },
      structure: { kind: 'elementwise' },
    });
    this.levels = options.levels ?? 256;
    if (!Number.isInteger(this.levels) || this.levels < 2 || this.levels > MOST_LEVELS) {
      throw new FlowzooError('E_OPTION', '"levels" is the number of values that data take', {
        at: this.place,
        expected: `a whole number, 2 … ${MOST_LEVELS}`,
        found: String(this.levels),
      });
    }
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    const value = tf.clipByValue(tf.floor(tf.mul(z, this.levels)), 0, this.levels - 1);
    return { value, logDet: this.#logDet(z, 1) };
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    const noise = gridNoise(x.size, { levels: this.levels, random: this.mode.random.fork('noise') });
    const value = tf.div(tf.add(x, tf.tensor(noise, x.shape)), this.levels);
    return { value, logDet: this.#logDet(x, -1) };
  }

  #logDet(input: tf.Tensor, sign: 1 | -1): tf.Tensor {
    return tf.fill([input.shape[0]!], sign * sizeOf(this.dataShape) * Math.log(this.levels));
  }
}

interface DequantizeConfig extends PartConfig {
  readonly levels: number;
}

/** `dequantize` as specs name it: its options, and how it is built. */
export const dequantizeDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description:
      'z = (x + u) / K, u uniform on [0, 1): integers 0 … K - 1 become numbers in [0, 1); logProb is a bound.',
    properties: {
      levels: {
        type: 'integer',
        minimum: 2,
        maximum: MOST_LEVELS,
        default: 256,
        description: 'Number of values K that data take: 256 for 8-bit images, 32 for 5-bit ones.',
      },
    },
  },
  create: (config: DequantizeConfig, build) =>
    new Dequantize({ dataShape: build.dataShape, path: build.path, levels: config.levels }),
};
