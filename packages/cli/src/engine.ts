import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { FlowzooError } from '@flowzoo/core';
import { accelerate, composedTier, restore, wasmTier, type Acceleration } from '@flowzoo/kernels-wasm';
import { loadNativeTier } from './native-engine.ts';

/** What `--backend` takes. */
export const BACKENDS = ['wasm', 'native', 'wasm-stock', 'cpu'] as const;

/** How an engine is started. */
export interface EngineOptions {
  /** One of {@link BACKENDS}. Default: `wasm`. */
  readonly backend?: string | undefined;
  /** Threads of one kernel, with `native`. Default: the physical cores. */
  readonly threads?: number | undefined;
}

/**
 * Starts tfjs: `wasm` with the kernels of @flowzoo/kernels-wasm, `native` with those of @flowzoo/kernels-native before them,
 * `wasm-stock` with those that tfjs ships, or `cpu`.
 *
 * @throws E_OPTION when tfjs has no such backend here, or the native package is not installed or does not start
 */
export async function startEngine({ backend = 'wasm', threads }: EngineOptions = {}): Promise<Acceleration> {
  // Also keeps tfjs from advertising, on standard error, a native package that does not install any more.
  tf.enableProdMode();
  const known = (BACKENDS as readonly string[]).includes(backend);
  if (!known || !(await tf.setBackend(backend === 'cpu' ? 'cpu' : 'wasm'))) {
    throw new FlowzooError('E_OPTION', 'this backend is not available', {
      at: '--backend',
      expected: 'wasm, native, wasm-stock or cpu',
      found: backend,
    });
  }
  await tf.ready();
  if (backend === 'wasm') return accelerate();
  if (backend === 'native') return startNative(threads);
  restore();
  return { tier: 'stock', features: [], kernels: {}, notes: [] };
}

/** Whoever asks for it by name waits for hours: slower kernels in its place are said, not hidden. */
async function startNative(threads: number | undefined): Promise<Acceleration> {
  const native = await loadNativeTier(threads);
  const acceleration = await accelerate({ tiers: [native, wasmTier, composedTier] });
  if (acceleration.tier === 'native') return acceleration;
  throw new FlowzooError('E_OPTION', 'this backend does not start', {
    at: '--backend native',
    found: acceleration.notes.join('; '),
    remedy: 'Without it: --backend wasm',
  });
}
