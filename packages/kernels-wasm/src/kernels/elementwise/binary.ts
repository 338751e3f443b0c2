import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { kernel, leaveToStock, type KernelTools } from '../kernel-group.ts';
import { joinedAxes, type Axis } from './broadcast.ts';

const ALONE: Axis = { size: 1, a: 0, b: 0 };

/** Options of {@link binary}. */
export interface BinaryOptions {
  /** Dtype of the result; `bool` for comparisons. Default: `float32`. */
  readonly result?: 'float32' | 'bool';
}

/**
 * A float32 function of two tensors with tfjs's broadcasting:
 * `functions[name](a, b, y, rows, columns, aRow, bRow, aColumn, bColumn)`. Other dtypes stay with tfjs.
 */
export function binary(name: string, options: BinaryOptions = {}): (tools: KernelTools) => KernelFunc {
  const result = options.result ?? 'float32';
  const resultBytes = result === 'bool' ? 1 : 4;
  return ({ host, functions, stock }) => {
    const run = functions[name]!;
    return kernel<'a' | 'b'>((call) => {
      const { a, b } = call.inputs;
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return leaveToStock(stock, call);
      const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
      const y = host.output(shape, result);
      if (tf.util.sizeFromShape(shape) === 0) return y;
      const axes = joinedAxes(a.shape, b.shape, shape);
      const [column, row, ...outer] = [axes[0] ?? ALONE, axes[1] ?? ALONE, ...axes.slice(2)];
      const block = column.size * row.size * resultBytes;
      const runBlocks = (level: number, from: { a: number; b: number; y: number }): void => {
        const axis = outer[level];
        if (axis === undefined) {
          run(from.a, from.b, from.y, row.size, column.size, row.a, row.b, column.a, column.b);
          return;
        }
        const yStep = outer.slice(0, level + 1).reduce((bytes, { size }) => bytes * size, block) / axis.size;
        for (let i = 0; i < axis.size; i++) {
          runBlocks(level - 1, { a: from.a + 4 * i * axis.a, b: from.b + 4 * i * axis.b, y: from.y + i * yStep });
        }
      };
      runBlocks(outer.length - 1, { a: host.pointer(a), b: host.pointer(b), y: host.pointer(y) });
      return y;
    });
  };
}
