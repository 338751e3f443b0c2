import { drawBias, drawWeight, FlowzooError, PartBase, type Initialization, type Random } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { maskBlocks, type MaskBlocks } from './mask-blocks.ts';
import { maskedLinear } from './masked-linear.ts';

/** Options of {@link MaskedDense}. */
export interface MaskedDenseOptions {
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly mask: Uint8Array;
  readonly initialization: Initialization;
  readonly random: Random;
  /** Default: true. */
  readonly bias?: boolean;
}

/**
 * A dense layer whose weight is zero where the mask is.
 *
 * Variables: `weight` `[inputs, outputs]`, `bias` `[outputs]`. The mask follows from degrees that the network saves.
 */
export class MaskedDense extends PartBase {
  readonly weight: tf.Variable<tf.Rank.R2>;
  readonly bias: tf.Variable<tf.Rank.R1> | undefined;
  #values: Uint8Array;
  #mask: tf.Tensor2D;
  #blocks: MaskBlocks | null;

  constructor(options: MaskedDenseOptions) {
    super('masked-dense', options.path);
    const { inputs, outputs, mask, bias = true } = options;
    this.#values = mask;
    this.#mask = maskTensor(mask, [inputs, outputs]);
    this.#blocks = maskBlocks(mask, [inputs, outputs]);
    const initial: tf.Tensor2D = tf.tidy(() => tf.mul(drawWeight<tf.Rank.R2>([inputs, outputs], options), this.#mask));
    this.weight = this.addVariable('weight', initial) as tf.Variable<tf.Rank.R2>;
    if (bias) this.bias = this.addVariable('bias', drawBias(options)) as tf.Variable<tf.Rank.R1>;
  }

  /** 1 where the weight is free, row by row, `inputs × outputs`. */
  get mask(): Uint8Array {
    return this.#values;
  }

  /** `[batch, inputs]` → `[batch, outputs]`; the caller disposes. */
  apply(x: tf.Tensor2D): tf.Tensor2D {
    return maskedLinear(x, this.weight, { mask: this.#mask, bias: this.bias, blocks: this.#blocks });
  }

  /** Replaces the mask by that of loaded degrees. */
  remask(mask: Uint8Array): void {
    const { shape } = this.#mask;
    this.#mask.dispose();
    this.#values = mask;
    this.#mask = maskTensor(mask, shape);
    this.#blocks = maskBlocks(mask, shape);
  }

  /** @throws E_MASK when the weight is not zero where the mask is */
  assertMasked(): void {
    const values = this.weight.dataSync<'float32'>();
    const wrong = values.findIndex((value, index) => value !== 0 && this.#values[index] === 0);
    if (wrong < 0) return;
    const outputs = this.weight.shape[1];
    throw new FlowzooError('E_MASK', 'the loaded weight is not zero where its mask is', {
      at: `${this.path}.weight`,
      expected: `0 at [${Math.floor(wrong / outputs)}, ${wrong % outputs}]`,
      found: String(values[wrong]),
      remedy: 'Multiply imported weights by their masks, and save the degrees that the masks were made of',
    });
  }

  override dispose(): void {
    this.#mask.dispose();
    super.dispose();
  }
}

function maskTensor(mask: Uint8Array, shape: [number, number]): tf.Tensor2D {
  return tf.keep(tf.tensor2d(Float32Array.from(mask), shape));
}
