import * as tf from '@tensorflow/tfjs';
import { PartBase } from '../contracts/part-base.ts';
import { addBias, convolution, matMul } from '../ops/index.ts';
import type { Random } from '../random/random.ts';
import { drawBias, drawWeight, type Initialization } from './initialization.ts';

/** Options of {@link ConvolutionLayer}. */
export interface ConvolutionLayerOptions {
  readonly path: string;
  /** Channels in; may be 0: the layer then is its bias. */
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the square filter. */
  readonly kernel: number;
  /** Write the filter as gain times direction. */
  readonly weightNormalization: boolean;
  readonly initialization: Initialization;
  /** The direction of a normalized filter that starts at zero. */
  readonly fallback: Initialization;
  readonly random: Random;
}

/**
 * A convolution of stride 1 with zeros around, optionally with weight normalization, w = g · v / ‖v‖ per output channel
 * (Salimans & Kingma 2016, eq. 2).
 *
 * The gain starts at ‖v‖, so that the filter starts as drawn; a filter that starts at zero has gain 0 and a drawn
 * direction, since no direction can be learned from v = 0.
 *
 * Variables: `weight` `[kernel, kernel, inputs, outputs]` (v, or the filter itself), `gain` `[outputs]` when
 * normalized, `bias` `[outputs]`.
 */
export class ConvolutionLayer extends PartBase {
  readonly #outputs: number;
  readonly #weight: tf.Variable<tf.Rank.R4> | undefined;
  readonly #gain: tf.Variable<tf.Rank.R1> | undefined;
  readonly #bias: tf.Variable<tf.Rank.R1>;

  constructor(options: ConvolutionLayerOptions) {
    super('convolution', options.path);
    const { inputs, outputs, kernel, weightNormalization, initialization, fallback, random } = options;
    this.#outputs = outputs;
    const taps = kernel * kernel;
    const draw = { initialization, inputs: inputs * taps, outputs: outputs * taps, random };
    if (inputs > 0) {
      const zero = initialization.name === 'zero';
      const weight = drawWeight<tf.Rank.R4>([kernel, kernel, inputs, outputs], {
        ...draw,
        initialization: zero && weightNormalization ? fallback : initialization,
      });
      // The gain is computed here in float64 and not by the backend: initial values are the same bits everywhere.
      const gain = zero ? new Float32Array(outputs) : norms(weight.dataSync<'float32'>(), outputs);
      this.#weight = this.addVariable('weight', weight) as tf.Variable<tf.Rank.R4>;
      if (weightNormalization) this.#gain = this.addVariable('gain', tf.tensor1d(gain)) as tf.Variable<tf.Rank.R1>;
    }
    this.#bias = this.addVariable('bias', drawBias({ ...draw, outputs })) as tf.Variable<tf.Rank.R1>;
  }

  /** `[batch, height, width, inputs]` → `[batch, height, width, outputs]`; the caller disposes. */
  apply(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      if (this.#weight === undefined) {
        const [batch, height, width] = x.shape;
        return addBias(tf.zeros([batch, height, width, this.#outputs]) as tf.Tensor4D, this.#bias);
      }
      const filter = this.#gain === undefined ? this.#weight : normalized(this.#weight, this.#gain);
      return addBias(convolution(x, filter), this.#bias);
    });
  }
}

/** g · v / ‖v‖, the norm over all but the last axis. */
function normalized(v: tf.Tensor4D, gain: tf.Tensor1D): tf.Tensor4D {
  const outputs = gain.shape[0];
  const columns: tf.Tensor2D = tf.reshape(v, [v.size / outputs, outputs]);
  const squares = matMul(tf.ones([1, columns.shape[0]]), tf.square(columns));
  return tf.reshape(tf.mul(columns, tf.div(gain, tf.sqrt(squares))), v.shape);
}

function norms(weight: Float32Array, outputs: number): Float32Array {
  const squares = new Float64Array(outputs);
  weight.forEach((value, i) => (squares[i % outputs]! += value * value));
  return Float32Array.from(squares, Math.sqrt);
}
