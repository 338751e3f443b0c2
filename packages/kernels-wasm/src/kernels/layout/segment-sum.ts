import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel, type KernelTools } from '../kernel-group.ts';
import { byteSteps, move, moveAxes } from './move.ts';
import { isMovable, sizeOf } from './movable.ts';

/**
 * `UnsortedSegmentSum`, the gradient of a gather, which tfjs's wasm backend lacks: y[s] = Σ x[i] over the i whose
 * segmentIds[i] is s. Ids outside 0 … numSegments − 1 add nothing. Sums are made in float64, in the order of i, and rounded
 * once. A NaN or an infinity reaches its own segment only (the cpu backend multiplies by masks and spreads it to all).
 *
 * Ids may have more axes than one, or other sizes that broadcast against x, with the meaning that the cpu backend gives
 * them. The result is float32 for every dtype of x.
 */
export function unsortedSegmentSum(tools: KernelTools): KernelFunc {
  const { host, functions } = tools;
  return kernel<'x' | 'segmentIds', { readonly numSegments: number }>((call) => {
    const { x, segmentIds } = call.inputs;
    const { numSegments } = call.attrs;
    if (!isMovable(x) || segmentIds.dtype !== 'int32')
      throw new Error(`unsortedSegmentSum takes numbers and int32 ids, not ${x.dtype} and ${segmentIds.dtype}`);
    const idsShape = segmentIds.shape.toSpliced(1, 0, ...onesBeside(x, segmentIds));
    const shape = tf.backend_util.assertAndGetBroadcastShape(idsShape, x.shape);
    const [count, ...inner] = shape;
    if (count === undefined) throw new Error('unsortedSegmentSum needs at least one axis');
    const y = host.output([numSegments, ...inner]);
    const size = tf.util.sizeFromShape(inner);
    if (count * size * numSegments === 0) {
      host.view(y).fill(0);
      return y;
    }
    const floats = x.dtype === 'float32' ? x : toFloat(tools, x);
    const rowsOnly = idsShape.every((each, axis) => each === (axis === 0 ? count : 1));
    if (rowsOnly && sizeOf(x) === count * size) {
      const ids = host.pointer(segmentIds);
      const most = functions['segmentCount']!(ids, count, host.scratch(4 * numSegments), numSegments);
      if (most <= 2) functions['segmentSumFew']!(host.pointer(floats), ids, host.pointer(y), count, size, numSegments);
      else {
        const sums = host.scratch(8 * numSegments * size);
        functions['segmentSum']!(host.pointer(floats), ids, host.pointer(y), sums, count, size, numSegments);
      }
    } else {
      const bytes = 4 * count * size;
      const sums = host.scratch(8 * numSegments * size + 2 * bytes);
      const wideX = sums + 8 * numSegments * size;
      widen(tools, floats, x.shape, shape, wideX);
      widen(tools, segmentIds, idsShape, shape, wideX + bytes);
      functions['segmentSumEach']!(wideX, wideX + bytes, host.pointer(y), sums, count, size, numSegments);
    }
    if (floats !== x) host.backend.disposeData(floats.dataId);
    return y;
  });
}

/** Axes of one element that the ids get behind their first, until they have as many as x. */
function onesBeside(x: TensorInfo, ids: TensorInfo): number[] {
  return Array.from({ length: Math.max(0, x.shape.length - ids.shape.length) }, () => 1);
}

function toFloat({ host, functions }: KernelTools, x: TensorInfo): TensorInfo {
  const floats = host.output(x.shape);
  const convert = functions[x.dtype === 'bool' ? 'boolToFloat' : 'intToFloat']!;
  convert(host.pointer(x), host.pointer(floats), sizeOf(x));
  return floats;
}

/** Writes a tensor, broadcast from `from` to `shape`, to `place`. */
function widen(
  { host, functions }: KernelTools,
  tensor: TensorInfo,
  from: readonly number[],
  shape: readonly number[],
  place: number,
): void {
  const steps = byteSteps(from, 4);
  const behind = shape.length - from.length;
  const xSteps = shape.map((_, axis) => ((from[axis - behind] ?? 1) === 1 ? 0 : steps[axis - behind]!));
  move(functions, {
    x: host.pointer(tensor),
    y: place,
    axes: moveAxes(shape, xSteps, byteSteps(shape, 4)),
    bytes: 4,
  });
}
