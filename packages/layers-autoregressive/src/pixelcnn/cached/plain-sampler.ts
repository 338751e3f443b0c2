import type { MaskedTaps } from '../masked-convolution.ts';
import type { ParameterSource, ParameterSourceOptions, Position } from '../parameter-source.ts';
import type { PointwiseTaps } from '../pointwise.ts';
import type { ResidualTaps } from '../residual-block.ts';
import { contextValues, startingSums } from './bias.ts';
import { CachedOutput, applyPointwise } from './output.ts';
import { WindowCache } from './window-cache.ts';
import { writeRelu } from './products.ts';

/** The numbers of a PixelCNN. */
export interface PlainNetwork {
  readonly first: MaskedTaps;
  readonly context: Float32Array | undefined;
  readonly blocks: readonly ResidualTaps[];
  readonly output: readonly [PointwiseTaps, PointwiseTaps];
  readonly levels: number;
}

/** Samples a PixelCNN by computing every feature once, keeping of each window's input the rows that it can still see. */
export class PlainSampler implements ParameterSource {
  readonly #network: PlainNetwork;
  readonly #options: ParameterSourceOptions;
  readonly #first: WindowCache;
  readonly #blocks: readonly WindowCache[];
  readonly #output: CachedOutput;
  /** `[count, 2·features]`, the features between the blocks at the present position. */
  readonly #h: Float32Array;
  readonly #active: Float32Array;
  readonly #inside: Float32Array;

  constructor(network: PlainNetwork, options: ParameterSourceOptions) {
    this.#network = network;
    this.#options = options;
    const { count, imageShape } = options;
    const given = { count, context: contextValues(options.context) };
    const cache = (taps: MaskedTaps, context: Float32Array | undefined): WindowCache =>
      new WindowCache(taps, { count, width: imageShape[1], start: startingSums(taps.bias, context, given) });
    this.#first = cache(network.first, network.context);
    this.#blocks = network.blocks.map((block) => cache(block.window, block.context));
    this.#output = new CachedOutput(network.output, count);
    const features = network.first.outputs;
    this.#h = new Float32Array(count * features);
    this.#active = new Float32Array(features);
    this.#inside = new Float32Array(features);
  }

  startRow(): void {
    // Rows are kept as they come.
  }

  at({ row, column }: Position): Float32Array {
    // The pixel to the left is complete now; the present one is as far as its channels are known. At the start of a row
    // that is the end of the row before.
    const width = this.#options.imageShape[1];
    if (column > 0) this.#read(row, column - 1);
    else if (row > 0) this.#read(row - 1, width - 1);
    this.#read(row, column);
    const features = this.#network.first.outputs;
    for (let image = 0; image < this.#options.count; image++) {
      const at = image * features;
      this.#first.write({ image, row, column, output: this.#h, outputAt: at });
      this.#network.blocks.forEach((block, b) => this.#advance(block, this.#blocks[b]!, { image, row, column, at }));
    }
    return this.#output.apply(this.#h);
  }

  #advance(
    { down, up }: ResidualTaps,
    window: WindowCache,
    { image, row, column, at }: { image: number; row: number; column: number; at: number },
  ): void {
    const { input } = window;
    const place = input.offset(image, row, column);
    writeRelu(this.#active, 0, down.inputs, this.#h, at);
    applyPointwise(down, { input: this.#active, inputAt: 0, output: input.values, outputAt: place });
    writeRelu(input.values, place, down.outputs, input.values, place);
    window.write({ image, row, column, output: this.#inside, outputAt: 0 });
    writeRelu(this.#inside, 0, up.inputs, this.#inside, 0);
    applyPointwise(up, { input: this.#inside, inputAt: 0, output: this.#h, outputAt: at, adds: true });
  }

  /** Copies the levels of one position, scaled to [−1, 1], into the first window's input. */
  #read(row: number, column: number): void {
    const { count, levels, imageShape } = this.#options;
    const [height, width, channels] = imageShape;
    const { input } = this.#first;
    const factor = 2 / (this.#network.levels - 1);
    for (let image = 0; image < count; image++) {
      const from = ((image * height + row) * width + column) * channels;
      const to = input.offset(image, row, column);
      for (let c = 0; c < channels; c++) input.values[to + c] = levels[from + c]! * factor - 1;
    }
  }
}
