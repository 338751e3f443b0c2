import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { byteSteps, move, moveAxes } from './move.ts';
import { elementBytes, isMovable } from './movable.ts';

/** `Transpose` by any permutation of axes; where only axes of one element change places, the values are shared. */
export function transpose({ host, functions, stock }: KernelTools): KernelFunc {
  return kernel<'x', { readonly perm: number[] }>((call) => {
    const { x } = call.inputs;
    if (!isMovable(x)) return leaveToStock(stock, call);
    const { perm } = call.attrs;
    const shape = perm.map((axis) => x.shape[axis]!);
    const long = perm.filter((axis) => x.shape[axis] !== 1);
    if (long.every((axis, at) => at === 0 || axis > long[at - 1]!)) return host.share(x, shape);
    const bytes = elementBytes(x.dtype);
    const steps = byteSteps(x.shape, bytes);
    const y = host.output(shape, x.dtype);
    const xSteps = perm.map((axis) => steps[axis]!);
    const axes = moveAxes(shape, xSteps, byteSteps(shape, bytes));
    move(functions, { x: host.pointer(x), y: host.pointer(y), axes, bytes });
    return y;
  });
}
