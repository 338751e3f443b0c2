import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import type { KernelFunc } from '@tensorflow/tfjs';
import { isMovable } from './movable.ts';

/**
 * `Identity`: another reference to the same values, where tfjs's own kernel copies them. Tensors never change, so nobody
 * can tell; kernels that write in place must look at the number of references first.
 */
export function identity({ host, stock }: KernelTools): KernelFunc {
  return kernel<'x'>((call) => (isMovable(call.inputs.x) ? host.share(call.inputs.x) : leaveToStock(stock, call)));
}
