import * as tf from '@tensorflow/tfjs';
import { PartBase } from '../contracts/part-base.ts';
import { dropout } from '../ops/index.ts';
import type { Random } from '../random/random.ts';
import type { Activation } from './activations.ts';
import { inject } from './context-injection.ts';
import { Dense } from './dense.ts';
import type { Initialization } from './initialization.ts';

/** Options of {@link ResidualBlock}. */
export interface ResidualBlockOptions {
  readonly path: string;
  readonly width: number;
  readonly activation: Activation;
  readonly preactivation: boolean;
  readonly dropout: number;
  /** Width of the context that gates what the block adds; 0 for no gate. */
  readonly contextSize: number;
  readonly initialization: Initialization;
  /** How the second layer starts. */
  readonly end: Initialization;
  readonly random: Random;
}

/** One block of a residual network; see there. Variables: `first.*`, `second.*`, `context.*`. */
export class ResidualBlock extends PartBase {
  readonly #options: ResidualBlockOptions;
  readonly #first: Dense;
  readonly #second: Dense;
  readonly #gate: Dense | undefined;

  constructor(options: ResidualBlockOptions) {
    super('residual-block', options.path);
    this.#options = options;
    const { path, width, contextSize, initialization, random } = options;
    this.#first = this.addChild(
      'first',
      new Dense({ path: `${path}.first`, inputs: width, outputs: width, initialization, random }),
    );
    this.#second = this.addChild(
      'second',
      new Dense({ path: `${path}.second`, inputs: width, outputs: width, initialization: options.end, random }),
    );
    if (contextSize > 0) {
      this.#gate = this.addChild(
        'context',
        new Dense({ path: `${path}.context`, inputs: contextSize, outputs: width, initialization, random }),
      );
    }
  }

  /** `[batch, width]` → `[batch, width]`; the caller disposes. */
  apply(hidden: tf.Tensor2D, context: tf.Tensor2D | undefined): tf.Tensor2D {
    const { activation, preactivation, dropout: rate } = this.#options;
    return tf.tidy(() => {
      let h = activation(this.#first.apply(preactivation ? activation(hidden) : hidden));
      if (this.mode.training && rate > 0) h = dropout(h, { rate, random: this.mode.random.fork('dropout') });
      h = this.#second.apply(h);
      if (this.#gate !== undefined && context !== undefined) {
        h = inject(h, context, { kind: 'glu', layer: this.#gate, activation });
      }
      const sum = tf.add(hidden, h) as tf.Tensor2D;
      return preactivation ? sum : activation(sum);
    });
  }
}
