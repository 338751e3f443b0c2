import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, type KernelTools } from '../kernel-group.ts';

/** Cuts a flat float32 vector into tensors of the shapes in the attribute `shapes`, in order: `x` must hold them exactly. */
export function splitFlat({ host }: KernelTools): KernelFunc {
  return kernel<'x', { readonly shapes: readonly (readonly number[])[] }>(({ inputs: { x }, attrs: { shapes } }) => {
    const sizes = shapes.map((shape) => tf.util.sizeFromShape(shape as number[]));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const found = tf.util.sizeFromShape(x.shape);
    if (found !== total) throw new Error(`a vector of ${found} numbers cannot be cut into shapes of ${total}`);
    const parts = shapes.map((shape) => host.output(shape));
    const bytes = new Uint8Array(host.memory.buffer);
    let from = host.pointer(x);
    parts.forEach((part, i) => {
      const end = from + 4 * sizes[i]!;
      bytes.copyWithin(host.pointer(part), from, end);
      from = end;
    });
    return parts;
  });
}
