import * as tf from '@tensorflow/tfjs';
import type { TensorInfo } from '@tensorflow/tfjs';
import type { KernelTools } from '../kernel-group.ts';
import { runRegistered } from './registered.ts';

/** What follows a product. */
export interface Activation {
  /** tfjs's name of it. */
  readonly activation: string;
  /** Slope of `leakyrelu` below zero. */
  readonly alpha: number;
  /** Slopes of `prelu` below zero. */
  readonly weights: TensorInfo | undefined;
}

/** Numbers of the activations that the module applies in place. */
const IN_PLACE: Readonly<Record<string, number>> = { relu: 1, relu6: 2, leakyrelu: 3 };
/** Kernels that make a new tensor. */
const BY_KERNEL: Readonly<Record<string, string>> = { elu: 'Elu', sigmoid: 'Sigmoid', prelu: 'Prelu' };

/**
 * The activated values of `y`, which is given up.
 *
 * @throws Error when tfjs has no such fused activation.
 */
export function applyActivation({ host, functions }: KernelTools, y: TensorInfo, options: Activation): TensorInfo {
  const { activation, alpha, weights } = options;
  if (activation === 'linear') return y;
  const inPlace = IN_PLACE[activation];
  if (inPlace !== undefined) {
    functions['activate']!(host.pointer(y), tf.util.sizeFromShape(y.shape), inPlace, alpha);
    return y;
  }
  const kernelName = BY_KERNEL[activation];
  if (kernelName === undefined) {
    host.backend.disposeData(y.dataId);
    throw new Error(`${activation} activation not yet supported for _FusedMatMul in the wasm backend.`);
  }
  const inputs = kernelName === 'Prelu' ? { x: y, alpha: weights! } : { x: y };
  const result = runRegistered(kernelName, host.backend, inputs);
  host.backend.disposeData(y.dataId);
  return result;
}
