import * as tf from '@tensorflow/tfjs';
import { FlowzooError, formatShape, sizeOf } from '@flowzoo/core';
import { parseRowRange, readData, writeData, type DataTable } from './data/index.ts';
import type { Terminal } from './terminal.ts';

/** Reads a data file, or the rows of it that were asked for. */
export async function readTable(path: string, rows?: string): Promise<DataTable> {
  return readData(path, rows === undefined ? {} : { rows: parseRowRange(rows) });
}

/** A table as a tensor; the caller disposes. */
export function toTensor(table: DataTable): tf.Tensor {
  return tf.tensor(table.values, [...table.shape]);
}

/** The context of a command: one row per row of data, or one for all. The caller disposes. @throws E_CONTEXT */
export async function readContext(path: string | undefined, rows: number): Promise<tf.Tensor | undefined> {
  if (path === undefined) return undefined;
  const table = await readTable(path);
  if (table.shape[0] === rows) return toTensor(table);
  if (table.shape[0] === 1) return tf.tidy(() => tf.tile(toTensor(table), [rows, 1]));
  throw new FlowzooError('E_CONTEXT', 'the context needs one row per row of data, or one for all', {
    at: path,
    expected: `[${rows}, …] or [1, …]`,
    found: formatShape(table.shape),
  });
}

/** How results are written. */
export interface WriteOptions {
  /** A file, or undefined for CSV on standard output. */
  readonly out: string | undefined;
  readonly imageShape?: readonly number[] | undefined;
  readonly levels?: number | undefined;
  /** Names of columns, for tables. */
  readonly columns?: readonly string[] | undefined;
}

/** Writes a tensor whose first axis counts rows, and consumes it. @throws E_FILE_WRITE, E_DATA_FORMAT */
export async function writeTensor(tensor: tf.Tensor, options: WriteOptions, terminal: Terminal): Promise<void> {
  const values = (await tensor.data()).slice() as Float32Array;
  const shape = [...tensor.shape];
  tensor.dispose();
  const { out, columns, imageShape, levels } = options;
  if (out === undefined) {
    const width = sizeOf(shape.slice(1));
    for (let start = 0; start < values.length; start += width) {
      terminal.out(Array.from(values.subarray(start, start + width), String).join(','));
    }
    return;
  }
  const table = { shape: out.includes('.csv') ? [shape[0]!, sizeOf(shape.slice(1))] : shape, values };
  const sheet = { imageShape: shape.length === 2 ? imageShape : undefined, levels };
  await writeData(out, columns === undefined ? table : { ...table, columns }, { sheet });
}
