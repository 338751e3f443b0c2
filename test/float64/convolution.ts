import type { Weights } from './weights.ts';

/** Images `[height, width, inputs]` on one side and `[height, width, outputs]` on the other, row-major. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** One place of a window. */
export interface Tap {
  /** Rows below the position that is computed, and columns right of it. */
  readonly down: number;
  readonly right: number;
  /** `[inputs, outputs]`. */
  readonly weight: Float64Array;
  /** What it adds where it lies outside of the image, `[outputs]`; default: nothing. */
  readonly outside?: Float64Array | undefined;
}

/** Σ over taps of x(position + tap) W(tap). */
export function slide(
  image: Float64Array,
  taps: readonly Tap[],
  { height, width, inputs, outputs }: Grid,
): Float64Array {
  const sums = new Float64Array(height * width * outputs);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const sum = sums.subarray((row * width + column) * outputs, (row * width + column + 1) * outputs);
      for (const { down, right, weight, outside } of taps) {
        const [y, x] = [row + down, column + right];
        if (y < 0 || y >= height || x < 0 || x >= width) {
          outside?.forEach((value, o) => (sum[o]! += value));
          continue;
        }
        for (let i = 0; i < inputs; i++) {
          const value = image[(y * width + x) * inputs + i]!;
          if (value === 0) continue;
          for (let o = 0; o < outputs; o++) sum[o]! += value * weight[i * outputs + o]!;
        }
      }
    }
  }
  return sums;
}

/** The same dense map at every position, which is a window of one tap. */
export function pointwise(image: Float64Array, weight: Float64Array, grid: Grid): Float64Array {
  return slide(image, [{ down: 0, right: 0, weight }], grid);
}

/** A map of every number that knows its channel. */
export function perChannel(
  image: Float64Array,
  map: (value: number, channel: number) => number,
  channels: number,
): Float64Array {
  return image.map((value, i) => map(value, i % channels));
}

/** Taps of a filter `[k, k, inputs, outputs]` around the position, by the file and the option `padding`. */
export function readFilter(
  { kernel, padding }: { readonly kernel: number; readonly padding: string },
  weights: Weights,
  { inputs, outputs }: Grid,
): Tap[] {
  const size = inputs * outputs;
  const all = inputs > 0 ? weights.get('weight') : new Float64Array(0);
  const edge = padding === 'edge-channel' && kernel > 1 ? weights.get('edge') : undefined;
  if (all.length !== kernel * kernel * size) throw new Error(`a filter of ${all.length} numbers`);
  return Array.from({ length: kernel * kernel }, (_, tap) => {
    const weight = all.subarray(tap * size, (tap + 1) * size);
    const ones = Float64Array.from({ length: outputs }, (_unused, o) =>
      weight.reduce((sum, value, i) => (i % outputs === o ? sum + value : sum), 0),
    );
    return {
      down: Math.floor(tap / kernel) - (kernel - 1) / 2,
      right: (tap % kernel) - (kernel - 1) / 2,
      weight,
      // A surrounding of ones, or a channel of its own that is 1 there.
      outside: padding === 'ones' ? ones : edge?.subarray(tap * outputs, (tap + 1) * outputs),
    };
  });
}
