import { describe, expect, it } from 'vitest';
import { type Addon, loadAddon, type NativeFunction } from '../src/addon.ts';
import { isCompiled, numbers } from './compiled.ts';
import { counts, Heap } from './guarded-heap.ts';

const addon = (threads = 1): Addon => {
  const loaded = loadAddon();
  loaded.setThreads(threads);
  return loaded;
};

describe.runIf(isCompiled)('reductions', () => {
  const exact: Record<string, (all: Float32Array) => number> = {
    sum: (all) => all.reduce((sum, x) => sum + x, 0),
    largest: (all) => Math.max(...all),
    smallest: (all) => Math.min(...all),
  };

  it.each(Object.keys(exact))('%s of runs and rows of every length, nothing read beyond', (name) => {
    const { [`${name}Runs`]: runs, [`${name}Rows`]: rows } = addon().functions['reductions']!;
    for (const length of [1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 47, 64, 65, 127, 130, 300]) {
      for (const n of [1, 2, 7, 8, 9, 17, 33]) {
        const x = numbers(n * length, length);
        const heap = new Heap(new Float32Array(n), x);
        runs!(heap.buffer, heap.at[1]!, heap.at[0]!, n, 4 * length, 1, 0, length, 1);
        const expected = Array.from({ length: n }, (_, k) => exact[name]!(x.slice(k * length, (k + 1) * length)));
        expectNear(heap.floats(0, n), expected);
        rows!(heap.buffer, heap.at[1]!, heap.at[0]!, 1, 0, length, 4 * n, n, 1);
        const column = (j: number): Float32Array => x.filter((_, i) => i % n === j);
        expectNear(
          heap.floats(0, n),
          Array.from({ length: n }, (_, j) => exact[name]!(column(j))),
        );
        heap.expectGuards();
        expect(() => runs!(heap.buffer, heap.at[1]!, heap.at[0]!, n, 4 * length, 2, 4, length, 1)).toThrow(RangeError);
        expect(() => rows!(heap.buffer, heap.at[1]!, heap.at[0]!, 1, 0, length + 1, 4 * n, n, 1)).toThrow(RangeError);
      }
    }
    expect(() => rows!(new ArrayBuffer(64), 0, 32, 1, 0, 2, 2, 1, 1)).toThrow('not a multiple of 4');
  });

  it('a sum of −0 is 0 for every length, as on the cpu backend', () => {
    const { sumRuns, sumRows } = addon().functions['reductions']!;
    for (const count of [1, 3, 8, 16, 33, 64, 200]) {
      const heap = new Heap(new Float32Array(count).fill(1), new Float32Array(count).fill(-0));
      sumRuns!(heap.buffer, heap.at[1]!, heap.at[0]!, 1, 4 * count, 1, 0, count, 1);
      expect(heap.floats(0, 1)[0]).toBe(0);
      sumRows!(heap.buffer, heap.at[1]!, heap.at[0]!, 1, 0, 1, 4 * count, count, 1);
      expect([...heap.floats(0, count)]).toEqual(Array.from({ length: count }, () => 0));
    }
  });

  function expectNear(found: Float32Array, expected: readonly number[]): void {
    found.forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-7 * (1 + Math.abs(expected[i]!))));
  }
});

describe.runIf(isCompiled)('steps of optimizers', () => {
  it('give the same where the outputs are the inputs, for every length', () => {
    const { adamStep, adamaxStep } = addon().functions['optimizers']!;
    const settings: [NativeFunction, readonly number[]][] = [
      [adamStep!, [0.01, 0.9, 0.1, 0.99, 0.01, 1e-8, 0.999]],
      [adamaxStep!, [0.01, 0.9, 0.1, 0.99, 1e-8, 0.999]],
    ];
    for (const [step, numbersOf] of settings) {
      for (const count of counts) {
        const inputs = [1, 2, 3, 4].map((seed) => numbers(count, seed).map((x) => (seed === 4 ? x * x : x)));
        const apart = new Heap(...inputs, ...[1, 2, 3].map(() => new Float32Array(count)));
        step(apart.buffer, ...apart.at, count, ...numbersOf);
        apart.expectGuards();
        const over = new Heap(...inputs);
        const [theta, g, m, v] = over.at as [number, number, number, number];
        step(over.buffer, theta, g, m, v, theta, m, v, count, ...numbersOf);
        over.expectGuards();
        expect(over.floats(0, count)).toEqual(apart.floats(4, count));
        expect(over.floats(2, count)).toEqual(apart.floats(5, count));
        expect(over.floats(3, count)).toEqual(apart.floats(6, count));
        expect(() => step(over.buffer, theta, g, m, v, theta, m, v + 4, count, ...numbersOf)).toThrow(RangeError);
      }
    }
  });
});

describe.runIf(isCompiled)('threads', () => {
  it('do not change the bits of any function of elements, of sums or of steps', () => {
    const count = 530_000;
    const heap = new Heap(numbers(count, 1), numbers(count, 2), new Float32Array(count));
    const [a, b, y] = heap.at as [number, number, number];
    const run = (threads: number, name: string): number[] => {
      const { elementwise, reductions, optimizers } = addon(threads).functions;
      const of = { ...elementwise, ...reductions, ...optimizers }[name]!;
      heap.bytes.fill(0, y);
      if (name.startsWith('vector')) of(heap.buffer, a, y, count);
      else if (name === 'averageStep') of(heap.buffer, a, b, y, count, 0.1);
      else if (name === 'sumRuns') of(heap.buffer, a, y, count / 100, 400, 1, 0, 100, 1);
      else if (name === 'sumRows') of(heap.buffer, a, y, 1, 0, 200, count / 50, count / 200, 1);
      else of(heap.buffer, a, b, y, 530, 1000, 1000, 1000, 1, 1);
      return [...new Uint32Array(heap.buffer, y, count)].filter((_, i) => i % 257 === 0 || i > count - 50);
    };
    for (const name of [
      'vectorExp',
      'vectorSine',
      'rowsAdd',
      'rowsPower',
      'rowsLess',
      'sumRuns',
      'sumRows',
      'averageStep',
    ]) {
      const alone = run(1, name);
      expect(alone.some((each) => each !== 0)).toBe(true);
      expect(run(3, name), name).toEqual(alone);
    }
  });
});
