import * as tf from '@tensorflow/tfjs';
import { accelerate, restore } from '../../accelerate.ts';
import type { StockBackend } from '../../host/stock-backend.ts';
import { testedTiers } from '../../../test/compare.ts';

/** Writes a tensor's numbers on the heap, as an optimizer that works in place does. */
export function overwrite(tensor: tf.Tensor, values: readonly number[]): void {
  ((tf.backend() as unknown as StockBackend).typedArrayFromHeap(tensor) as Float32Array).set(values);
}

/** Runs with tfjs's own kernels, then goes back to ours. */
export async function withStockKernels(check: () => void): Promise<void> {
  restore();
  try {
    check();
  } finally {
    await accelerate(testedTiers);
  }
}
