import type { MaskedTaps } from '../masked-convolution.ts';
import { KeptRows } from './kept-rows.ts';

/** A masked window at one position, and where its result goes. */
export interface WindowSite {
  readonly image: number;
  readonly row: number;
  readonly column: number;
  readonly output: Float32Array;
  readonly outputAt: number;
}

/** The input rows that a masked convolution can still see, and its arithmetic at one position. */
export class WindowCache {
  readonly input: KeptRows;
  readonly #taps: MaskedTaps;
  readonly #start: Float32Array;

  constructor(
    taps: MaskedTaps,
    options: { readonly count: number; readonly width: number; readonly start: Float32Array },
  ) {
    const { above, beside, inputs } = taps;
    const { count, width, start } = options;
    this.#taps = taps;
    this.#start = start;
    this.input = new KeptRows({ count, width, rows: above + 1, features: inputs, left: beside, right: beside });
  }

  /** output = bias and context + the window's sum. */
  write({ image, row, column, output, outputAt }: WindowSite): void {
    const { above, beside, own, inputs, outputs, aboveWeight, rowWeight } = this.#taps;
    output.set(this.#start.subarray(image * outputs, (image + 1) * outputs), outputAt);
    const columns = 2 * beside + 1;
    for (let r = 0; r < above; r++) {
      const stretch = { image, row: row - above + r, column: column - beside, columns };
      this.input.addProduct(output, outputAt, outputs, stretch, aboveWeight!, r * columns * inputs * outputs);
    }
    const stretch = { image, row, column: column - beside, columns: own };
    this.input.addProduct(output, outputAt, outputs, stretch, rowWeight, 0);
  }
}
