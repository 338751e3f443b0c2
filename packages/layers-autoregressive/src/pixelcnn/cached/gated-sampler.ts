import type { GatedTaps } from '../gated-layer.ts';
import type { ParameterSource, ParameterSourceOptions, Position } from '../parameter-source.ts';
import type { PointwiseTaps } from '../pointwise.ts';
import { contextValues } from './bias.ts';
import { GatedLayerCache } from './gated-layer-cache.ts';
import type { KeptRows } from './kept-rows.ts';
import { CachedOutput } from './output.ts';

/** The numbers of a gated PixelCNN. */
export interface GatedNetwork {
  readonly layers: readonly GatedTaps[];
  readonly output: readonly [PointwiseTaps, PointwiseTaps];
  readonly levels: number;
}

/**
 * Samples a gated PixelCNN by computing every feature once: the vertical stack row by row, as soon as a row is complete,
 * the horizontal stack position by position. Kept are the last rows of each vertical layer, one row of each horizontal
 * one, and what the links say about the present row.
 *
 * Per image it costs what one pass over the image costs, where {@link FullPasses} takes a pass for every element.
 *
 * Ramachandran et al. 2017, "Fast Generation for Convolutional Autoregressive Models".
 */
export class GatedSampler implements ParameterSource {
  readonly #options: ParameterSourceOptions;
  readonly #levels: number;
  readonly #layers: readonly GatedLayerCache[];
  readonly #output: CachedOutput;
  readonly #skips: Float32Array | null;

  constructor(network: GatedNetwork, options: ParameterSourceOptions) {
    this.#options = options;
    this.#levels = network.levels;
    const { count, imageShape } = options;
    const context = contextValues(options.context);
    this.#layers = network.layers.map((taps) => new GatedLayerCache(taps, { count, width: imageShape[1], context }));
    this.#output = new CachedOutput(network.output, count);
    const skip = network.layers[0]!.skip;
    this.#skips = skip === undefined ? null : new Float32Array(count * skip.outputs);
  }

  startRow(row: number): void {
    const input = this.#layers[0]!.vertical;
    if (row === 0 || input === undefined) return;
    const [, width] = this.#options.imageShape;
    for (let column = 0; column < width; column++) this.#read(input, row - 1, column);
    this.#layers.forEach((layer, l) => layer.advanceVertical(row - 1, this.#layers[l + 1]));
  }

  at({ row, column }: Position): Float32Array {
    const first = this.#layers[0]!;
    // The pixel to the left is complete now; the present one is as far as its channels are known.
    if (column > 0) this.#read(first.horizontal, row, column - 1);
    this.#read(first.horizontal, row, column);
    this.#skips?.fill(0);
    this.#layers.forEach((layer, l) =>
      layer.advanceHorizontal({ row, column, next: this.#layers[l + 1], skips: this.#skips }),
    );
    return this.#output.apply(this.#skips ?? this.#layers.at(-1)!.out);
  }

  /** Copies the levels of one position, scaled to [−1, 1], into the input of a stack. */
  #read(into: KeptRows, row: number, column: number): void {
    const { count, levels, imageShape } = this.#options;
    const [height, width, channels] = imageShape;
    const factor = 2 / (this.#levels - 1);
    for (let image = 0; image < count; image++) {
      const from = ((image * height + row) * width + column) * channels;
      const to = into.offset(image, row, column);
      for (let c = 0; c < channels; c++) into.values[to + c] = levels[from + c]! * factor - 1;
    }
  }
}
