import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Host } from '../host/host.ts';
import { findStockBackend, heapOf, type StockBackend } from '../host/stock-backend.ts';
import { isUnavailable } from '../tiers/tier.ts';
import { wasmTier } from '../tiers/wasm-tier.ts';
import { checkKernel } from './check-kernel.ts';
import { knownCases } from './known-cases.ts';

let backend: StockBackend;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  backend = (await findStockBackend())!;
});

/**
 * Kernels whose known values tfjs 4.22 gets wrong; with the bias of a transposed product, and in the selection of bools, it
 * also writes past their end.
 */
const WRONG_IN_STOCK = ['Log1p', 'Sin', 'Cos', 'Selu', 'Sign', 'Select', 'MaxPoolGrad', '_FusedMatMul'];

describe('the known values', () => {
  it('are those of the stock kernels, apart from the ones that are known to be wrong', () => {
    const there = Object.keys(knownCases).filter(
      (name) => (tf.getKernel(name, 'wasm') as tf.KernelConfig | undefined) !== undefined,
    );
    expect(there.length).toBeGreaterThan(20);
    const faults = there
      .filter((name) => !WRONG_IN_STOCK.includes(name))
      .map((name) => `${name}: ${checkKernel(name, tf.getKernel(name, 'wasm').kernelFunc, backend)}`);
    expect(faults.filter((fault) => !fault.endsWith(': null'))).toEqual([]);
  });

  it('show that stock log1p loses its digits near zero', () => {
    expect(checkKernel('Log1p', tf.getKernel('Log1p', 'wasm').kernelFunc, backend)).toMatch(
      /^gave 1\.19.* instead of 9\.99/,
    );
  });

  it('are there for every kernel of ours', async () => {
    const host = new Host(backend, heapOf(backend)!);
    const started = await wasmTier.start(host, { relaxed: false });
    if (isUnavailable(started)) throw new Error(started.reason);
    expect(Object.keys(started.kernels).filter((name) => knownCases[name] === undefined)).toEqual([]);
  });
});

describe('checkKernel', () => {
  const known = (run: KernelFunc): string | null => checkKernel('Reverse', run, backend);
  const make = (shape: number[], values: number[]): KernelFunc => {
    const typed = Float32Array.from(values);
    return () => backend.makeOutput(shape, 'float32', undefined, typed);
  };

  it('names a wrong number, a wrong shape, too many results and an error, and frees what it made', () => {
    const before = (tf.backend() as unknown as { numDataIds(): number }).numDataIds();
    expect(known(make([2, 3], [3, 2, 1, 6, 5, 4]))).toBeNull();
    expect(known(make([2, 3], [3, 2, 1, 6, 0, 4]))).toBe('gave 0 instead of 5 at index 4');
    expect(known(make([3, 2], [3, 2, 1, 6, 5, 4]))).toBe('gave the shape [3, 2] instead of [2, 3]');
    expect(known(() => [])).toBe('gave 0 tensors instead of 1');
    expect(
      known(() => {
        throw new Error('no such axis');
      }),
    ).toBe('threw: no such axis');
    expect((tf.backend() as unknown as { numDataIds(): number }).numDataIds()).toBe(before);
  });

  it('lets a kernel without known values pass', () => {
    expect(checkKernel('Unheard', () => [], backend)).toBeNull();
  });
});
