import * as tf from '@tensorflow/tfjs';
import type { TensorInfo } from '@tensorflow/tfjs';
import type { StockKernel } from '../../host/host.ts';

/** Runs the kernel of the wasm backend that is registered under a name now, be it ours or tfjs's; one result. */
export function runRegistered(
  kernelName: string,
  backend: unknown,
  inputs: Readonly<Record<string, TensorInfo>>,
  attrs: object = {},
): TensorInfo {
  const run = tf.getKernel(kernelName, 'wasm').kernelFunc as unknown as StockKernel;
  return run({ inputs, backend, attrs }) as TensorInfo;
}
