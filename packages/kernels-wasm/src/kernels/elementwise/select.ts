import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';

/**
 * Select for conditions of the shape of the values, which is what `tf.where` makes of every call. The stock kernel moves
 * four bytes per element even of bool tensors, which have one, and so writes past the end of the result.
 */
export function select({ host, functions, stock }: KernelTools): KernelFunc {
  const chooseWords = functions['vectorSelect']!;
  const chooseBytes = functions['vectorSelectBytes']!;
  return kernel<'condition' | 't' | 'e'>((call) => {
    const { condition, t, e } = call.inputs;
    const alike = tf.util.arraysEqual(condition.shape, t.shape) && tf.util.arraysEqual(t.shape, e.shape);
    const choose = t.dtype === 'bool' ? chooseBytes : chooseWords;
    const moved = t.dtype === 'bool' || t.dtype === 'float32' || t.dtype === 'int32';
    if (!moved || e.dtype !== t.dtype || !alike || condition.dtype !== 'bool') return leaveToStock(stock, call);
    const y = host.output(t.shape, t.dtype);
    const count = tf.util.sizeFromShape(t.shape);
    choose(host.pointer(condition), host.pointer(t), host.pointer(e), host.pointer(y), count);
    return y;
  });
}
