import * as tf from '@tensorflow/tfjs';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { StockBackend } from '../host/stock-backend.ts';
import { kernel } from '../kernels/kernel-group.ts';
import type { StockKernels } from './stock-kernels.ts';

/**
 * log(1 + x), right for small x where the stock kernel loses every digit: x log(u) / (u − 1) with u = 1 + x rounded, and x
 * itself where u is 1.
 */
export function composedLog1p(stock: StockKernels): KernelFunc {
  return kernel<'x'>(({ inputs: { x } }) => {
    const one = stock.constant([1]);
    const u = stock.run('Add', { a: x, b: one });
    const rounded = stock.run('Sub', { a: u, b: one });
    const log = stock.run('Log', { x: u });
    const corrected = stock.run('Multiply', { a: log, b: stock.run('RealDiv', { a: x, b: rounded }) });
    const tiny = stock.run('Equal', { a: u, b: one });
    const finite = stock.run('Less', { a: u, b: stock.constant([Infinity]) });
    const usual = stock.run('Select', { condition: finite, t: corrected, e: log });
    return stock.finish(stock.run('Select', { condition: tiny, t: x, e: usual }));
  });
}

/** The same values without a copy: tensors are immutable, and the stock kernel copies what the tape saves. */
export function sharedIdentity(backend: StockBackend): KernelFunc {
  return kernel<'x'>(({ inputs: { x } }) => {
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
}

/** Sums of rows by their segment, which the stock backend lacks: the product with a one-hot matrix. */
export function composedSegmentSum(stock: StockKernels, product: KernelFunc): KernelFunc {
  return kernel<'x' | 'segmentIds', { readonly numSegments: number }>(({ inputs, backend, attrs }) => {
    const { x, segmentIds } = inputs;
    const { numSegments } = attrs;
    const axes = segmentIds.shape.length;
    const rows = tf.util.sizeFromShape(segmentIds.shape);
    const inner = x.shape.slice(axes);
    const oneHot = { depth: numSegments, onValue: 1, offValue: 0, dtype: 'int32' };
    // The stock kernel writes integers, whatever dtype it is asked for.
    const marks = stock.run('OneHot', { indices: stock.reshape(segmentIds, [rows]) }, oneHot);
    const chosen = stock.run('Cast', { x: marks }, { dtype: 'float32' });
    const flat = stock.reshape(x, [rows, tf.util.sizeFromShape(inner)]);
    const call = { inputs: { a: chosen, b: flat }, backend, attrs: { transposeA: true, transposeB: false } };
    const sums = stock.adopt(product(call as unknown as Parameters<KernelFunc>[0]) as TensorInfo);
    return stock.finish(stock.reshape(sums, [numSegments, ...inner]));
  });
}
