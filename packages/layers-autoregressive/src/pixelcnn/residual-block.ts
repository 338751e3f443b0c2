import * as tf from '@tensorflow/tfjs';
import { Dense, dropout, PartBase, type Initialization, type Random } from '@flowzoo/core';
import { addContext } from './gated-layer.ts';
import { MaskedConvolution, type MaskedTaps } from './masked-convolution.ts';
import { Pointwise, type PointwiseTaps } from './pointwise.ts';

/** Options of {@link ResidualBlock}. */
export interface ResidualBlockOptions {
  readonly path: string;
  /** Side of the window, odd. */
  readonly kernel: number;
  /** Features inside the block; twice as many go in and come out. */
  readonly features: number;
  readonly groups: number;
  readonly contextSize: number;
  readonly dropout: number;
  readonly initialization: Initialization;
  readonly random: Random;
}

/** The numbers of a block as a sampler needs them. */
export interface ResidualTaps {
  readonly down: PointwiseTaps;
  readonly window: MaskedTaps;
  readonly up: PointwiseTaps;
  /** `[contextSize, features]`. */
  readonly context: Float32Array | undefined;
}

/**
 * The residual block of the PixelCNN: h + up(relu(window(relu(down(relu(h)))))), 1×1 to half the features, a masked
 * window of type B, 1×1 back.
 *
 * Variables: `down.*`, `window.*`, `context.weight`, `up.*`.
 *
 * van den Oord et al. 2016, "Pixel Recurrent Neural Networks".
 */
export class ResidualBlock extends PartBase {
  readonly #dropout: number;
  readonly #down: Pointwise;
  readonly #window: MaskedConvolution;
  readonly #context: Dense | undefined;
  readonly #up: Pointwise;

  constructor(options: ResidualBlockOptions) {
    super('residual-block', options.path);
    const { path, kernel, features, groups, contextSize, initialization, random } = options;
    const common = { initialization, random, groups };
    this.#dropout = options.dropout;
    const down = new Pointwise({ ...common, path: `${path}.down`, inputs: 2 * features, outputs: features });
    this.#down = this.addChild('down', down);
    const beside = (kernel - 1) / 2;
    const sizes = { inputs: features, outputs: features };
    const window = { ...common, ...sizes, above: beside, beside, type: 'B' } as const;
    this.#window = this.addChild('window', new MaskedConvolution({ ...window, path: `${path}.window` }));
    if (contextSize > 0) {
      const map = { path: `${path}.context`, inputs: contextSize, outputs: features, bias: false };
      this.#context = this.addChild('context', new Dense({ ...map, initialization, random }));
    }
    const up = new Pointwise({ ...common, path: `${path}.up`, inputs: features, outputs: 2 * features });
    this.#up = this.addChild('up', up);
  }

  /** `[batch, height, width, 2·features]` → the same; runs inside a tidy scope of the caller. */
  apply(h: tf.Tensor4D, context: tf.Tensor2D | undefined): tf.Tensor4D {
    const seen = this.#window.apply(tf.relu(this.#down.apply(tf.relu(h))));
    let inside: tf.Tensor4D = tf.relu(addContext(seen, this.#context, context));
    if (this.mode.training && this.#dropout > 0) {
      inside = dropout(inside, { rate: this.#dropout, random: this.mode.random.fork('dropout') });
    }
    return tf.add(h, this.#up.apply(inside));
  }

  /** Reads the variables for a sampler, synchronously. */
  taps(): ResidualTaps {
    return {
      down: this.#down.taps(),
      window: this.#window.taps(),
      up: this.#up.taps(),
      context: this.#context?.variables.get('weight')?.dataSync<'float32'>(),
    };
  }
}
