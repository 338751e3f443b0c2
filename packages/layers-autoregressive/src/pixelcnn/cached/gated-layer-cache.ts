import type { GatedTaps } from '../gated-layer.ts';
import { startingSums } from './bias.ts';
import { KeptRows } from './kept-rows.ts';
import { applyPointwise } from './output.ts';
import { writeGate } from './products.ts';

/** A position of the horizontal stack, and where its results go. */
export interface Advance {
  readonly row: number;
  readonly column: number;
  readonly next: GatedLayerCache | undefined;
  /** `[count, skip]`, added to; null without skip connections. */
  readonly skips: Float32Array | null;
}

/** What one gated layer keeps for several images, and its arithmetic at one position. */
export class GatedLayerCache {
  /** Input of the vertical stack; undefined for images of one row. */
  readonly vertical: KeptRows | undefined;
  /** Input of the horizontal stack, the present row. */
  readonly horizontal: KeptRows;
  /** What the horizontal stack hands on at the present position, `[count, features]`. */
  readonly out: Float32Array;
  readonly #taps: GatedTaps;
  readonly #count: number;
  readonly #width: number;
  readonly #features: number;
  readonly #verticalStart: Float32Array | undefined;
  readonly #horizontalStart: Float32Array;
  /** What the rows above say to each column, `[count, width, 2·features]`; zeros in the first row. */
  readonly #links: Float32Array;
  readonly #sums: Float32Array;
  readonly #gated: Float32Array;

  constructor(
    taps: GatedTaps,
    options: { readonly count: number; readonly width: number; readonly context: Float32Array | undefined },
  ) {
    const { count, width } = options;
    const { vertical, horizontal } = taps;
    this.#taps = taps;
    this.#count = count;
    this.#width = width;
    this.#features = horizontal.outputs / 2;
    const sides = { count, width, features: horizontal.inputs };
    if (vertical !== undefined) {
      const { reach } = vertical;
      this.vertical = new KeptRows({ ...sides, rows: reach + 1, left: reach, right: reach });
      this.#verticalStart = startingSums(vertical.bias, taps.verticalContext, options);
    }
    this.horizontal = new KeptRows({ ...sides, rows: 1, left: horizontal.beside, right: 0 });
    this.#horizontalStart = startingSums(horizontal.bias, taps.horizontalContext, options);
    this.#links = new Float32Array(count * width * horizontal.outputs);
    this.#sums = new Float32Array(horizontal.outputs);
    this.#gated = new Float32Array(this.#features);
    this.out = new Float32Array(count * this.#features);
  }

  /** Computes one row of the vertical stack, whose input is complete: the links of the row below, and the next layer's input. */
  advanceVertical(row: number, next: GatedLayerCache | undefined): void {
    const { vertical: taps, link } = this.#taps;
    const input = this.vertical;
    if (taps === undefined || link === undefined || input === undefined) return;
    const { reach, inputs, outputs, weight } = taps;
    const columns = 2 * reach + 1;
    const sums = this.#sums;
    for (let image = 0; image < this.#count; image++) {
      const start = this.#verticalStart!.subarray(image * outputs, (image + 1) * outputs);
      for (let column = 0; column < this.#width; column++) {
        sums.set(start);
        for (let above = 0; above <= reach; above++) {
          const stretch = { image, row: row - reach + above, column: column - reach, columns };
          input.addProduct(sums, 0, outputs, stretch, weight, above * columns * inputs * outputs);
        }
        const linkAt = (image * this.#width + column) * outputs;
        applyPointwise(link, { input: sums, inputAt: 0, output: this.#links, outputAt: linkAt });
        const onward = next?.vertical;
        if (onward === undefined) continue;
        writeGate(onward.values, onward.offset(image, row, column), this.#features, sums, 0);
      }
    }
  }

  /** Computes one position of the horizontal stack. */
  advanceHorizontal({ row, column, next, skips }: Advance): void {
    const { horizontal: taps, residual, skip, isResidual } = this.#taps;
    const { beside, own, outputs, rowWeight } = taps;
    const features = this.#features;
    const sums = this.#sums;
    for (let image = 0; image < this.#count; image++) {
      for (let o = 0; o < outputs; o++) sums[o] = this.#horizontalStart[image * outputs + o]!;
      const linkAt = (image * this.#width + column) * outputs;
      for (let o = 0; o < outputs; o++) sums[o]! += this.#links[linkAt + o]!;
      const stretch = { image, row, column: column - beside, columns: own };
      this.horizontal.addProduct(sums, 0, outputs, stretch, rowWeight, 0);
      writeGate(this.#gated, 0, features, sums, 0);
      if (skip !== undefined && skips !== null) {
        const outputAt = image * skip.outputs;
        applyPointwise(skip, { input: this.#gated, inputAt: 0, output: skips, outputAt, adds: true });
      }
      if (residual === undefined) continue;
      const outputAt = image * features;
      applyPointwise(residual, { input: this.#gated, inputAt: 0, output: this.out, outputAt });
      if (isResidual) {
        const before = this.horizontal.offset(image, row, column);
        for (let o = 0; o < features; o++) this.out[outputAt + o]! += this.horizontal.values[before + o]!;
      }
      if (next !== undefined) {
        const to = next.horizontal.offset(image, row, column);
        next.horizontal.values.set(this.out.subarray(outputAt, outputAt + features), to);
      }
    }
  }
}
