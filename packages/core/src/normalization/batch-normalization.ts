import * as tf from '@tensorflow/tfjs';
import { BijectorBase } from '../contracts/bijector-base.ts';
import type { Mapped } from '../contracts/bijector.ts';
import { sizeOf, type Shape } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';

/** Options of {@link BatchNormalization}. */
export interface BatchNormalizationOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** Weight of the past in the running statistics, in [0, 1). Default: 0.9. */
  readonly momentum?: number;
  /** ε, added to the variance. Default: 1e-5. */
  readonly epsilon?: number;
  /** Learn a gain and a shift behind the normalization. Default: true. */
  readonly trainable?: boolean;
}

/**
 * Batch normalization as a layer: z = γ ⊙ (x − m) / √(v + ε) + β, per feature or channel (last axis).
 *
 * log|det ∂z/∂x| = n Σ (log γ − ½ log(v + ε)), n the number of pixels or steps that share a channel's statistics.
 *
 * - **Training**, data → latent: m and v are those of the batch, gradients flow through them, and the running statistics
 *   move, running ← momentum · running + (1 − momentum) · batch. An example's result depends on its batch, and the
 *   log-det is the conditional one, with m and v held fixed, as in both papers. Latent → data throws E_NOT_INVERTIBLE:
 *   no batch of data is at hand whose statistics could be undone.
 * - **Evaluation**, both directions: m and v are the running statistics; every example stands for itself, the map is an
 *   exact bijection and the density is normalized.
 * - `calibrate(x)` sets the running statistics to the exact moments of x. {@link calibrateBatchNormalization} does so for
 *   all layers of a flow, in their order: with all training rows, after training, that is what the code of MAF evaluates
 *   with.
 *
 * Variables: `logGain` (log γ) and `shift` (β), unless `trainable` is false. State: `mean`, `variance`, from 0 and 1.
 *
 * Dinh et al. 2017 (Real NVP), section 3.7 and appendix E; Papamakarios et al. 2017 (MAF), section 4.2 and eq. 21.
 *
 * @throws E_NOT_INVERTIBLE for latent → data in training mode
 * @example
 * const layer = new BatchNormalization({ dataShape: [6] });
 * layer.setMode(trainingMode(0));
 * const { value: z } = layer.inverse(batch); // each column has mean 0 and variance 1
 */
export class BatchNormalization extends BijectorBase {
  readonly #logGain: tf.Variable | null = null;
  readonly #shift: tf.Variable | null = null;
  readonly #mean: tf.Variable;
  readonly #variance: tf.Variable;
  readonly #momentum: number;
  readonly #epsilon: number;
  /** Elements of an event that share one channel's statistics. */
  readonly #multiplicity: number;

  constructor(options: BatchNormalizationOptions) {
    const { dataShape, path = '', momentum = 0.9, epsilon = 1e-5, trainable = true } = options;
    super({
      type: 'batch-normalization',
      path,
      dataShape,
      traits: { batchCoupled: true, constantLogDet: true },
      structure: { kind: 'elementwise' },
    });
    const channels = dataShape.at(-1) ?? 1;
    if (trainable) {
      this.#logGain = this.addVariable('logGain', tf.zeros([channels]));
      this.#shift = this.addVariable('shift', tf.zeros([channels]));
    }
    this.#mean = this.addState('mean', tf.zeros([channels]));
    this.#variance = this.addState('variance', tf.ones([channels]));
    this.#momentum = momentum;
    this.#epsilon = epsilon;
    this.#multiplicity = sizeOf(dataShape) / channels;
  }

  /** Sets the running statistics to the moments of x; returns z by them, which the caller disposes. */
  calibrate(x: tf.Tensor): tf.Tensor {
    this.check('x', x, undefined);
    return tf.tidy(() => {
      const { mean, variance } = moments(x);
      this.#mean.assign(mean as tf.Tensor1D);
      this.#variance.assign(variance as tf.Tensor1D);
      return this.#normalized(x, mean, variance).value;
    });
  }

  protected computeInverse(x: tf.Tensor): Mapped {
    if (!this.mode.training) return this.#normalized(x, this.#mean, this.#variance);
    const { mean, variance } = moments(x);
    this.#follow(this.#mean, mean);
    this.#follow(this.#variance, variance);
    return this.#normalized(x, mean, variance);
  }

  protected computeForward(z: tf.Tensor): Mapped {
    if (this.mode.training) {
      throw new FlowzooError('E_NOT_INVERTIBLE', 'batch normalization goes from latents to data in evaluation only', {
        at: this.place,
        expected: 'evaluation mode',
        found: 'training mode',
        remedy: 'Call setMode(evaluationMode()) first',
      });
    }
    const deviation = tf.sqrt(tf.add(this.#variance, this.#epsilon));
    const centred = this.#shift === null ? z : tf.sub(z, this.#shift);
    const scale = this.#logGain === null ? deviation : tf.mul(deviation, tf.exp(tf.neg(this.#logGain)));
    return {
      value: tf.add(tf.mul(centred, scale), this.#mean),
      logDet: tf.neg(this.#logDet(z.shape[0]!, this.#variance)),
    };
  }

  #normalized(x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor): Mapped {
    const reciprocal = tf.rsqrt(tf.add(variance, this.#epsilon));
    const scale = this.#logGain === null ? reciprocal : tf.mul(reciprocal, tf.exp(this.#logGain));
    const scaled = tf.mul(tf.sub(x, mean), scale);
    const value = this.#shift === null ? scaled : tf.add(scaled, this.#shift);
    return { value, logDet: this.#logDet(x.shape[0]!, variance) };
  }

  #logDet(batch: number, variance: tf.Tensor): tf.Tensor {
    const logs = tf.mul(tf.log(tf.add(variance, this.#epsilon)), -0.5);
    const sum = tf.sum(this.#logGain === null ? logs : tf.add(logs, this.#logGain));
    return tf.add(tf.zeros([batch]), tf.mul(sum, this.#multiplicity));
  }

  #follow(running: tf.Variable, batch: tf.Tensor): void {
    tf.tidy(() => {
      running.assign(tf.add(tf.mul(running, this.#momentum), tf.mul(batch, 1 - this.#momentum)));
    });
  }
}

/** Mean and variance (divided by n) over every axis but the last. */
function moments(x: tf.Tensor): { mean: tf.Tensor; variance: tf.Tensor } {
  const rows = tf.reshape(x, [-1, x.rank === 1 ? 1 : x.shape.at(-1)!]);
  const mean = tf.mean(rows, 0);
  return { mean, variance: tf.mean(tf.square(tf.sub(rows, mean)), 0) };
}

interface BatchNormalizationConfig extends PartConfig {
  readonly momentum: number;
  readonly epsilon: number;
  readonly trainable: boolean;
}

/** The registry's entry for `batch-normalization`. */
export const batchNormalizationDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'z = γ (x − m)/√(v + ε) + β, statistics of the batch in training, running ones in evaluation.',
    properties: {
      momentum: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0.9,
        description: 'Weight of the past in the running statistics.',
      },
      epsilon: { type: 'number', exclusiveMinimum: 0, default: 1e-5, description: 'Added to the variance.' },
      trainable: { type: 'boolean', default: true, description: 'Learn the gain γ and the shift β.' },
    },
  },
  create: ({ momentum, epsilon, trainable }: BatchNormalizationConfig, build) =>
    new BatchNormalization({ dataShape: build.dataShape, path: build.path, momentum, epsilon, trainable }),
};
