import * as tf from '@tensorflow/tfjs';
import { Dense, linear, PartBase, type Initialization, type Random } from '@flowzoo/core';
import { Pointwise, type PointwiseTaps } from '../pixelcnn/pointwise.ts';
import { CausalConvolution, type CausalTaps } from './causal-convolution.ts';
import { upsampled, type Conditions, type ConditionSizes } from './conditions.ts';

/** Options of {@link WaveNetLayer}. */
export interface WaveNetLayerOptions {
  readonly path: string;
  readonly kernel: number;
  readonly dilation: number;
  /** Width of the residual stream and of the gate. */
  readonly features: number;
  readonly skipFeatures: number;
  readonly sizes: ConditionSizes;
  /** The last layer's residual stream goes nowhere. */
  readonly last: boolean;
  readonly initialization: Initialization;
  readonly random: Random;
}

/** What a layer gives, `[batch, time, features]`. */
export interface LayerOutput {
  readonly residual: tf.Tensor3D;
  /** What the skip connections are made of. */
  readonly gated: tf.Tensor3D;
}

/** A map to the skip connections. */
export interface SkipMap {
  /** `[features, skipFeatures]`. */
  readonly weight: tf.Tensor2D;
  /** `[skipFeatures]`. */
  readonly bias: tf.Tensor1D;
}

/** The numbers of a layer as a sampler needs them. */
export interface WaveNetLayerTaps {
  readonly convolution: CausalTaps;
  /** To the skip connections, and in all layers but the last to the residual stream behind them. */
  readonly output: PointwiseTaps;
  /** `[globalSize, 2·features]`. */
  readonly global: Float32Array | undefined;
  /** `[localFeatures, 2·features]`. */
  readonly local: Float32Array | undefined;
}

/**
 * A layer of the WaveNet: tanh(a) · σ(b) of one causal dilated convolution, its conditions added to both a and b, and a
 * 1×1 map to the skip connections and back to the residual stream.
 *
 * Variables: `convolution.*`, `output.*` (skip features first, then the residual ones), `global.weight`, `local.weight`.
 *
 * van den Oord et al. 2016, "WaveNet: A Generative Model for Raw Audio".
 */
export class WaveNetLayer extends PartBase {
  readonly #options: WaveNetLayerOptions;
  readonly #convolution: CausalConvolution;
  readonly #output: Pointwise;
  readonly #global: Dense | undefined;
  readonly #local: Pointwise | undefined;

  constructor(options: WaveNetLayerOptions) {
    super('wavenet-layer', options.path);
    this.#options = options;
    const { path, kernel, dilation, features, skipFeatures, sizes, last, initialization, random } = options;
    const gates = { initialization, random, outputs: 2 * features };
    this.#convolution = this.addChild(
      'convolution',
      new CausalConvolution({ ...gates, path: `${path}.convolution`, kernel, dilation, inputs: features }),
    );
    const outputs = skipFeatures + (last ? 0 : features);
    const map = { path: `${path}.output`, inputs: features, outputs, initialization, random };
    this.#output = this.addChild('output', new Pointwise(map));
    if (sizes.global > 0) {
      const global = { ...gates, path: `${path}.global`, inputs: sizes.global, bias: false };
      this.#global = this.addChild('global', new Dense(global));
    }
    if (sizes.local !== null) {
      const local = { ...gates, path: `${path}.local`, inputs: sizes.local.features, bias: false };
      this.#local = this.addChild('local', new Pointwise(local));
    }
  }

  /** Runs inside a tidy scope of the caller. */
  apply(residual: tf.Tensor3D, conditions: Conditions): LayerOutput {
    const { features, skipFeatures, last } = this.#options;
    const [batch, time] = residual.shape;
    let sums = this.#convolution.apply(residual);
    if (this.#global !== undefined && conditions.global !== null) {
      sums = tf.add(sums, tf.expandDims(this.#global.apply(conditions.global), 1));
    }
    if (this.#local !== undefined && conditions.local !== null) {
      const { hop } = this.#options.sizes.local!;
      // Mapped before it is repeated: a frame costs one product and not one per step.
      sums = tf.add(sums, upsampled(this.#local.apply(conditions.local), { hop, time }));
    }
    const half = [batch, time, features] as const;
    const gated: tf.Tensor3D = tf.mul(
      tf.tanh(tf.slice(sums, [0, 0, 0], [...half])),
      tf.sigmoid(tf.slice(sums, [0, 0, features], [...half])),
    );
    if (last) return { residual, gated };
    const [weight, bias] = this.#outputPart(skipFeatures, features);
    const out: tf.Tensor2D = linear(tf.reshape(gated, [batch * time, features]), weight, bias);
    return { residual: tf.add(residual, tf.reshape(out, [...half])), gated };
  }

  /** Runs inside a tidy scope of the caller. */
  skipMap(): SkipMap {
    const [weight, bias] = this.#outputPart(0, this.#options.skipFeatures);
    return { weight, bias };
  }

  /** Reads the variables for a sampler, synchronously. */
  taps(): WaveNetLayerTaps {
    return {
      convolution: this.#convolution.taps(),
      output: this.#output.taps(),
      global: this.#global?.variables.get('weight')?.dataSync<'float32'>(),
      local: this.#local?.variables.get('weight')?.dataSync<'float32'>(),
    };
  }

  /** Some of the outputs of the map that follows the gates. */
  #outputPart(from: number, count: number): [weight: tf.Tensor2D, bias: tf.Tensor1D] {
    const { variables } = this.#output;
    const weight = variables.get('weight') as tf.Variable<tf.Rank.R2>;
    const bias = variables.get('bias') as tf.Variable<tf.Rank.R1>;
    return [tf.slice(weight, [0, from], [this.#options.features, count]), tf.slice(bias, [from], [count])];
  }
}
