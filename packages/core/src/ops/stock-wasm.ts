import * as tf from '@tensorflow/tfjs';

/**
 * Whether the active backend is tfjs's wasm backend as it ships. It then has no gradient for the filters of convolutions
 * and multiplies transposed matrices thirty times slower than plain ones; packages of faster kernels mend both, so the
 * missing kernel tells.
 */
export function isStockWasm(): boolean {
  if (tf.getBackend() !== 'wasm') return false;
  return (tf.getKernel('Conv2DBackpropFilter', 'wasm') as tf.KernelConfig | undefined) === undefined;
}
