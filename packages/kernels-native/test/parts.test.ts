import { describe, expect, it } from 'vitest';
import { type Addon, loadAddon } from '../src/addon.ts';
import { isCompiled, numbers } from './compiled.ts';

// Work that several threads share is cut into parts; the parts together must be the whole, for every geometry.

const addon = (threads: number): Addon => {
  const loaded = loadAddon();
  loaded.setThreads(threads);
  return loaded;
};

const START = 64;

/** Tensors on one heap, what is in front of them free for the geometry of a convolution. */
function heapOf(...tensors: readonly Float32Array[]): { readonly heap: ArrayBuffer; readonly at: readonly number[] } {
  const heap = new ArrayBuffer(START + tensors.reduce((sum, { byteLength }) => sum + byteLength, 0));
  const at: number[] = [];
  let end = START;
  for (const tensor of tensors) {
    at.push(end);
    new Float32Array(heap, end, tensor.length).set(tensor);
    end += tensor.byteLength;
  }
  return { heap, at };
}

/** The largest difference, in units of the largest number. */
function difference(a: Float32Array, b: Float32Array): number {
  const scale = a.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
  return a.reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i]!)), 0) / scale;
}

describe.runIf(isCompiled)('products', () => {
  it.each([
    ['more rows', 1, 333, 70, 65],
    ['more columns', 1, 33, 700, 65],
    ['fewer columns than a tile', 1, 2100, 20, 31],
    ['batches', 5, 64, 60, 70],
    ['fewer batches than threads', 2, 120, 100, 90],
  ] as const)('of parts are that of the whole: %s', (_, batches, rows, columns, inner) => {
    expect(2 * batches * rows * columns * inner).toBeGreaterThan(2e6);
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const) {
      const tensors = [numbers(batches * rows * inner, 1), numbers(batches * inner * columns, 2), numbers(columns, 3)];
      const run = (threads: number): Float32Array => {
        const { heap, at } = heapOf(...tensors, new Float32Array(batches * rows * columns));
        const a = [...(transposeA ? [1, rows] : [inner, 1]), rows * inner];
        const b = [...(transposeB ? [1, inner] : [columns, 1]), inner * columns];
        const { batchedProduct } = addon(threads).functions['products']!;
        const sizes = [rows, columns, inner, batches, 0];
        expect(batchedProduct!(heap, at[0]!, ...a, at[1]!, ...b, at[3]!, at[2]!, ...sizes)).toBe(1);
        return new Float32Array(heap, at[3], batches * rows * columns);
      };
      const whole = run(1);
      for (const threads of [2, 3]) expect(difference(whole, run(threads))).toBeLessThan(1e-6);
    }
  });
});

describe.runIf(isCompiled)('convolutions and their gradients', () => {
  // Batch, height, width, channels in and out, filter height and width, stride, dilation, padding before and behind.
  it.each([
    ['images', [5, 15, 14, 16, 24, 3, 3, 1, 1, 1, 1]],
    ['two images', [2, 15, 14, 16, 33, 3, 3, 1, 1, 1, 1]],
    ['rows of one image', [1, 41, 30, 16, 24, 3, 3, 1, 1, 1, 1]],
    ['rows, steps of two', [1, 61, 60, 16, 24, 3, 3, 2, 1, 1, 1]],
    ['rows, steps of three', [1, 62, 60, 16, 48, 4, 2, 3, 1, 1, 2]],
    ['rows, dilated', [1, 41, 30, 16, 24, 3, 3, 1, 4, 4, 4]],
    ['rows, without padding', [1, 41, 30, 16, 24, 5, 3, 1, 1, 0, 0]],
    ['a signal', [1, 1, 900, 32, 48, 1, 2, 1, 1, 0, 0]],
    ['a signal, dilated and causal', [1, 1, 900, 32, 48, 1, 2, 1, 64, 64, 0]],
  ] as const)('of parts are those of the whole: %s', (_, given) => {
    const [batch, height, width, channels, outChannels, filterHeight, filterWidth, stride, dilation, before, behind] =
      given;
    const isSignal = height === 1;
    const out = (size: number, filter: number, padded: boolean): number =>
      Math.floor((size + (padded ? before + behind : 0) - (filter - 1) * dilation - 1) / stride) + 1;
    const [outHeight, outWidth] = [out(height, filterHeight, !isSignal), out(width, filterWidth, true)];
    const sizes = [batch, height, width, channels, outHeight, outWidth, outChannels, filterHeight, filterWidth];
    const geometry = [...sizes, stride, stride, dilation, dilation, isSignal ? 0 : before, before];
    const x = numbers(batch * height * width * channels, 1);
    const filter = numbers(filterHeight * filterWidth * channels * outChannels, 2);
    const y = numbers(batch * outHeight * outWidth * outChannels, 3);
    const bias = numbers(outChannels, 4);
    expect(2 * y.length * filterHeight * filterWidth * channels).toBeGreaterThan(2e6);
    const run = (threads: number): Float32Array[] => {
      const { convolve, filterGradient, wholeInputGradient } = addon(threads).functions['convolutions']!;
      return [2, 1, 0].map((last) => {
        const { heap, at } = heapOf(x, filter, y, bias);
        new Int32Array(heap, 0, geometry.length).set(geometry);
        const [X, F, Y, B] = at as [number, number, number, number];
        if (last === 2) expect(convolve!(heap, 0, X, F, B, Y, 0)).toBe(1);
        if (last === 1) expect(filterGradient!(heap, 0, X, Y, F, 0)).toBe(1);
        if (last === 0) expect(wholeInputGradient!(heap, 0, Y, F, X)).toBe(1);
        return new Float32Array(heap, at[last], [x, filter, y][last]!.length);
      });
    };
    const whole = run(1);
    for (const threads of [2, 3]) {
      const parts = run(threads);
      // Sums over some thousand places for the filter, in another order.
      whole.forEach((each, i) => expect(difference(each, parts[i]!)).toBeLessThan(i === 1 ? 1e-5 : 2e-6));
    }
  });
});
