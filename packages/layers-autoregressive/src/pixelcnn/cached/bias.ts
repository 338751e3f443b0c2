import type * as tf from '@tensorflow/tfjs';
import { addProduct } from './products.ts';

/** Where the sums of a layer start from, `[count, outputs]`: its bias, and a linear map of each image's context. */
export function startingSums(
  bias: Float32Array,
  contextMap: Float32Array | undefined,
  { count, context }: { readonly count: number; readonly context: Float32Array | undefined },
): Float32Array {
  const outputs = bias.length;
  const sums = new Float32Array(count * outputs);
  for (let image = 0; image < count; image++) {
    sums.set(bias, image * outputs);
    if (contextMap === undefined || context === undefined) continue;
    const size = contextMap.length / outputs;
    addProduct(sums, image * outputs, outputs, context, image * size, size, contextMap, 0);
  }
  return sums;
}

/** The numbers of a context, read synchronously. */
export function contextValues(context: tf.Tensor2D | undefined): Float32Array | undefined {
  return context?.dataSync<'float32'>();
}
