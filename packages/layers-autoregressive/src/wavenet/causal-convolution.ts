import * as tf from '@tensorflow/tfjs';
import { drawBias, drawWeight, linear, PartBase, type Initialization, type Random } from '@flowzoo/core';

/** Options of {@link CausalConvolution}. */
export interface CausalConvolutionOptions {
  readonly path: string;
  /** Taps. */
  readonly kernel: number;
  /** Steps between the taps. */
  readonly dilation: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly initialization: Initialization;
  readonly random: Random;
}

/** The numbers of a {@link CausalConvolution} as a sampler needs them; not to be written to. */
export interface CausalTaps {
  readonly kernel: number;
  readonly dilation: number;
  readonly inputs: number;
  readonly outputs: number;
  /** `[kernel, inputs, outputs]`, the oldest tap first. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A dilated convolution over time that sees nothing later: y_t = b + Σⱼ W_j · x_{t − (k − 1 − j)·d}, with zeros before the
 * first step.
 *
 * It is one product: the shifted copies of x stand side by side, because no backend of tfjs differentiates dilated
 * convolutions, and slices with a product cost no more than a composed gradient.
 *
 * Variables: `weight` `[kernel, inputs, outputs]`, `bias` `[outputs]`.
 *
 * van den Oord et al. 2016, "WaveNet: A Generative Model for Raw Audio".
 */
export class CausalConvolution extends PartBase {
  readonly #dilation: number;
  readonly #weight: tf.Variable<tf.Rank.R3>;
  readonly #bias: tf.Variable<tf.Rank.R1>;

  constructor(options: CausalConvolutionOptions) {
    super('causal-convolution', options.path);
    const { kernel, dilation, inputs, outputs, initialization, random } = options;
    this.#dilation = dilation;
    const draw = { initialization, inputs: inputs * kernel, outputs: outputs * kernel, random };
    const weight = drawWeight<tf.Rank.R3>([kernel, inputs, outputs], draw);
    this.#weight = this.addVariable('weight', weight) as tf.Variable<tf.Rank.R3>;
    this.#bias = this.addVariable('bias', drawBias({ ...draw, outputs })) as tf.Variable<tf.Rank.R1>;
  }

  /** `[batch, time, inputs]` → `[batch, time, outputs]`; the caller disposes. */
  apply(x: tf.Tensor3D): tf.Tensor3D {
    return tf.tidy(() => {
      const [batch, time, inputs] = x.shape;
      const [kernel, , outputs] = this.#weight.shape;
      const reach = (kernel - 1) * this.#dilation;
      const shifted: tf.Tensor3D[] = [];
      for (let tap = 0; tap < kernel; tap++) shifted.push(delayed(x, reach - tap * this.#dilation));
      const rows: tf.Tensor2D = tf.reshape(kernel === 1 ? x : tf.concat(shifted, 2), [batch * time, kernel * inputs]);
      const weight: tf.Tensor2D = tf.reshape(this.#weight, [kernel * inputs, outputs]);
      return tf.reshape(linear(rows, weight, this.#bias), [batch, time, outputs]);
    });
  }

  /** Reads the variables for a sampler, synchronously. */
  taps(): CausalTaps {
    const [kernel, inputs, outputs] = this.#weight.shape;
    const [weight, bias] = [this.#weight.dataSync<'float32'>(), this.#bias.dataSync<'float32'>()];
    return { kernel, dilation: this.#dilation, inputs, outputs, weight, bias };
  }
}

/**
 * `[batch, time, features]` some steps later: step t holds what step t − steps held, the first steps zeros. The caller
 * disposes.
 */
export function delayed(x: tf.Tensor3D, steps: number): tf.Tensor3D {
  if (steps === 0) return x;
  const [batch, time, features] = x.shape;
  if (steps >= time) return tf.mul(x, 0);
  return tf.tidy(() =>
    tf.pad(tf.slice(x, [0, 0, 0], [batch, time - steps, features]), [
      [0, 0],
      [steps, 0],
      [0, 0],
    ]),
  );
}
