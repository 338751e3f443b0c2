import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc } from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accelerate, restore, type Tier } from './index.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
});
afterEach(restore);

const kernelNow = (name: string): KernelFunc => tf.getKernel(name, 'wasm').kernelFunc;
const there = (name: string): boolean => (tf.getKernel(name, 'wasm') as tf.KernelConfig | undefined) !== undefined;

/** A tier with one Reverse, which gives the numbers it is told. */
function reversing(name: string, numbers: readonly number[], stopped: string[] = []): Tier {
  return {
    name,
    start: (host) =>
      Promise.resolve({
        features: [`${name} feature`],
        kernels: {
          Reverse: () => () => host!.backend.makeOutput([2, 3], 'float32', undefined, Float32Array.from(numbers)),
        },
        stop: () => stopped.push(name),
      }),
  };
}

describe('accelerate', () => {
  it('replaces kernels, says which, and gives the same report when called again', async () => {
    const stock = kernelNow('Exp');
    expect(there('Conv2DBackpropFilter')).toBe(false);
    const report = await accelerate();
    expect(report).toMatchObject({ tier: 'wasm', features: ['simd'], notes: [] });
    expect(report.kernels).toMatchObject({ Exp: 'wasm', BatchMatMul: 'wasm', Conv2DBackpropFilter: 'wasm' });
    expect(kernelNow('Exp')).not.toBe(stock);
    const ours = kernelNow('Exp');
    expect(await accelerate()).toBe(report);
    expect(kernelNow('Exp')).toBe(ours);
  });

  it('is taken back by restore, kernels that stock lacks included', async () => {
    const stock = kernelNow('Exp');
    await accelerate();
    restore();
    expect(kernelNow('Exp')).toBe(stock);
    expect(there('Conv2DBackpropFilter')).toBe(false);
    restore();
    expect((await accelerate()).tier).toBe('wasm');
  });

  it('takes each kernel from the first tier that has it and passes its self-test', async () => {
    const stopped: string[] = [];
    const wrong = reversing('wrong', [1, 2, 3, 4, 5, 6], stopped);
    const right = reversing('right', [3, 2, 1, 6, 5, 4], stopped);
    const report = await accelerate({ tiers: [wrong, right, reversing('late', [3, 2, 1, 6, 5, 4], stopped)] });
    expect(report.kernels).toEqual({ Reverse: 'right' });
    expect(report.tier).toBe('wrong');
    expect(report.features).toEqual(['wrong feature', 'right feature', 'late feature']);
    expect(report.notes).toEqual([
      'wrong: Reverse failed its self-test and was left out: it gave 1 instead of 3 at index 0',
    ]);
    restore();
    expect(stopped.toSorted()).toEqual(['late', 'right', 'wrong']);
  });

  it('goes on with the next tier where one does not run, and says why', async () => {
    const absent: Tier = { name: 'absent', start: () => Promise.resolve({ reason: 'no such processor' }) };
    const report = await accelerate({ tiers: [absent, reversing('right', [3, 2, 1, 6, 5, 4])] });
    expect(report.tier).toBe('right');
    expect(report.notes).toEqual(['absent: no such processor']);
  });

  it('composes stock kernels where the heap is out of reach', async () => {
    const { wasm } = tf.backend() as unknown as { wasm: { asm: object } };
    const { asm } = wasm;
    wasm.asm = { ...asm, memory: undefined };
    try {
      const report = await accelerate();
      expect(report.tier).toBe('composed');
      expect(report.kernels['BatchMatMul']).toBe('composed');
      expect(report.notes).toEqual(['wasm: the heap of tfjs is out of reach (its threaded build)']);
    } finally {
      wasm.asm = asm;
    }
  });

  it('leaves everything as it is when no tier runs', async () => {
    const stock = kernelNow('Exp');
    const report = await accelerate({ tiers: [] });
    expect(report).toEqual({ tier: 'stock', features: [], kernels: {}, notes: [] });
    expect(kernelNow('Exp')).toBe(stock);
  });
});
