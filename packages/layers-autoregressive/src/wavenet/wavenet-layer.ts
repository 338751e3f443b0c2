import * as tf from '@tensorflow/tfjs';
import { Dense, PartBase, type Initialization, type Random } from '@flowzoo/core';
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

/** What flows from layer to layer, `[batch, time, …]`. */
export interface Streams {
  readonly residual: tf.Tensor3D;
  /** Sum of the skip connections so far; null before the first layer. */
  readonly skips: tf.Tensor3D | null;
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
  apply({ residual, skips }: Streams, conditions: Conditions): Streams {
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
    const out = this.#output.apply(gated);
    const skip = last ? out : tf.slice(out, [0, 0, 0], [batch, time, skipFeatures]);
    return {
      skips: skips === null ? skip : tf.add(skips, skip),
      residual: last ? residual : tf.add(residual, tf.slice(out, [0, 0, skipFeatures], [...half])),
    };
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
}
