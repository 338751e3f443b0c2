import * as tf from '@tensorflow/tfjs';
import { DistributionBase, type Draw } from '../contracts/distribution-base.ts';
import { sizeOf } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { linear } from '../ops/index.ts';
import { Random } from '../random/random.ts';
import type { DistributionDefinition, PartConfig } from '../registry/plugin.ts';
import { HALF_LOG_TWO_PI, type BaseOptions } from './standard-normal.ts';

/** Options of {@link NormalMixture}. */
export interface NormalMixtureOptions extends BaseOptions {
  /** Number of components K, 1 or more. Default: 8. */
  readonly components?: number;
  /** Standard deviation of the means' first values, which are normal about 0. Default: 1. */
  readonly spread?: number;
  /** Logarithm of the standard deviations where training starts. Default: 0. */
  readonly logScale?: number;
  /** Draws the first means. Default: seed 0. */
  readonly random?: Random;
}

/**
 * A mixture of K normals with diagonal covariance: p(x) = Σₖ πₖ Πᵢ N(xᵢ; μₖᵢ, σₖᵢ²), π = softmax(logits).
 *
 * log p(x) = logsumexpₖ [log πₖ − Σᵢ (½ ((xᵢ − μₖᵢ)/σₖᵢ)² + log σₖᵢ + ½ log 2π)], nats. Temperature T scales the standard
 * deviation of every component; the weights keep. `rsample` is differentiable in means and scales; **which component a
 * draw comes from is not**, so a draw carries no gradient to the logits (only its `logProb` does) and reverse KL trains
 * weights with a biased gradient.
 *
 * Variables: `logits` [K], `means` and `logScales` [K, ...event].
 *
 * @throws E_OPTION when K is no positive whole number
 * @example
 * const base = new NormalMixture({ eventShape: [2], components: 4, spread: 2 });
 */
export class NormalMixture extends DistributionBase {
  readonly components: number;
  readonly #logits: tf.Variable;
  readonly #means: tf.Variable;
  readonly #logScales: tf.Variable;

  constructor(options: NormalMixtureOptions) {
    const { eventShape, components = 8, spread = 1, logScale = 0, random = new Random(0) } = options;
    super({ type: 'normal-mixture', path: options.path ?? '', eventShape });
    if (!Number.isInteger(components) || components < 1) {
      throw new FlowzooError('E_OPTION', '"components" is the number of normals in the mixture', {
        at: this.place,
        expected: 'a whole number, 1 or more',
        found: String(components),
      });
    }
    this.components = components;
    const shape = [components, ...eventShape];
    const means = random.fork('means').normals(sizeOf(shape));
    this.#logits = this.addVariable('logits', tf.zeros([components]));
    this.#means = this.addVariable(
      'means',
      tf.tensor(
        means.map((mean) => mean * spread),
        shape,
      ),
    );
    this.#logScales = this.addVariable('logScales', tf.fill(shape, logScale));
  }

  protected override computeLogProb(x: tf.Tensor): tf.Tensor {
    const size = sizeOf(this.eventShape);
    const rows = tf.reshape(x, [x.shape[0]!, 1, size]);
    const means = tf.reshape(this.#means, [1, this.components, size]);
    const logScales = tf.reshape(this.#logScales, [1, this.components, size]);
    const standardized = tf.mul(tf.sub(rows, means), tf.exp(tf.neg(logScales)));
    const perElement = tf.add(tf.mul(tf.square(standardized), 0.5), logScales);
    const perComponent = tf.sub(tf.logSoftmax(this.#logits), tf.sum(perElement, 2));
    return tf.sub(tf.logSumExp(perComponent, 1), size * HALF_LOG_TWO_PI);
  }

  protected override draw({ count, random, temperature }: Draw): tf.Tensor {
    const size = sizeOf(this.eventShape);
    const chosen = this.#choose(count, random.fork('component'));
    // One-hot rows times a table, and not gather, whose gradient has no kernel on wasm.
    const table = (values: tf.Tensor): tf.Tensor2D => linear(chosen, tf.reshape(values, [this.components, size]));
    const noise = tf.tensor2d(random.fork('noise').normals(count * size), [count, size]);
    const scales = tf.exp(table(this.#logScales));
    const value = tf.add(table(this.#means), tf.mul(scales, tf.mul(noise, temperature)));
    return tf.reshape(value, [count, ...this.eventShape]);
  }

  /** One-hot rows `[count, K]`: arg max of logits + Gumbel noise is a draw from softmax(logits). */
  #choose(count: number, random: Random): tf.Tensor2D {
    const gumbel = Float32Array.from({ length: count * this.components }, () => -Math.log(-Math.log(random.uniform())));
    const choose = tf.customGrad((logits) => {
      const scores = tf.add(tf.tensor2d(gumbel, [count, this.components]), logits as tf.Tensor);
      const chosen = tf.oneHot(tf.argMax(scores, 1) as tf.Tensor1D, this.components);
      return { value: tf.cast(chosen, 'float32'), gradFunc: () => tf.zeros([this.components]) };
    });
    return choose(this.#logits) as tf.Tensor2D;
  }
}

interface NormalMixtureConfig extends PartConfig {
  readonly components: number;
  readonly spread: number;
  readonly logScale: number;
}

/** `normal-mixture` as specs name it: its options, and how it is built. */
export const normalMixtureDefinition: DistributionDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A mixture of normals with diagonal covariance; weights, means and scales are trained.',
    properties: {
      components: { type: 'integer', minimum: 1, default: 8, description: 'Number of normals in the mixture.' },
      spread: {
        type: 'number',
        minimum: 0,
        default: 1,
        description: 'Standard deviation of the first means, drawn from the seed; 0 would leave all components alike.',
      },
      logScale: {
        type: 'number',
        default: 0,
        description: 'Natural logarithm of the standard deviations where training starts.',
      },
    },
  },
  create: (config: NormalMixtureConfig, build) =>
    new NormalMixture({
      eventShape: build.eventShape,
      path: build.path,
      random: build.random,
      components: config.components,
      spread: config.spread,
      logScale: config.logScale,
    }),
};
