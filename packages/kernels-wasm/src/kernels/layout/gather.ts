import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { elementBytes, isMovable, sizeOf } from './movable.ts';

interface GatherAttributes {
  readonly axis: number;
  readonly batchDims: number;
}

/**
 * `GatherV2` along any axis, with batch axes.
 *
 * @throws Error for an index outside the axis, in tfjs's words
 */
export function gatherV2({ host, functions, stock }: KernelTools): KernelFunc {
  const findOutside = functions['findOutside']!;
  const run = functions['gather']!;
  return kernel<'x' | 'indices', GatherAttributes>((call) => {
    const { x, indices } = call.inputs;
    if (!isMovable(x) || indices.dtype !== 'int32') return leaveToStock(stock, call);
    const axis = tf.util.parseAxisParam(call.attrs.axis, x.shape)[0]!;
    const count = sizeOf(indices);
    const size = x.shape[axis]!;
    const outside = findOutside(host.pointer(indices), count, size);
    if (outside >= 0) {
      const index = host.view(indices)[outside];
      throw new Error(`GatherV2: the index value ${index} is not in [0, ${size - 1}]`);
    }
    const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(
      x as tf.Tensor,
      indices as tf.Tensor,
      axis,
      call.attrs.batchDims ?? 0,
    );
    const y = host.output(info.outputShape, x.dtype);
    if (sizeOf(y) === 0) return y;
    run(
      host.pointer(x),
      host.pointer(indices),
      host.pointer(y),
      info.batchSize,
      info.outerSize,
      count / info.batchSize,
      size,
      info.sliceSize * elementBytes(x.dtype),
    );
    return y;
  });
}
