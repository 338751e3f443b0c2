import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { byteSteps, move, moveAxes } from './move.ts';
import { elementBytes, isMovable } from './movable.ts';

interface PadAttributes {
  readonly paddings: readonly (readonly [number, number])[];
  readonly constantValue: number;
}

/** `PadV2`: the constant everywhere, then x into its middle. */
export function pad({ host, functions, stock }: KernelTools): KernelFunc {
  return kernel<'x', PadAttributes>((call) => {
    const { x } = call.inputs;
    const { paddings, constantValue } = call.attrs;
    if (!isMovable(x) || paddings.some(([before, after]) => before < 0 || after < 0)) return leaveToStock(stock, call);
    const shape = x.shape.map((count, axis) => paddings[axis]![0] + count + paddings[axis]![1]);
    const bytes = elementBytes(x.dtype);
    const ySteps = byteSteps(shape, bytes);
    const y = host.output(shape, x.dtype);
    host.view(y).fill(constantValue);
    const to = paddings.reduce((sum, [before], axis) => sum + before * ySteps[axis]!, host.pointer(y));
    const axes = moveAxes(x.shape, byteSteps(x.shape, bytes), ySteps);
    move(functions, { x: host.pointer(x), y: to, axes, bytes });
    return y;
  });
}
