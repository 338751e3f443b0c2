import { dropout, inject, PartBase, type Activation, type Dense } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { MaskedDense } from './masked-dense.ts';

/** Options of {@link MaskedBlock}; the block owns its layers. */
export interface MaskedBlockOptions {
  readonly path: string;
  readonly first: MaskedDense;
  readonly second: MaskedDense;
  /** Gates what the block adds, driven by the context. */
  readonly gate: Dense | undefined;
  readonly activation: Activation;
  readonly preactivation: boolean;
  readonly dropout: number;
}

/**
 * A residual block of two masked layers. Input and output have the same degrees, so the sum mixes no features.
 *
 * Variables: `first.*`, `second.*`, `context.*`.
 */
export class MaskedBlock extends PartBase {
  readonly first: MaskedDense;
  readonly second: MaskedDense;
  readonly #gate: Dense | undefined;
  readonly #options: MaskedBlockOptions;

  constructor(options: MaskedBlockOptions) {
    super('masked-block', options.path);
    this.#options = options;
    this.first = this.addChild('first', options.first);
    this.second = this.addChild('second', options.second);
    this.#gate = options.gate === undefined ? undefined : this.addChild('context', options.gate);
  }

  /** `[batch, width]` → `[batch, width]`; runs in the caller's tidy scope. */
  apply(hidden: tf.Tensor2D, context: tf.Tensor2D | undefined): tf.Tensor2D {
    const { activation, preactivation, dropout: rate } = this.#options;
    let h = activation(this.first.apply(preactivation ? activation(hidden) : hidden));
    if (this.mode.training && rate > 0) h = dropout(h, { rate, random: this.mode.random.fork('dropout') });
    h = this.second.apply(h);
    if (this.#gate !== undefined && context !== undefined) {
      h = inject(h, context, { kind: 'glu', layer: this.#gate, activation });
    }
    const sum = tf.add(hidden, h) as tf.Tensor2D;
    return preactivation ? sum : activation(sum);
  }
}
