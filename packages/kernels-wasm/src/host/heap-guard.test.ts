import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useAccelerated } from '../../test/compare.ts';
import { restore } from '../index.ts';
import { HeapError } from './heap-guard.ts';

beforeAll(useAccelerated);
afterAll(restore);

const addresses: number[] = [];
const wasm = (): { _malloc(bytes: number): number; _free(address: number): void } =>
  (tf.backend() as unknown as { wasm: { _malloc(bytes: number): number; _free(address: number): void } }).wasm;

const failure = (program: () => unknown): HeapError => {
  try {
    program();
  } catch (error) {
    return error as HeapError;
  }
  throw new Error('nothing failed');
};

describe('a heap without room', () => {
  it('is an error with the size asked for, and the program goes on', () => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const before = tf.memory().numTensors;
    const error = failure(() => tf.tidy(() => tf.tile(x, [20_000, 40_000])));
    expect(error).toBeInstanceOf(HeapError);
    expect(error.code).toBe('E_OUT_OF_MEMORY');
    expect(error.bytes).toBe(4 * 40_000 * 80_000);
    expect(error.message).toMatch(
      /^the WebAssembly heap has no room for 12207 MiB more: it holds \d+ MiB and can grow to 4096 MiB\. /,
    );
    expect(tf.memory().numTensors).toBe(before);
    expect([...tf.matMul(x, x).dataSync()]).toEqual([7, 10, 15, 22]);
    x.dispose();
  });

  it('is noticed when the sum of many is too large, and works again after disposal', () => {
    // As tensors would take it, but never written to: the pages are reserved, not used.
    const error = failure(() => {
      for (let i = 0; i < 20; i++) addresses.push(wasm()._malloc(2 ** 28));
    });
    expect(error.code).toBe('E_OUT_OF_MEMORY');
    expect(error.bytes).toBe(2 ** 28);
    for (const address of addresses.splice(0)) wasm()._free(address);
    const after = tf.sum(tf.ones([1000]));
    expect(after.dataSync()[0]).toBe(1000);
    after.dispose();
  });
});
