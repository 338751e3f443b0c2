import * as tf from '@tensorflow/tfjs';
import { Dense, dropout, PartBase, type Initialization, type Random } from '@flowzoo/core';
import { MaskedConvolution, type MaskedTaps } from './masked-convolution.ts';
import { Pointwise, type PointwiseTaps } from './pointwise.ts';
import { RowsConvolution, type RowsTaps } from './rows-convolution.ts';

/** Options of {@link GatedLayer}. */
export interface GatedLayerOptions {
  readonly path: string;
  /** Side of the window, odd. */
  readonly kernel: number;
  readonly inputs: number;
  readonly features: number;
  readonly groups: number;
  /** Width of the skip connection; 0 without. */
  readonly skip: number;
  readonly contextSize: number;
  readonly dropout: number;
  /** The first layer hides the position itself and has no residual connection. */
  readonly first: boolean;
  /** The last layer's vertical features go nowhere but through the link. */
  readonly last: boolean;
  /** Whether there are rows above at all. */
  readonly vertical: boolean;
  readonly initialization: Initialization;
  readonly random: Random;
}

/** What flows from layer to layer. */
export interface Stacks {
  /** All rows but the last, `[batch, height − 1, width, …]`; null for images of one row, and after the last layer. */
  readonly vertical: tf.Tensor4D | null;
  /** `[batch, height, width, …]`. */
  readonly horizontal: tf.Tensor4D;
  /** Sum of the skip connections so far; null without. */
  readonly skips: tf.Tensor4D | null;
}

/** The numbers of a layer as a sampler needs them. */
export interface GatedTaps {
  readonly vertical: RowsTaps | undefined;
  readonly link: PointwiseTaps | undefined;
  readonly horizontal: MaskedTaps;
  /** Undefined in the last layer when the output reads the skip connections alone. */
  readonly residual: PointwiseTaps | undefined;
  readonly skip: PointwiseTaps | undefined;
  /** `[contextSize, 2·features]` each. */
  readonly verticalContext: Float32Array | undefined;
  readonly horizontalContext: Float32Array | undefined;
  readonly isResidual: boolean;
  readonly isLast: boolean;
}

/**
 * A layer of the gated PixelCNN: y = tanh(a) · σ(b) in a vertical and a horizontal stack, a and b from one convolution
 * each, a context added to both as a bias.
 *
 * The vertical stack sees whole rows up to its own; what it has before the gate goes through a 1×1 map and **one row
 * down** into the horizontal stack, which sees its own row to the left. Nothing goes back. Together they see every earlier
 * position of their window: no blind spot.
 *
 * Variables: `vertical.*`, `link.weight`, `horizontal.*`, `residual.*`, `skip.*`, `verticalContext.weight`,
 * `horizontalContext.weight`.
 *
 * van den Oord et al. 2016, "Conditional Image Generation with PixelCNN Decoders".
 */
export class GatedLayer extends PartBase {
  readonly #options: GatedLayerOptions;
  readonly #vertical: RowsConvolution | undefined;
  readonly #link: Pointwise | undefined;
  readonly #horizontal: MaskedConvolution;
  readonly #residual: Pointwise | undefined;
  readonly #skip: Pointwise | undefined;
  readonly #verticalContext: Dense | undefined;
  readonly #horizontalContext: Dense | undefined;

  constructor(options: GatedLayerOptions) {
    super('gated-layer', options.path);
    this.#options = options;
    const { path, kernel, inputs, features, groups, skip, contextSize, first, initialization, random } = options;
    const beside = (kernel - 1) / 2;
    const common = { initialization, random, outputs: 2 * features };
    const at = (name: string): { path: string } => ({ path: `${path}.${name}` });
    const context = (name: string): Dense =>
      this.addChild(name, new Dense({ ...common, ...at(name), inputs: contextSize, bias: false }));
    if (options.vertical) {
      const vertical = new RowsConvolution({ ...common, ...at('vertical'), reach: beside, inputs });
      this.#vertical = this.addChild('vertical', vertical);
      const link = new Pointwise({ ...common, ...at('link'), inputs: 2 * features, bias: false });
      this.#link = this.addChild('link', link);
      if (contextSize > 0) this.#verticalContext = context('verticalContext');
    }
    const window = { above: 0, beside, type: first ? 'A' : 'B', groups, halves: 2 } as const;
    const horizontal = new MaskedConvolution({ ...common, ...at('horizontal'), ...window, inputs });
    this.#horizontal = this.addChild('horizontal', horizontal);
    if (contextSize > 0) this.#horizontalContext = context('horizontalContext');
    const pointwise = (name: string, outputs: number): Pointwise =>
      this.addChild(name, new Pointwise({ ...common, ...at(name), inputs: features, outputs, groups }));
    // With skip connections nothing reads what the last layer would hand on.
    if (!options.last || skip === 0) this.#residual = pointwise('residual', features);
    if (skip > 0) this.#skip = pointwise('skip', skip);
  }

  /** One layer further; runs inside a tidy scope of the caller. */
  apply({ vertical, horizontal, skips }: Stacks, context: tf.Tensor2D | undefined): Stacks {
    let across = addContext(this.#horizontal.apply(horizontal), this.#horizontalContext, context);
    let down: tf.Tensor4D | null = null;
    if (this.#vertical !== undefined && this.#link !== undefined && vertical !== null) {
      const rows = addContext(this.#vertical.apply(vertical), this.#verticalContext, context);
      across = tf.add(across, oneRowDown(this.#link.apply(rows)));
      if (!this.#options.last) down = this.#drop(gate(rows), 'vertical');
    }
    const gated = this.#drop(gate(across), 'horizontal');
    const out = this.#residual?.apply(gated);
    const skip = this.#skip?.apply(gated);
    return {
      vertical: down,
      // The input of the first layer is the unmasked image: it must not be added.
      horizontal: out === undefined ? gated : this.#options.first ? out : tf.add(out, horizontal),
      skips: skip === undefined ? null : skips === null ? skip : tf.add(skips, skip),
    };
  }

  /** Reads the variables for a sampler, synchronously. */
  taps(): GatedTaps {
    const context = (dense: Dense | undefined): Float32Array | undefined =>
      dense?.variables.get('weight')?.dataSync<'float32'>();
    return {
      vertical: this.#vertical?.taps(),
      link: this.#link?.taps(),
      horizontal: this.#horizontal.taps(),
      residual: this.#residual?.taps(),
      skip: this.#skip?.taps(),
      verticalContext: context(this.#verticalContext),
      horizontalContext: context(this.#horizontalContext),
      isResidual: !this.#options.first,
      isLast: this.#options.last,
    };
  }

  #drop(x: tf.Tensor4D, name: string): tf.Tensor4D {
    const rate = this.#options.dropout;
    return this.mode.training && rate > 0 ? dropout(x, { rate, random: this.mode.random.fork(name) }) : x;
  }
}

/** tanh(first half) · σ(second half). */
function gate(x: tf.Tensor4D): tf.Tensor4D {
  const [signal, opening] = tf.split(x, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
  return tf.mul(tf.tanh(signal), tf.sigmoid(opening));
}

/** Row i moves to row i + 1 under a row of zeros. */
function oneRowDown(x: tf.Tensor4D): tf.Tensor4D {
  return tf.pad(x, [
    [0, 0],
    [1, 0],
    [0, 0],
    [0, 0],
  ]);
}

/** Adds a linear map of the context to every position. */
export function addContext(x: tf.Tensor4D, map: Dense | undefined, context: tf.Tensor2D | undefined): tf.Tensor4D {
  if (map === undefined || context === undefined) return x;
  return tf.add(x, tf.reshape(map.apply(context), [x.shape[0], 1, 1, x.shape[3]]));
}
