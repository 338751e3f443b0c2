import { addProduct } from './products.ts';

/** Shape of a {@link KeptRows}. */
export interface KeptRowsOptions {
  readonly count: number;
  /** How many rows are kept: the height of the window. */
  readonly rows: number;
  readonly width: number;
  readonly features: number;
  /** Columns of zeros to the left and to the right. */
  readonly left: number;
  readonly right: number;
}

/** A stretch of the window: one of its rows, or a part of it. */
export interface Stretch {
  readonly image: number;
  readonly row: number;
  /** The first column, which may lie in the zeros to the left. */
  readonly column: number;
  readonly columns: number;
}

/**
 * The last rows of a feature map of several images, zeros around: what the window of one convolution can still see.
 *
 * Row r lives in slot r mod rows. Rows before the image are zeros, since no slot has been written yet then; columns of the
 * present row that are not computed yet hold numbers of an older row, and no window reads them.
 */
export class KeptRows {
  readonly values: Float32Array;
  readonly #options: KeptRowsOptions;
  readonly #rowSize: number;

  constructor(options: KeptRowsOptions) {
    this.#options = options;
    this.#rowSize = (options.left + options.width + options.right) * options.features;
    this.values = new Float32Array(options.count * options.rows * this.#rowSize);
  }

  /** Where the features of a position begin in `values`. */
  offset(image: number, row: number, column: number): number {
    const { rows, left, features } = this.#options;
    // Rows above the image count from −1 downwards.
    const slot = ((row % rows) + rows) % rows;
    return (image * rows + slot) * this.#rowSize + (left + column) * features;
  }

  /** output += the features of a stretch, one after the other, times a matrix. */
  addProduct(
    output: Float32Array,
    outputAt: number,
    outputs: number,
    { image, row, column, columns }: Stretch,
    weights: Float32Array,
    weightsAt: number,
  ): void {
    const length = columns * this.#options.features;
    addProduct(output, outputAt, outputs, this.values, this.offset(image, row, column), length, weights, weightsAt);
  }
}
