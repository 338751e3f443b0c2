import * as tf from '@tensorflow/tfjs';
import type { BijectorTraits, Mapped } from '../contracts/bijector.ts';
import { BijectorBase } from '../contracts/bijector-base.ts';
import type { StateValues } from '../contracts/part.ts';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { BijectorDefinition, PartConfig } from '../registry/plugin.ts';
import type { ElementwiseOptions } from './elementwise-bijector.ts';
import { fitMoments } from './fit-moments.ts';
import {
  constantLogDet,
  elementsPerParameter,
  parameterShape,
  sharingSchema,
  type Sharing,
} from './parameter-values.ts';

/** Options of {@link Standardize}. */
export interface StandardizeOptions extends ElementwiseOptions {
  /** Default: `channel`, which for vectors is every column. */
  readonly per?: Sharing;
}

/**
 * z = (x − mean) / scale with mean and standard deviation fitted on data by `initialize`; x = mean + scale ⊙ z.
 *
 * log|det ∂z/∂x| = −Σ log scale. Nothing is trained. The state is `mean`, `scale` and `initialized`, all saved: a loaded
 * layer is initialized and `initialize` no longer changes it.
 *
 * @throws E_NOT_INITIALIZED by both directions before `initialize`; E_DATA_EMPTY, E_DATA_NOT_FINITE and E_DATA_CONSTANT
 * by `initialize`, which reads the values of its argument back
 * @example
 * const layer = new Standardize({ dataShape: [2] });
 * layer.initialize(trainingRows).dispose();
 * const { value: z } = layer.inverse(rows);
 */
export class Standardize extends BijectorBase {
  readonly per: Sharing;
  readonly #mean: tf.Variable;
  readonly #scale: tf.Variable;
  readonly #flag: tf.Variable;
  #initialized = false;

  constructor(options: StandardizeOptions) {
    super({
      type: 'standardize',
      path: options.path ?? '',
      dataShape: options.dataShape,
      traits: { constantLogDet: true },
      structure: { kind: 'elementwise' },
    });
    this.per = options.per ?? 'channel';
    const shape = [...parameterShape(this.per, this.dataShape)];
    this.#mean = this.addState('mean', tf.zeros(shape));
    this.#scale = this.addState('scale', tf.ones(shape));
    this.#flag = this.addState('initialized', tf.scalar(0, 'int32'));
  }

  override get traits(): BijectorTraits {
    return { ...super.traits, needsInitialization: !this.#initialized };
  }

  /**
   * Fits mean and scale to a batch, all of the training data or a large part of it, and returns z, `[batch, ...]`, which
   * the caller disposes. A second call only maps.
   */
  initialize(x: tf.Tensor): tf.Tensor {
    this.check('x', x, undefined);
    if (!this.#initialized) {
      const { mean, scale } = fitMoments(x, { per: this.per, place: this.place });
      tf.tidy(() => {
        this.#mean.assign(tf.tensor(Float32Array.from(mean), this.#mean.shape));
        this.#scale.assign(tf.tensor(Float32Array.from(scale), this.#scale.shape));
        this.#flag.assign(tf.scalar(1, 'int32'));
      });
      this.#initialized = true;
    }
    return tf.tidy(() => this.inverse(x).value);
  }

  override stateLoaded(values: ReadonlyMap<string, StateValues>): void {
    super.stateLoaded(values);
    const flag = values.get('initialized');
    if (flag !== undefined) this.#initialized = flag[0] === 1;
  }

  protected override computeForward(z: tf.Tensor): Mapped {
    this.#assertInitialized();
    return { value: tf.add(tf.mul(z, this.#scale), this.#mean), logDet: this.#logDet(z, 1) };
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    this.#assertInitialized();
    return { value: tf.div(tf.sub(x, this.#mean), this.#scale), logDet: this.#logDet(x, -1) };
  }

  #logDet(input: tf.Tensor, sign: 1 | -1): tf.Tensor {
    return constantLogDet(tf.log(this.#scale), {
      batch: input.shape[0]!,
      multiplicity: elementsPerParameter(this.per, this.dataShape),
      sign,
    });
  }

  #assertInitialized(): void {
    if (this.#initialized) return;
    throw new FlowzooError('E_NOT_INITIALIZED', 'has no mean and scale yet', {
      at: this.place,
      remedy: 'Call model.initialize(x) with training data, fit the model, or load its weights',
    });
  }
}

interface StandardizeConfig extends PartConfig {
  readonly per: Sharing;
}

/** `standardize` as specs name it: its options, and how it is built. */
export const standardizeDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'z = (x - mean) / standard deviation, both fitted on the training data and saved with the weights.',
    properties: { per: sharingSchema('channel') },
  },
  create: (config: StandardizeConfig, build) =>
    new Standardize({ dataShape: build.dataShape, path: build.path, per: config.per }),
};
