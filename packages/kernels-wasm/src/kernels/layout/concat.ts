import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { byteSteps, move, moveAxes } from './move.ts';
import { elementBytes, isMovable, sizeOf } from './movable.ts';

/** The tensors one after the other along `axis`, as a new tensor of shape `shape`. All dtypes are the first one's. */
function join(
  { host, functions }: KernelTools,
  parts: readonly TensorInfo[],
  axis: number,
  shape: readonly number[],
): TensorInfo {
  const whole = parts[0]!.shape.with(
    axis,
    parts.reduce((sum, part) => sum + part.shape[axis]!, 0),
  );
  const filled = parts.filter((part) => sizeOf(part) > 0);
  if (filled.length === 1) return host.share(filled[0]!, shape);
  const { dtype } = parts[0]!;
  const bytes = elementBytes(dtype);
  const y = host.output(shape, dtype);
  const ySteps = byteSteps(whole, bytes);
  let to = host.pointer(y);
  for (const part of filled) {
    const axes = moveAxes(part.shape, byteSteps(part.shape, bytes), ySteps);
    move(functions, { x: host.pointer(part), y: to, axes, bytes });
    to += part.shape[axis]! * ySteps[axis]!;
  }
  return y;
}

/** The tensors of a call with a list of inputs, or null when they are not all elements of one kind on the heap. */
function joinable(inputs: unknown): readonly TensorInfo[] | null {
  const parts = Object.values(inputs as Record<string, TensorInfo>);
  return parts.every((part) => isMovable(part) && part.dtype === parts[0]!.dtype) ? parts : null;
}

/** `Concat` along any axis. */
export function concat(tools: KernelTools): KernelFunc {
  return kernel<string, { readonly axis: number }>((call) => {
    const parts = joinable(call.inputs);
    if (parts === null) return leaveToStock(tools.stock, call);
    const axis = tf.util.parseAxisParam(call.attrs.axis, parts[0]!.shape)[0]!;
    const shapes = parts.map(({ shape }) => shape);
    tf.backend_util.assertParamsConsistent(shapes, axis);
    return join(tools, parts, axis, tf.backend_util.computeOutShape(shapes, axis));
  });
}

/** `Pack`: tensors of one shape side by side along a new axis. */
export function pack(tools: KernelTools): KernelFunc {
  return kernel<string, { readonly axis: number }>((call) => {
    const parts = joinable(call.inputs);
    if (parts === null) return leaveToStock(tools.stock, call);
    const { shape } = parts[0]!;
    for (const part of parts) {
      tf.util.assertShapesMatch(shape, part.shape, 'All tensors passed to stack must have matching shapes');
    }
    const axis = call.attrs.axis < 0 ? call.attrs.axis + shape.length + 1 : call.attrs.axis;
    const expanded = shape.toSpliced(axis, 0, 1);
    const views = parts.map((part) => ({ ...part, dataId: part.dataId, shape: expanded }));
    return join(tools, views, axis, expanded.with(axis, parts.length));
  });
}
