import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { accelerate, type Acceleration, composedTier, wasmTier } from '@flowzoo/kernels-wasm';
import { loadAddon } from '../src/addon.ts';
import { nativeTier, type NativeTierOptions } from '../src/index.ts';

/** Whether the addon is compiled here: `npm run build:native`. Tests of it run only then. */
export const isCompiled: boolean = (() => {
  try {
    loadAddon();
    return true;
  } catch {
    return false;
  }
})();

/** Starts the native tier, WebAssembly behind it. */
export async function useNative(options: NativeTierOptions = {}): Promise<Acceleration> {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  return await accelerate({ tiers: [nativeTier(options), wasmTier, composedTier] });
}

/** Reproducible float32 numbers, roughly normal. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => (next() + next() + next() + next() - 2) * 1.7);
}

/** A tensor of reproducible numbers. */
export function filled(shape: readonly number[], seed: number): tf.Tensor {
  return tf.tensor(numbers(tf.util.sizeFromShape(shape as number[]), seed), shape as number[]);
}
