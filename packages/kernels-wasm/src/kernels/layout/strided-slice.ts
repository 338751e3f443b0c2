import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { byteSteps, move, moveAxes } from './move.ts';
import { elementBytes, isMovable } from './movable.ts';
import { takeBlock } from './slice.ts';

interface StridedSliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/**
 * `StridedSlice` with all its masks. tfjs's own kernel calls every result with a stride float32, and where an axis is shrunk
 * away beside one with a stride, it and the cpu backend take the steps of the wrong axes; here both are right.
 */
export function stridedSlice(tools: KernelTools): KernelFunc {
  const { host, functions, stock } = tools;
  return kernel<'x', StridedSliceAttributes>((call) => {
    const { x } = call.inputs;
    if (!isMovable(x)) return leaveToStock(stock, call);
    const { attrs } = call;
    const info = tf.slice_util.sliceInfo(
      x.shape,
      attrs.begin,
      attrs.end,
      attrs.strides,
      attrs.beginMask,
      attrs.endMask,
      attrs.ellipsisMask,
      attrs.newAxisMask,
      attrs.shrinkAxisMask,
    );
    if (info.isIdentity) return host.share(x, info.finalShape);
    if (info.sliceDim0 || info.isSimpleSlice) {
      // A range that ends before it begins is empty; the cpu backend fails there.
      const size = tf.slice_util.computeOutShape(info.begin, info.end, info.strides).map((count) => Math.max(count, 0));
      return takeBlock(tools, x, { begin: info.begin, size }, info.finalShape);
    }
    const bytes = elementBytes(x.dtype);
    const steps = byteSteps(x.shape, bytes);
    const y = host.output(info.finalShape, x.dtype);
    // Shrunk axes are missing in the shapes of `info`, but not in its ranges; they hold one element.
    const shape = info.strides.map((stride, axis) =>
      Math.max(0, Math.ceil((info.end[axis]! - info.begin[axis]!) / stride)),
    );
    const from = info.begin.reduce((sum, at, axis) => sum + at * steps[axis]!, host.pointer(x));
    const xSteps = info.strides.map((stride, axis) => stride * steps[axis]!);
    const axes = moveAxes(shape, xSteps, byteSteps(shape, bytes));
    move(functions, { x: from, y: host.pointer(y), axes, bytes });
    return y;
  });
}
