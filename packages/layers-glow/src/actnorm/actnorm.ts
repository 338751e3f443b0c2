import {
  BijectorBase,
  FlowzooError,
  sizeOf,
  type BijectorDefinition,
  type BijectorTraits,
  type Mapped,
  type PartConfig,
  type Shape,
  type StateValues,
} from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { assertChannels } from '../assert-channels.ts';
import { channelAffine } from './channel-affine.ts';
import { assertVarying, channelMoments } from './channel-moments.ts';

/** Options of {@link ActNorm}. */
export interface ActNormOptions {
  readonly dataShape: Shape;
  /** Place in the spec; default: empty. */
  readonly path?: string;
  /** `data`: from the first batch, explicitly; `identity`: scale 1, shift 0. Default: `data`. */
  readonly initialization?: 'data' | 'identity';
  /** `shift-scale`: z = (x + b)·s, `scale-shift`: z = x·s + b. Default: `shift-scale`. */
  readonly order?: 'shift-scale' | 'scale-shift';
  /** `exp`: s = exp(k·r), `softplus`: s = softplus(k·r). Default: `exp`. */
  readonly scale?: 'exp' | 'softplus';
  /** k, which multiplies the effective learning rate of the scale. Default: 3. */
  readonly logFactor?: number;
  /** ε of the initial scale 1 / (σ + ε). Default: 1e-6. */
  readonly epsilon?: number;
}

/** Parameters of z = (x + b) ⊙ sign·exp(k·r), the layer's own. */
export interface ActNormParts {
  readonly shift: tf.Variable<tf.Rank.R1>;
  readonly logScale: tf.Variable<tf.Rank.R1>;
  readonly sign: tf.Variable<tf.Rank.R1>;
  readonly logFactor: number;
}

/**
 * Activation normalization: a scale and a shift per channel (per feature of a vector) that make the first batch
 * standardized and are trained from there on.
 *
 * z = (x + b) ⊙ s, log|det ∂z/∂x| = H·W·Σ log s, nats; all channels of one pixel form the last axis. `initialize` sets
 * b = −mean and s = 1 / (σ + ε) from a batch of **data**; before it both directions are refused, so that no scale can come
 * from latents. It works once: a second call, and a call on a loaded layer, only maps.
 *
 * Variables: `shift` `[C]` and `logScale` `[C]` (r above). State: `sign` `[C]`, 1 unless weights of elsewhere bring
 * negative scales, and `initialized`.
 *
 * Kingma & Dhariwal 2018 (Glow), section 3.1; k = 3 and the order are those of its authors' code.
 *
 * @throws E_NOT_INITIALIZED by both directions; E_DATA_EMPTY, E_DATA_NOT_FINITE, E_DATA_CONSTANT by `initialize`
 * @example
 * const layer = new ActNorm({ dataShape: [8, 8, 4] });
 * layer.initialize(images).dispose();
 * const { value: z, logDet } = layer.inverse(images); // [batch, 8, 8, 4], [batch]
 */
export class ActNorm extends BijectorBase {
  readonly #order: 'shift-scale' | 'scale-shift';
  readonly #map: 'exp' | 'softplus';
  readonly #logFactor: number;
  readonly #epsilon: number;
  readonly #shift: tf.Variable<tf.Rank.R1>;
  readonly #logScale: tf.Variable<tf.Rank.R1>;
  readonly #sign: tf.Variable<tf.Rank.R1>;
  readonly #flag: tf.Variable;
  #initialized: boolean;

  constructor(options: ActNormOptions) {
    const { dataShape, path = '', initialization = 'data' } = options;
    super({
      type: 'actnorm',
      path,
      dataShape,
      traits: { constantLogDet: true },
      structure: { kind: 'elementwise' },
    });
    this.#order = options.order ?? 'shift-scale';
    this.#map = options.scale ?? 'exp';
    this.#logFactor = options.logFactor ?? 3;
    this.#epsilon = options.epsilon ?? 1e-6;
    this.#initialized = initialization === 'identity';
    const channels = dataShape.at(-1) ?? 1;
    const raw = new Float32Array(channels).fill(this.#rawScale(1));
    this.#shift = this.addVariable('shift', tf.zeros([channels])) as tf.Variable<tf.Rank.R1>;
    this.#logScale = this.addVariable('logScale', tf.tensor1d(raw)) as tf.Variable<tf.Rank.R1>;
    this.#sign = this.addState('sign', tf.ones([channels])) as tf.Variable<tf.Rank.R1>;
    this.#flag = this.addState('initialized', tf.scalar(this.#initialized ? 1 : 0, 'int32'));
  }

  override get traits(): BijectorTraits {
    return { ...super.traits, needsInitialization: !this.#initialized };
  }

  /**
   * What z = (x + b) ⊙ ±exp(k·r) is made of, for layers that compute it together with their own; null for other forms.
   *
   * @throws E_NOT_INITIALIZED
   */
  get parts(): ActNormParts | null {
    this.#assertInitialized();
    if (this.#order !== 'shift-scale' || this.#map !== 'exp') return null;
    return { shift: this.#shift, logScale: this.#logScale, sign: this.#sign, logFactor: this.#logFactor };
  }

  /** Sets scale and shift from a batch of data, once, and returns z, `[batch, ...]`, which the caller disposes. */
  initialize(x: tf.Tensor): tf.Tensor {
    this.check('x', x, undefined);
    if (!this.#initialized) {
      const moments = channelMoments(x, this.place);
      assertVarying(moments, this.place);
      const scale = moments.deviation.map((deviation) => 1 / (deviation + this.#epsilon));
      const shift = moments.mean.map((mean, i) => (this.#order === 'shift-scale' ? -mean : -mean * scale[i]!));
      tf.tidy(() => {
        this.#shift.assign(tf.tensor1d(Float32Array.from(shift)));
        this.#logScale.assign(tf.tensor1d(Float32Array.from(scale, (value) => this.#rawScale(value))));
        this.#sign.assign(tf.onesLike(this.#sign));
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
    const logs = this.#logs();
    const reciprocal = tf.mul(this.#sign, tf.exp(tf.neg(logs))) as tf.Tensor1D;
    const shift = tf.neg(this.#order === 'shift-scale' ? this.#shift : tf.mul(this.#shift, reciprocal));
    return { value: channelAffine(z, reciprocal, shift as tf.Tensor1D), logDet: this.#logDet(tf.neg(logs), z) };
  }

  protected override computeInverse(x: tf.Tensor): Mapped {
    this.#assertInitialized();
    const logs = this.#logs();
    const scale = tf.mul(this.#sign, tf.exp(logs)) as tf.Tensor1D;
    const shift = this.#order === 'shift-scale' ? tf.mul(this.#shift, scale) : this.#shift;
    return { value: channelAffine(x, scale, shift as tf.Tensor1D), logDet: this.#logDet(logs, x) };
  }

  /** log s, `[C]`. */
  #logs(): tf.Tensor {
    const scaled = tf.mul(this.#logScale, this.#logFactor);
    return this.#map === 'exp' ? scaled : tf.log(tf.softplus(scaled));
  }

  /** r of a scale s. */
  #rawScale(scale: number): number {
    return (this.#map === 'exp' ? Math.log(scale) : scale + Math.log(-Math.expm1(-scale))) / this.#logFactor;
  }

  #logDet(logs: tf.Tensor, input: tf.Tensor): tf.Tensor {
    const pixels = sizeOf(this.dataShape) / Math.max(1, logs.size);
    return tf.mul(tf.ones([input.shape[0]!]), tf.mul(tf.sum(logs), pixels));
  }

  #assertInitialized(): void {
    if (this.#initialized) return;
    throw new FlowzooError('E_NOT_INITIALIZED', 'has no scale and shift yet, and takes them from data only', {
      at: this.place,
      remedy: 'Call model.initialize(x) with training data, fit the model, or load its weights',
    });
  }
}

/** Options of {@link ActNorm} as a spec writes them. */
export interface ActNormConfig extends PartConfig {
  readonly initialization: 'data' | 'identity';
  readonly order: 'shift-scale' | 'scale-shift';
  readonly scale: 'exp' | 'softplus';
  readonly logFactor: number;
  readonly epsilon: number;
}

/** `actnorm` as specs name it: its options, and how it is built. */
export const actnormDefinition: BijectorDefinition = {
  version: 1,
  schema: {
    type: 'object',
    description: 'A trained scale and shift per channel that start by standardizing the first batch of data.',
    properties: {
      initialization: {
        enum: ['data', 'identity'],
        default: 'data',
        description: 'Start from the statistics of a batch of data, by initialize, or at scale 1 and shift 0.',
      },
      order: {
        enum: ['shift-scale', 'scale-shift'],
        default: 'shift-scale',
        description: '"shift-scale" is z = (x + b) s, "scale-shift" is z = x s + b.',
      },
      scale: {
        enum: ['exp', 'softplus'],
        default: 'exp',
        description: 'From the parameter r to the scale: exp(k r) or softplus(k r).',
      },
      logFactor: {
        type: 'number',
        exclusiveMinimum: 0,
        default: 3,
        description: 'k, the factor on the parameter of the scale.',
      },
      epsilon: {
        type: 'number',
        minimum: 0,
        default: 0.000001,
        description: 'Added to the standard deviation at the start.',
      },
    },
  },
  create(config: ActNormConfig, build) {
    assertChannels(build);
    return new ActNorm({ ...config, dataShape: build.dataShape, path: build.path });
  },
};
