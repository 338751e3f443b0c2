import * as tf from '@tensorflow/tfjs';
import { normalTensor } from '../random/normal-tensor.ts';
import type { Conditioner } from '../contracts/conditioner.ts';
import { DistributionBase, type Draw } from '../contracts/distribution-base.ts';
import { formatShape, sizeOf } from '../contracts/shape.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import { parameterValues, valuesSchema, type Values } from '../elementwise/parameter-values.ts';
import { sumEvent } from '../ops/index.ts';
import type { DistributionDefinition, PartConfig } from '../registry/plugin.ts';
import { HALF_LOG_TWO_PI, type BaseOptions } from './standard-normal.ts';

/** Options of {@link DiagonalNormal}. */
export interface DiagonalNormalOptions extends BaseOptions {
  /** Means where training starts. Default: 0. */
  readonly mean?: Values;
  /** Logarithms of the standard deviations where training starts. Default: 0. */
  readonly logScale?: Values;
  /** Default: true; false keeps mean and scale as given, as state. */
  readonly trainable?: boolean;
  /** Maps the context (its input has width 0) to 2 D numbers, [mean, log-scale] per element, which are added. */
  readonly conditioner?: Conditioner | undefined;
}

/**
 * Independent normals with a mean and a log-scale for every element of the event.
 *
 * log p(x) = −Σ [½ ((x − μ)/σ)² + log σ + ½ log 2π], nats. With a conditioner μ and log σ also depend on the context:
 * class-conditional and other conditional bases. Temperature T draws from N(μ, T² σ²).
 *
 * Variables (state, when not trainable): `mean`, `logScale`; the conditioner's under `conditioner.`.
 *
 * @throws E_SPEC_SHAPE for a list of the wrong length or a conditioner of another shape, E_OPTION for one without context
 * @example
 * const base = new DiagonalNormal({ eventShape: [2], mean: [0, 3], logScale: -1 });
 */
export class DiagonalNormal extends DistributionBase {
  readonly #mean: tf.Variable;
  readonly #logScale: tf.Variable;
  readonly #conditioner: Conditioner | null;

  constructor(options: DiagonalNormalOptions) {
    const { eventShape, path = '', conditioner } = options;
    super({ type: 'diagonal-normal', path, eventShape, contextSize: conditioner?.contextSize ?? 0 });
    const shape = [...eventShape];
    if (conditioner !== undefined) assertFits(conditioner, 2 * sizeOf(shape), this.place);
    const mean = parameterValues(options.mean ?? 0, { shape, name: 'mean', place: this.place });
    const logScale = parameterValues(options.logScale ?? 0, { shape, name: 'logScale', place: this.place });
    const add = (name: string, values: Float32Array): tf.Variable =>
      options.trainable === false
        ? this.addState(name, tf.tensor(values, shape))
        : this.addVariable(name, tf.tensor(values, shape));
    this.#mean = add('mean', mean);
    this.#logScale = add('logScale', logScale);
    this.#conditioner = conditioner === undefined ? null : this.addChild('conditioner', conditioner);
  }

  protected override computeLogProb(x: tf.Tensor, context: tf.Tensor | undefined): tf.Tensor {
    const { mean, logScale } = this.#parameters(x.shape[0]!, context);
    const standardized = tf.mul(tf.sub(x, mean), tf.exp(tf.neg(logScale)));
    const perElement = tf.add(tf.mul(tf.square(standardized), 0.5), logScale);
    return tf.neg(tf.add(sumEvent(perElement), sizeOf(this.eventShape) * HALF_LOG_TWO_PI));
  }

  protected override draw({ count, random, temperature, context }: Draw): tf.Tensor {
    const { mean, logScale } = this.#parameters(count, context);
    const noise = normalTensor(random, [count, ...this.eventShape]);
    return tf.add(mean, tf.mul(tf.exp(logScale), tf.mul(noise, temperature)));
  }

  /** Both broadcast against `[batch, ...eventShape]`. */
  #parameters(batch: number, context: tf.Tensor | undefined): { mean: tf.Tensor; logScale: tf.Tensor } {
    if (this.#conditioner === null) return { mean: this.#mean, logScale: this.#logScale };
    const size = sizeOf(this.eventShape);
    const raw = tf.reshape(this.#conditioner.apply(tf.zeros([batch, 0]), context), [batch, size, 2]);
    const [shift, logFactor] = tf.split(raw, 2, 2) as [tf.Tensor, tf.Tensor];
    const shape = [batch, ...this.eventShape];
    return {
      mean: tf.add(this.#mean, tf.reshape(shift, shape)),
      logScale: tf.add(this.#logScale, tf.reshape(logFactor, shape)),
    };
  }
}

function assertFits(conditioner: Conditioner, outputs: number, place: string): void {
  if (conditioner.contextSize === 0) {
    throw new FlowzooError('E_OPTION', 'a conditioner of a base needs a context', {
      at: place,
      expected: 'a model with "context" in its spec',
      found: 'no context',
      remedy: 'Declare "context" in the spec, or leave the conditioner out',
    });
  }
  if (formatShape(conditioner.inputShape) !== '[0]' || formatShape(conditioner.outputShape) !== `[${outputs}]`) {
    throw new FlowzooError('E_SPEC_SHAPE', 'the conditioner has another shape than the base needs', {
      at: place,
      expected: `[0] → [${outputs}]`,
      found: `${formatShape(conditioner.inputShape)} → ${formatShape(conditioner.outputShape)}`,
    });
  }
}

interface DiagonalNormalConfig extends PartConfig {
  readonly mean: Values;
  readonly logScale: Values;
  readonly trainable: boolean;
  readonly conditioner?: PartConfig;
}

/** `diagonal-normal` as specs name it: its options, and how it is built. */
export const diagonalNormalDefinition: DistributionDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'Independent normals with a trained mean and scale for every element.',
    properties: {
      mean: valuesSchema(0, 'Means where training starts: one number, or one per element in row-major order.'),
      logScale: valuesSchema(0, 'Natural logarithms of the standard deviations where training starts, likewise.'),
      trainable: { type: 'boolean', default: true, description: 'Train mean and scale; false keeps them as given.' },
      conditioner: {
        part: 'conditioner',
        description:
          'Network from the context to a mean and a log-scale per element, which are added. None by default.',
      },
    },
  },
  create(config: DiagonalNormalConfig, build) {
    const conditioner =
      config.conditioner === undefined
        ? undefined
        : build.conditioner(config.conditioner, {
            name: 'conditioner',
            inputShape: [0],
            outputShape: [2 * sizeOf(build.eventShape)],
          });
    return new DiagonalNormal({
      eventShape: build.eventShape,
      path: build.path,
      mean: config.mean,
      logScale: config.logScale,
      trainable: config.trainable,
      conditioner,
    });
  },
};
