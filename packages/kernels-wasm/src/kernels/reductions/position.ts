import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { sizeOf } from '../layout/movable.ts';

/** `ArgMax` of floats along any axis: the first of equals. A NaN is passed over unless it comes first, as on cpu. */
export function argMax(tools: KernelTools): KernelFunc {
  return position(tools, 0);
}

/** `ArgMin` of floats along any axis, with the rules of {@link argMax}. */
export function argMin(tools: KernelTools): KernelFunc {
  return position(tools, 1);
}

function position({ host, functions, stock }: KernelTools, smallest: 0 | 1): KernelFunc {
  const runs = functions['positionRuns']!;
  const rows = functions['positionRows']!;
  return kernel<'x', { readonly axis: number | number[] }>((call) => {
    const { x } = call.inputs;
    const axes = tf.util.parseAxisParam(call.attrs.axis, x.shape);
    if (x.dtype !== 'float32' || axes.length !== 1 || sizeOf(x) === 0) return leaveToStock(stock, call);
    const axis = axes[0]!;
    const outer = tf.util.sizeFromShape(x.shape.slice(0, axis));
    const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
    const count = x.shape[axis]!;
    const y = host.output(x.shape.toSpliced(axis, 1), 'int32');
    if (inner === 1) runs(host.pointer(x), host.pointer(y), outer, count, smallest);
    else rows(host.pointer(x), host.pointer(y), outer, count, inner, smallest);
    return y;
  });
}
