import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { Host } from '../../host/host.ts';

/** Attributes of a fused activation. */
export interface ActivationAttributes {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

const KERNELS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  prelu: 'Prelu',
  leakyrelu: 'LeakyRelu',
};

/** Whether a fused activation is known; tfjs itself refuses others. */
export function knowsActivation(activation: string): boolean {
  return activation === 'linear' || KERNELS[activation] !== undefined;
}

/** The activation of a fresh tensor by the kernel that is registered for it now; takes the tensor over. */
export function activate(
  host: Host,
  x: TensorInfo,
  { activation, leakyreluAlpha }: ActivationAttributes,
  alpha: TensorInfo | undefined,
): TensorInfo {
  const name = KERNELS[activation];
  if (name === undefined) return x;
  const inputs = activation === 'prelu' ? { x, alpha } : { x };
  const attrs = activation === 'leakyrelu' ? { alpha: leakyreluAlpha ?? 0 } : {};
  const call = { inputs, backend: host.backend, attrs };
  const y = tf.getKernel(name, 'wasm').kernelFunc(call as unknown as Parameters<KernelFunc>[0]);
  host.backend.disposeData(x.dataId);
  return y as TensorInfo;
}
