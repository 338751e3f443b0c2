import * as tf from '@tensorflow/tfjs';
import { PartBase } from '../contracts/part-base.ts';
import { addBias, linear } from '../ops/index.ts';
import type { Random } from '../random/random.ts';
import { drawBias, drawWeight, type Initialization } from './initialization.ts';

/** Options of {@link Dense}. */
export interface DenseOptions {
  readonly path: string;
  /** May be 0: the layer then is its bias. */
  readonly inputs: number;
  readonly outputs: number;
  readonly initialization: Initialization;
  readonly random: Random;
  /** Default: true. */
  readonly bias?: boolean;
}

/**
 * A dense layer y = x·W + b, the building block of the vector conditioners.
 *
 * Variables: `weight` `[inputs, outputs]`, absent without inputs, and `bias` `[outputs]`.
 */
export class Dense extends PartBase {
  readonly outputs: number;
  readonly #weight: tf.Variable<tf.Rank.R2> | undefined;
  readonly #bias: tf.Variable<tf.Rank.R1> | undefined;

  constructor(options: DenseOptions) {
    super('dense', options.path);
    const { inputs, outputs, bias = true } = options;
    this.outputs = outputs;
    if (inputs > 0) {
      this.#weight = this.addVariable(
        'weight',
        drawWeight<tf.Rank.R2>([inputs, outputs], options),
      ) as tf.Variable<tf.Rank.R2>;
    }
    if (bias) this.#bias = this.addVariable('bias', drawBias(options)) as tf.Variable<tf.Rank.R1>;
  }

  /** `[batch, inputs]` → `[batch, outputs]`; the caller disposes. */
  apply(x: tf.Tensor2D): tf.Tensor2D {
    if (this.#weight !== undefined) return linear(x, this.#weight, this.#bias);
    const zeros: tf.Tensor2D = tf.zeros([x.shape[0], this.outputs]);
    return this.#bias === undefined ? zeros : addBias(zeros, this.#bias);
  }
}
