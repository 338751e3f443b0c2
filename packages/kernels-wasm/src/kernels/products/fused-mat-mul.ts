import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { applyActivation } from './activation.ts';
import { matrixProduct } from './matrix-product.ts';
import { runRegistered } from './registered.ts';

interface FusedMatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

/** `tf.fused.matMul`: product, bias of any shape that broadcasts, activation. */
export function fusedMatMul(tools: KernelTools): KernelFunc {
  return kernel<'a' | 'b' | 'bias' | 'preluActivationWeights', FusedMatMulAttributes>((call) => {
    const { a, b, preluActivationWeights } = call.inputs;
    const bias = (call.inputs.bias as TensorInfo | null | undefined) ?? undefined;
    const { transposeA, transposeB, activation, leakyreluAlpha } = call.attrs;
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return leaveToStock(tools.stock, call);
    const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)]!;
    const perColumn = bias !== undefined && bias.dtype === 'float32' && isRow(bias.shape, columns);
    let y = matrixProduct(tools, { a, b, transposeA, transposeB, bias: perColumn ? bias : undefined });
    if (bias !== undefined && !perColumn) {
      const sum = runRegistered('Add', call.backend, { a: y, b: bias });
      tools.host.backend.disposeData(y.dataId);
      y = sum;
    }
    return applyActivation(tools, y, { activation, alpha: leakyreluAlpha ?? 0, weights: preluActivationWeights });
  });
}

/** One element for each column, under whatever leading axes of size 1. */
function isRow(shape: readonly number[], columns: number): boolean {
  return shape.at(-1) === columns && tf.util.sizeFromShape(shape as number[]) === columns;
}
