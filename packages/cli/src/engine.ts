import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { FlowzooError } from '@flowzoo/core';
import { accelerate, restore, type Acceleration } from '@flowzoo/kernels-wasm';

/** What `--backend` takes. */
export const BACKENDS = ['wasm', 'wasm-stock', 'cpu'] as const;

/**
 * Starts tfjs: `wasm` with the kernels of @flowzoo/kernels-wasm, `wasm-stock` with those that tfjs ships, or `cpu`.
 *
 * @throws E_OPTION when tfjs has no such backend here
 */
export async function startEngine(backend: string): Promise<Acceleration> {
  // Also keeps tfjs from advertising, on standard error, a native package that does not install any more.
  tf.enableProdMode();
  const known = (BACKENDS as readonly string[]).includes(backend);
  if (!known || !(await tf.setBackend(backend === 'cpu' ? 'cpu' : 'wasm'))) {
    throw new FlowzooError('E_OPTION', 'this backend is not available', {
      at: '--backend',
      expected: 'wasm, wasm-stock or cpu',
      found: backend,
    });
  }
  await tf.ready();
  if (backend === 'wasm') return accelerate();
  restore();
  return { tier: 'stock', features: [], kernels: {}, notes: [] };
}
