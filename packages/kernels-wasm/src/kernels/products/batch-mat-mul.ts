import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { matrixProduct } from './matrix-product.ts';

interface BatchMatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** `tf.matMul` and, through it, the gradients of products. No packed weights are kept: weights may change in place. */
export function batchMatMul(tools: KernelTools): KernelFunc {
  return kernel<'a' | 'b', BatchMatMulAttributes>((call) => {
    const { a, b } = call.inputs;
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return leaveToStock(tools.stock, call);
    return matrixProduct(tools, { a, b, transposeA: call.attrs.transposeA, transposeB: call.attrs.transposeB });
  });
}
