import type { TensorInfo } from '@tensorflow/tfjs';

/** The kernels of couplings have no stock kernel to leave other dtypes to. @throws Error */
export function expectFloats(...tensors: readonly TensorInfo[]): void {
  const other = tensors.find(({ dtype }) => dtype !== 'float32');
  if (other !== undefined) throw new Error(`the kernels of couplings take float32, not ${other.dtype}`);
}
