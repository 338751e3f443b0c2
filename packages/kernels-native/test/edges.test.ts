import { beforeAll, describe, expect, it } from 'vitest';
import { type Addon, loadAddon } from '../src/addon.ts';
import { isCompiled, numbers } from './compiled.ts';

/**
 * Functions on heaps that end where their last tensor ends. What is checked is refused in JavaScript. A read or a write
 * beyond the end stops the process where the heap is WebAssembly's, whose end is guarded by the processor, and is found by
 * AddressSanitizer (`npm run test:sanitizer`) where it is an ArrayBuffer.
 */
const addon = (): Addon => {
  const loaded = loadAddon();
  loaded.setThreads(1);
  return loaded;
};

interface ExactHeap {
  readonly heap: ArrayBuffer;
  readonly at: readonly number[];
  /** Byte offset of the first of the 64 bytes before the tensors. */
  readonly start: number;
}

const PAGE = 65_536;
const memories = new Map<number, WebAssembly.Memory>();

/** A heap of at least so many bytes, guarded behind its end. */
function guarded(bytes: number): ArrayBuffer {
  const pages = Math.ceil(bytes / PAGE);
  const memory = memories.get(pages) ?? new WebAssembly.Memory({ initial: pages, maximum: pages });
  memories.set(pages, memory);
  return memory.buffer;
}

let isGuarded = true;

/** Float32 tensors one after the other, the last one at the very end of the heap. */
function exactHeap(...tensors: readonly Float32Array[]): ExactHeap {
  const bytes = 64 + tensors.reduce((sum, { length }) => sum + 4 * length, 0);
  const heap = isGuarded ? guarded(bytes) : new ArrayBuffer(bytes);
  const start = heap.byteLength - bytes;
  const at: number[] = [];
  let end = start + 64;
  for (const tensor of tensors) {
    at.push(end);
    new Float32Array(heap, end, tensor.length).set(tensor);
    end += 4 * tensor.length;
  }
  return { heap, at, start };
}

const writeGeometry = ({ heap, start }: ExactHeap, values: readonly number[]): void =>
  new Int32Array(heap, start, 15).set(values);

describe.runIf(isCompiled).each([true, false])('a heap that ends at its last tensor, guarded: %s', (isGuardedHeap) => {
  beforeAll(() => {
    isGuarded = isGuardedHeap;
  });

  describe('products', () => {
    const shapes = [1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 33, 64, 65];
    it.each([
      ['plain', false, false],
      ['the first factor transposed', true, false],
      ['the second factor transposed', false, true],
      ['both transposed', true, true],
    ] as const)('are right and read nothing beyond: %s', (_, transposeA, transposeB) => {
      const product = addon().functions['products']!['batchedProduct']!;
      for (const [n, rows] of shapes.entries()) {
        const columns = shapes[(5 * n + 3) % shapes.length]!;
        const inner = shapes[(7 * n + 1) % shapes.length]!;
        const [a, b, bias] = [numbers(rows * inner, 1), numbers(inner * columns, 2), numbers(columns, 3)];
        for (const order of ['c', 'a', 'b', 'bias'] as const) {
          const tensors = { a, b, bias, c: new Float32Array(rows * columns) };
          const names = (['a', 'b', 'bias', 'c'] as const).toSorted(
            (x, y) => Number(x === order) - Number(y === order),
          );
          const { heap, at } = exactHeap(...names.map((name) => tensors[name]));
          const address = (name: 'a' | 'b' | 'bias' | 'c'): number => at[names.indexOf(name)]!;
          const left = transposeA ? [1, rows] : [inner, 1];
          const right = transposeB ? [1, inner] : [columns, 1];
          const sizes = [rows, columns, inner, 1, 0];
          product(heap, address('a'), ...left, 0, address('b'), ...right, 0, address('c'), address('bias'), ...sizes);
          const found = new Float32Array(heap, address('c'), rows * columns);
          for (const place of [0, rows * columns - 1, Math.floor((rows * columns) / 2)]) {
            const [i, j] = [Math.floor(place / columns), place % columns];
            let exact = bias[j]!;
            for (let k = 0; k < inner; k++) {
              exact += a[i * left[0]! + k * left[1]!]! * b[k * right[0]! + j * right[1]!]!;
            }
            expect(Math.abs(found[place]! - exact)).toBeLessThan(2e-6 + 3e-7 * inner);
          }
        }
      }
    });

    it('are refused where anything lies outside', () => {
      const product = addon().functions['products']!['batchedProduct']!;
      const { heap, at } = exactHeap(numbers(6), numbers(12), numbers(4), new Float32Array(8));
      const good = [at[0]!, 3, 1, 0, at[1]!, 4, 1, 0, at[3]!, at[2]!, 2, 4, 3, 1, 0];
      expect(() => product(heap, ...good)).not.toThrow();
      const wrong = (place: number, value: number) => () => product(heap, ...good.with(place, value));
      for (const place of [0, 4, 8, 9]) {
        expect(wrong(place, heap.byteLength - 4)).toThrow(RangeError);
        expect(wrong(place, 2 ** 32 - 4)).toThrow(/do not lie inside the heap of \d+ bytes/);
        expect(wrong(place, 65)).toThrow(RangeError);
      }
      for (const [place, value] of [
        [10, 3],
        [11, 5],
        [12, 2 ** 31],
        [13, 2],
        [1, 2 ** 32 - 1],
        [6, 2 ** 31],
      ] as const) {
        expect(wrong(place, value), `${place}`).toThrow(RangeError);
      }
      expect(() => product(heap, 1, 2)).toThrow('the heap and numbers are wanted');
      expect(() => product(undefined as unknown as ArrayBuffer, ...good)).toThrow(TypeError);
      expect(() => product(heap, ...good.with(3, 'x' as unknown as number))).toThrow(TypeError);
    });
  });

  describe('convolutions', () => {
    const cases = Array.from({ length: 60 }, (_, i) => {
      const pick = (n: number, step: number): number => 1 + ((i * step + (i >> 2)) % n);
      const [batch, height, width] = [pick(2, 1), pick(9, 5), pick(11, 7)];
      const [channels, outChannels] = [pick(35, 11), pick(33, 13)];
      const [filterHeight, filterWidth] = [Math.min(pick(4, 3), height), Math.min(pick(5, 1), width)];
      const [stride, top, left] = [pick(2, 1), Math.min(i % 3, filterHeight - 1), Math.min(i % 2, filterWidth - 1)];
      const out = (size: number, filter: number, before: number): number =>
        Math.floor((size + 2 * before - filter) / stride) + 1;
      const [outHeight, outWidth] = [out(height, filterHeight, top), out(width, filterWidth, left)];
      return {
        batch,
        height,
        width,
        channels,
        outHeight,
        outWidth,
        outChannels,
        filterHeight,
        filterWidth,
        stride,
        top,
        left,
      };
    });

    it.each([false, true])('and their gradients read nothing beyond (depthwise: %s)', (isDepthwise) => {
      const { functions } = addon();
      const run = functions['convolutions']!;
      let native = 0;
      for (const given of cases) {
        const outChannels = isDepthwise ? given.channels : given.outChannels;
        const { batch, height, width, channels, outHeight, outWidth, filterHeight, filterWidth, stride } = given;
        const geometry = [batch, height, width, channels, outHeight, outWidth, outChannels, filterHeight, filterWidth];
        geometry.push(stride, stride, 1, 1, given.top, given.left);
        const x = numbers(batch * height * width * channels, 1);
        const y = numbers(batch * outHeight * outWidth * outChannels, 2);
        const filter = numbers(filterHeight * filterWidth * (isDepthwise ? 1 : channels) * outChannels, 3);
        const bias = numbers(outChannels, 4);
        // <f(x), y> = <x, fᵀ(y)> = <filter, f's gradient(x, y)>, whatever the sizes: one number from all three functions.
        const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, each, i) => sum + each * b[i]!, 0);
        const results: number[] = [];
        for (const order of [
          [0, 1, 2],
          [1, 2, 0],
          [2, 0, 1],
        ] as const) {
          const tensors = [x, filter, y];
          const exact = exactHeap(bias, ...order.map((i) => tensors[i]!));
          const { heap, at, start: g } = exact;
          writeGeometry(exact, geometry);
          const address = (i: 0 | 1 | 2): number => at[1 + order.indexOf(i)]!;
          const last = order[2];
          const output = new Float32Array(heap, address(last), tensors[last]!.length);
          const [dense, separate] = [!isDepthwise, isDepthwise];
          let taken = 0;
          if (last === 2 && dense) taken = run['convolve']!(heap, g, address(0), address(1), 0, address(2), 0);
          if (last === 2 && separate) taken = run['depthwise']!(heap, g, address(0), address(1), 0, address(2));
          if (last === 0 && dense) taken = run['wholeInputGradient']!(heap, g, address(2), address(1), address(0));
          if (last === 0 && separate) taken = run['depthwiseInput']!(heap, g, address(2), address(1), address(0));
          if (last === 1 && dense) taken = run['filterGradient']!(heap, g, address(0), address(2), address(1), 0);
          if (last === 1 && separate) taken = run['depthwiseFilter']!(heap, g, address(0), address(2), address(1));
          native += taken;
          if (taken === 1) results.push(dot(output, tensors[last]!));
        }
        for (const each of results)
          expect(Math.abs(each - results[0]!)).toBeLessThan(1e-4 * Math.sqrt(y.length * filter.length) + 1e-3);
      }
      expect(native).toBeGreaterThan(cases.length);
    });

    it('are refused where anything lies outside or is negative', () => {
      const convolve = addon().functions['convolutions']!['convolve']!;
      const geometry = [1, 5, 5, 3, 5, 5, 4, 3, 3, 1, 1, 1, 1, 1, 1];
      const exact = exactHeap(numbers(108), numbers(4), numbers(75), new Float32Array(100));
      const { heap, at, start } = exact;
      const call =
        (values: readonly number[], y = at[3]!) =>
        () => {
          writeGeometry(exact, values);
          return convolve(heap, start, at[2]!, at[0]!, at[1]!, y, 0);
        };
      expect(call(geometry)()).toBe(1);
      expect(call(geometry, at[3]! + 4)).toThrow(RangeError);
      for (const [place, value] of [
        [0, 2],
        [1, 60],
        [6, 5],
        [3, 2 ** 31 - 1],
      ] as const) {
        expect(call(geometry.with(place, value)), `${place}`).toThrow(RangeError);
      }
      for (let place = 0; place < 13; place++) {
        expect(call(geometry.with(place, -1))).toThrow('a convolution has a negative size');
      }
      // A geometry that contradicts itself is oneDNN's to refuse, and goes to WebAssembly.
      expect(call(geometry.with(13, -1))()).toBe(0);
      expect(call(geometry.with(9, 0))()).toBe(0);
    });
  });
});
