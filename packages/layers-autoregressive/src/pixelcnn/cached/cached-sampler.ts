import type * as tf from '@tensorflow/tfjs';
import type { ParameterSource, ParameterSourceOptions, Position } from '../parameter-source.ts';
import { engineFor, type CachedKernel, type Engine } from './engine.ts';
import type { ProgramOptions } from './gated-program.ts';
import type { Place, SamplerProgram } from './program.ts';

/** What a {@link CachedSampler} is made from. */
export interface CachedSamplerOptions extends ParameterSourceOptions {
  readonly kernel: CachedKernel | undefined;
  /** Number of levels of the data. */
  readonly range: number;
  /** Lays out the network for so many images. */
  readonly program: (options: ProgramOptions) => SamplerProgram;
}

/** Parameters from a program that computes every feature once. */
export class CachedSampler implements ParameterSource {
  readonly #options: CachedSamplerOptions;
  readonly #program: SamplerProgram;
  readonly #engine: Engine;

  constructor(options: CachedSamplerOptions) {
    this.#options = options;
    const { count, imageShape, context, kernel } = options;
    const images = { images: count, width: imageShape[1], context: contextValues(context) };
    this.#program = options.program(images);
    this.#engine = engineFor(this.#program, kernel);
  }

  startRow(row: number): void {
    const { above, firstRow, rowStart } = this.#program;
    if (row < firstRow || above === undefined) return;
    const { count, imageShape } = this.#options;
    const columns = imageShape[1];
    if (row > 0) this.#read({ row: row - 1, column: 0, columns }, above.place, row + above.shift);
    this.#engine.run(rowStart, { images: count, row, column: 0, columns });
  }

  at({ row, column }: Position): Float32Array {
    const { present, positionStart, parameters } = this.#program;
    const images = this.#options.count;
    // The pixel to the left is complete now; the present one is as far as its channels are known.
    const first = Math.max(column - 1, 0);
    this.#read({ row, column: first, columns: column - first + 1 }, present, row);
    this.#engine.run(positionStart, { images, row, column, columns: 1 });
    return this.#engine.numbers().subarray(parameters.at, parameters.at + images * parameters.image);
  }

  dispose(): void {
    this.#engine.dispose();
  }

  /** Copies levels of a row, scaled to [−1, 1], into the input of a stack. */
  #read(
    { row, column, columns }: { readonly row: number; readonly column: number; readonly columns: number },
    into: Place,
    as: number,
  ): void {
    const { count, levels, imageShape, range } = this.#options;
    const [height, width, channels] = imageShape;
    const numbers = this.#engine.numbers();
    const factor = 2 / (range - 1);
    for (let image = 0; image < count; image++) {
      const from = ((image * height + row) * width + column) * channels;
      const to = into.at + image * into.image + (as % into.rows) * into.row + column * into.column;
      for (let i = 0; i < columns * channels; i++) numbers[to + i] = levels[from + i]! * factor - 1;
    }
  }
}

/** The numbers of a context, read synchronously. */
function contextValues(context: tf.Tensor2D | undefined): Float32Array | undefined {
  return context?.dataSync<'float32'>();
}
