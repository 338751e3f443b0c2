import { readFile } from 'node:fs/promises';
import type { Tier } from '@flowzoo/kernels-wasm';
import { expect } from 'vitest';

/**
 * Tests that use the wasm backend run on the fast kernels, as the command and the examples do. FLOWZOO_KERNELS=stock leaves
 * tfjs as it ships, FLOWZOO_KERNELS=native takes the addon (which must be compiled); the tests of the kernels themselves
 * switch them on and off.
 */
const path = expect.getState().testPath!;
const wanted = process.env['FLOWZOO_KERNELS'];
const usesWasm = (await readFile(path, 'utf8')).includes("'@tensorflow/tfjs-backend-wasm'");
const ofKernels = /\/kernels-(?:wasm|native)\//.test(path);
if (wanted === 'native') {
  const { composedTier, wasmTier } = await import('@flowzoo/kernels-wasm');
  const { nativeTier } = await import('../packages/kernels-native/src/index.ts');
  const tiers = [nativeTier(), wasmTier, composedTier];
  (globalThis as Record<symbol, unknown>)[Symbol.for('@flowzoo/tested-tiers')] = tiers;
}
if (usesWasm && !ofKernels && wanted !== 'stock') {
  const tf = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-wasm');
  const { accelerate } = await import('@flowzoo/kernels-wasm');
  await tf.setBackend('wasm');
  const tiers = (globalThis as Record<symbol, unknown>)[Symbol.for('@flowzoo/tested-tiers')] as Tier[] | undefined;
  await accelerate(tiers === undefined ? {} : { tiers });
}
