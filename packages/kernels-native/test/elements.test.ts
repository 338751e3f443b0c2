import { afterEach, describe, expect, it } from 'vitest';
import { restore } from '@flowzoo/kernels-wasm';
import { loadAddon, type NativeFunction } from '../src/addon.ts';
import { isCompiled, useNative } from './compiled.ts';
import { bits, counts, Heap, results, values } from './guarded-heap.ts';

// Values and bounds of error are those of the tests of kernels-wasm, which run on this tier with FLOWZOO_KERNELS=native.
// Here: the ends of tensors, results in the place of inputs, and what is refused.

afterEach(restore);

const elementwise = (): Readonly<Record<string, NativeFunction>> => {
  const loaded = loadAddon();
  loaded.setThreads(1);
  return loaded.functions['elementwise']!;
};

describe.runIf(isCompiled)('functions of one tensor', () => {
  const names = isCompiled ? Object.entries(elementwise()).filter(([name]) => /^vector(?!Select)/.test(name)) : [];

  it.each(names)('%s: lengths do not change values, nor does writing over the input', (_, run) => {
    const x = values(129, 3);
    const whole = new Heap(x, new Float32Array(129));
    run(whole.buffer, whole.at[0]!, whole.at[1]!, 129);
    const expected = results(whole.floats(1, 129));
    for (const count of counts) {
      const heap = new Heap(x.slice(0, count), new Float32Array(count));
      run(heap.buffer, heap.at[0]!, heap.at[1]!, count);
      expect(results(heap.floats(1, count))).toEqual(expected.slice(0, count));
      expect(bits(heap.floats(0, count))).toEqual(bits(x.slice(0, count)));
      heap.expectGuards();
      const same = new Heap(x.slice(0, count));
      run(same.buffer, same.at[0]!, same.at[0]!, count);
      expect(results(same.floats(0, count))).toEqual(expected.slice(0, count));
      same.expectGuards();
    }
  });

  it.each(names)('%s: what lies outside is refused', (_, run) => {
    const heap = new Heap(values(20, 1), new Float32Array(20));
    const [x, y] = heap.at as [number, number];
    expect(() => run(heap.buffer, x, y, 21)).toThrow(/do not lie inside the heap of \d+ bytes/);
    expect(() => run(heap.buffer, y + 4, x, 20)).toThrow(RangeError);
    expect(() => run(heap.buffer, x, 2 ** 32 - 8, 4)).toThrow(RangeError);
    expect(() => run(heap.buffer, x, y, 2 ** 32 - 1)).toThrow(RangeError);
    expect(() => run(heap.buffer, x + 2, y, 4)).toThrow(RangeError);
  });
});

describe.runIf(isCompiled)('functions of two tensors', () => {
  const names = isCompiled ? Object.entries(elementwise()).filter(([name]) => name.startsWith('rows')) : [];
  /** Steps of a and b: by row, then inside one. */
  const forms = (columns: number): [number, number, number, number][] => [
    [columns, columns, 1, 1],
    [columns, 0, 1, 1],
    [0, columns, 1, 1],
    [columns, 1, 1, 0],
    [1, columns, 0, 1],
  ];

  it.each(names)('%s: every row and column by itself gives the same', (name, run) => {
    const isComparison = /Greater|Less|Equal/.test(name);
    for (const columns of [1, 3, 4, 7, 15, 16, 17, 33, 65]) {
      for (const [aRow, bRow, aColumn, bColumn] of forms(columns)) {
        const rows = 3;
        const size = (row: number, column: number): number => (rows - 1) * row + (columns - 1) * column + 1;
        const [a, b] = [values(size(aRow, aColumn), 2), values(size(bRow, bColumn), 7)];
        const empty = isComparison ? new Uint8Array(rows * columns) : new Float32Array(rows * columns);
        const heap = new Heap(a, b, empty);
        run(heap.buffer, heap.at[0]!, heap.at[1]!, heap.at[2]!, rows, columns, aRow, bRow, aColumn, bColumn);
        heap.expectGuards();
        const step = isComparison ? 1 : 4;
        for (let i = 0; i < rows * columns; i += 1 + (i % 3)) {
          const [row, column] = [Math.floor(i / columns), i % columns];
          const one = new Heap(
            a.slice(row * aRow + column * aColumn).slice(0, 1),
            b.slice(row * bRow + column * bColumn).slice(0, 1),
            empty.slice(0, 1),
          );
          run(one.buffer, one.at[0]!, one.at[1]!, one.at[2]!, 1, 1, 1, 1, 1, 1);
          const found = heap.bytes.slice(heap.at[2]! + step * i, heap.at[2]! + step * (i + 1));
          const single = one.bytes.slice(one.at[2]!, one.at[2]! + step);
          if (isComparison) expect([...found]).toEqual([...single]);
          else expect(results(new Float32Array(found.buffer))).toEqual(results(new Float32Array(single.buffer)));
        }
        const tooFar = [heap.at[0]!, heap.at[1]!, heap.at[2]!, rows + 1, columns, aRow, bRow, aColumn, bColumn];
        expect(() => run(heap.buffer, ...tooFar)).toThrow(RangeError);
      }
    }
  });

  it('vectorSelect moves every bit, for every length', () => {
    const select = elementwise()['vectorSelect']!;
    for (const count of counts) {
      const [a, b] = [values(count, 2), values(count, 3)];
      const condition = Uint8Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 1 : i % 7 === 0 ? 255 : 0));
      const heap = new Heap(condition, a, b);
      // Over the first of the values.
      select(heap.buffer, heap.at[0]!, heap.at[1]!, heap.at[2]!, heap.at[1]!, count);
      expect(bits(heap.floats(1, count))).toEqual(bits(a.map((x, i) => (condition[i] === 0 ? b[i]! : x))));
      heap.expectGuards();
      expect(() => select(heap.buffer, heap.at[0]!, heap.at[1]!, heap.at[2]! + 4, heap.at[1]!, count)).toThrow(
        RangeError,
      );
    }
  });
});

it.runIf(isCompiled)(
  'the kernels of these functions are native, the others of their groups are there too',
  async () => {
    const { kernels, notes } = await useNative({ threads: 1 });
    expect(notes).toEqual([]);
    for (const name of 'Exp Log Tanh Sigmoid Softplus Add Multiply Select Sum Mean Max AdamStep'.split(' ')) {
      expect(kernels[name], name).toBe('native');
    }
    expect(kernels['Cumsum']).toBeDefined();
  },
);
