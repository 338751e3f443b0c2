import type { KernelFunc } from '@tensorflow/tfjs';

const KERNELS = new WeakSet<KernelFunc>();

/** Marks a gradient kernel of a convolution that reads an attribute `dilations`, which those of tfjs do not. */
export function acceptsDilations(kernelFunc: KernelFunc): KernelFunc {
  KERNELS.add(kernelFunc);
  return kernelFunc;
}

/** Whether a kernel has been marked. */
export function hasDilations(kernelFunc: KernelFunc | undefined): boolean {
  return kernelFunc !== undefined && KERNELS.has(kernelFunc);
}
