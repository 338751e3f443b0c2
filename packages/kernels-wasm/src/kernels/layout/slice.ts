import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { byteSteps, move, moveAxes } from './move.ts';
import { elementBytes, isMovable } from './movable.ts';

/** Where a block begins in a tensor and how large it is, for each axis. */
export interface Block {
  readonly begin: readonly number[];
  readonly size: readonly number[];
}

/** A block of x as a new tensor of shape `shape`; all of x is shared, not copied. */
export function takeBlock(
  { host, functions }: KernelTools,
  x: TensorInfo,
  { begin, size }: Block,
  shape: readonly number[] = size,
): TensorInfo {
  if (size.every((count, axis) => count === x.shape[axis])) return host.share(x, shape);
  const bytes = elementBytes(x.dtype);
  const steps = byteSteps(x.shape, bytes);
  const y = host.output(shape, x.dtype);
  const offset = begin.reduce((sum, at, axis) => sum + at * steps[axis]!, 0);
  move(functions, {
    x: host.pointer(x) + offset,
    y: host.pointer(y),
    axes: moveAxes(size, steps, byteSteps(size, bytes)),
    bytes,
  });
  return y;
}

/** `Slice` along any axes. */
export function slice(tools: KernelTools): KernelFunc {
  return kernel<'x', { readonly begin: number | number[]; readonly size: number | number[] }>((call) => {
    const { x } = call.inputs;
    if (!isMovable(x)) return leaveToStock(tools.stock, call);
    const parsed = tf.slice_util.parseSliceParams(x as tf.Tensor, call.attrs.begin, call.attrs.size);
    const [begin, size] = parsed as [number[], number[]];
    tf.slice_util.assertParamsValid(x as tf.Tensor, begin, size);
    tf.util.assert(
      begin.every((at) => at >= 0),
      () => `Error in slice${x.shape.length}D: begin [${begin.join()}] must not be negative.`,
    );
    return takeBlock(tools, x, { begin, size });
  });
}

/** `SplitV`: consecutive blocks along one axis. */
export function splitV(tools: KernelTools): KernelFunc {
  return kernel<'x', { readonly numOrSizeSplits: number | number[]; readonly axis: number }>((call) => {
    const { x } = call.inputs;
    if (!isMovable(x)) return leaveToStock(tools.stock, call);
    const axis = tf.util.parseAxisParam(call.attrs.axis, x.shape)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, call.attrs.numOrSizeSplits, axis);
    let at = 0;
    return sizes.map((count) => {
      const block = {
        begin: x.shape.map((_, each) => (each === axis ? at : 0)),
        size: x.shape.with(axis, count),
      };
      at += count;
      return takeBlock(tools, x, block);
    });
  });
}

/** `Unpack`: the slices along one axis, without that axis. */
export function unpack(tools: KernelTools): KernelFunc {
  return kernel<'value', { readonly axis: number }>((call) => {
    const { value } = call.inputs;
    if (!isMovable(value)) return leaveToStock(tools.stock, call);
    const axis = tf.util.parseAxisParam(call.attrs.axis, value.shape)[0]!;
    const shape = value.shape.toSpliced(axis, 1);
    const size = value.shape.with(axis, 1);
    return Array.from({ length: value.shape[axis]! }, (_, at) => {
      const begin = value.shape.map((__, each) => (each === axis ? at : 0));
      return takeBlock(tools, value, { begin, size }, shape);
    });
  });
}
