import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { byteSteps, move, moveAxes } from './move.ts';
import { elementBytes, isMovable, sizeOf } from './movable.ts';

/** `Reverse` along any axes: it reads from their ends, with negative steps. */
export function reverse({ host, functions, stock }: KernelTools): KernelFunc {
  return kernel<'x', { readonly dims: number | number[] }>((call) => {
    const { x } = call.inputs;
    if (!isMovable(x)) return leaveToStock(stock, call);
    if (x.shape.length === 0) return host.share(x);
    const reversed = new Set(tf.util.parseAxisParam(call.attrs.dims, x.shape));
    const bytes = elementBytes(x.dtype);
    const steps = byteSteps(x.shape, bytes);
    const y = host.output(x.shape, x.dtype);
    if (sizeOf(x) === 0) return y;
    let from = host.pointer(x);
    for (const axis of reversed) from += (x.shape[axis]! - 1) * steps[axis]!;
    const xSteps = steps.map((step, axis) => (reversed.has(axis) ? -step : step));
    move(functions, { x: from, y: host.pointer(y), axes: moveAxes(x.shape, xSteps, steps), bytes });
    return y;
  });
}
