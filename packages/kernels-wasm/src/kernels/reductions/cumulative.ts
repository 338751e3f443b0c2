import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { sizeOf } from '../layout/movable.ts';

interface CumulativeAttributes {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/** `Cumsum` of floats along any axis: every result is the float64 sum of what comes before it, rounded once. */
export function cumsum(tools: KernelTools): KernelFunc {
  return cumulative(tools, 0);
}

/** `Cumprod` of floats along any axis: every result is the float64 product of what comes before it, rounded once. */
export function cumprod(tools: KernelTools): KernelFunc {
  return cumulative(tools, 1);
}

function cumulative({ host, functions, stock }: KernelTools, product: 0 | 1): KernelFunc {
  const along = functions['cumulateAlong']!;
  const across = functions['cumulateAcross']!;
  return kernel<'x', CumulativeAttributes>((call) => {
    const { x } = call.inputs;
    if (x.dtype !== 'float32' || x.shape.length === 0) return leaveToStock(stock, call);
    const axis = tf.util.parseAxisParam(call.attrs.axis, x.shape)[0]!;
    const y = host.output(x.shape);
    if (sizeOf(x) === 0) return y;
    const count = x.shape[axis]!;
    const outer = tf.util.sizeFromShape(x.shape.slice(0, axis));
    const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
    const first = call.attrs.reverse ? 4 * inner * (count - 1) : 0;
    const step = call.attrs.reverse ? -4 * inner : 4 * inner;
    const [from, to] = [host.pointer(x) + first, host.pointer(y) + first];
    const exclusive = call.attrs.exclusive ? 1 : 0;
    if (inner === 1) along(from, to, outer, 4 * count, count, step, product, exclusive);
    else across(from, to, outer, 4 * count * inner, count, step, inner, product, exclusive);
    return y;
  });
}
