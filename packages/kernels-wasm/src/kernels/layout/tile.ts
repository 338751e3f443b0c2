import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { byteSteps, move } from './move.ts';
import { elementBytes, isMovable } from './movable.ts';

/** `Tile`: every axis becomes two, a repeated one that does not advance in x, and its own. */
export function tile({ host, functions, stock }: KernelTools): KernelFunc {
  return kernel<'x', { readonly reps: number[] }>((call) => {
    const { x } = call.inputs;
    if (!isMovable(x)) return leaveToStock(stock, call);
    const { reps } = call.attrs;
    if (reps.every((count) => count === 1)) return host.share(x);
    const shape = x.shape.map((count, axis) => count * reps[axis]!);
    const bytes = elementBytes(x.dtype);
    const [xSteps, ySteps] = [byteSteps(x.shape, bytes), byteSteps(shape, bytes)];
    const y = host.output(shape, x.dtype);
    const axes = x.shape.flatMap((count, axis) => [
      { count: reps[axis]!, xStep: 0, yStep: count * ySteps[axis]! },
      { count, xStep: xSteps[axis]!, yStep: ySteps[axis]! },
    ]);
    move(functions, { x: host.pointer(x), y: host.pointer(y), axes, bytes });
    return y;
  });
}
