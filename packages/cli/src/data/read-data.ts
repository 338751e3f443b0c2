import { readFileBytes } from '@flowzoo/core/node';
import type { Recording } from '@flowzoo/layers-autoregressive';
import type { ColumnSelection } from './columns.ts';
import { parseCsv } from './csv.ts';
import { dataFormat } from './data-format.ts';
import { selectTable } from './data-table.ts';
import type { DataTable } from './data-table.ts';
import { decompress } from './gzip.ts';
import { parseIdx } from './idx.ts';
import { parseNpy } from './npy.ts';
import { parsePng } from './png.ts';
import type { RowRange } from './row-range.ts';
import { parseRecording, parseWav } from './wav.ts';

/** Which part of a file {@link readData} reads. */
export interface ReadDataOptions {
  /** Half-open range of rows; all when absent. */
  readonly rows?: RowRange | undefined;
  /** Columns of a table, in this order; all when absent. */
  readonly columns?: ColumnSelection | undefined;
  /** Whether a CSV file begins with names; found out when absent. */
  readonly header?: boolean | undefined;
}

/**
 * Reads numbers from a file whose name tells the format: `.npy`, `.csv`, IDX (`.idx`, `-ubyte`), `.png` or `.wav`, and
 * any of these compressed with gzip (`.gz`). A PNG image is one row `[1, height, width, channels]`, a recording one row
 * `[1, samples]` on [−1, 1].
 *
 * @throws FlowzooError `E_FILE_READ`, `E_DATA_FORMAT` when the file is not what its name says, `E_DATA_EMPTY`,
 * `E_DATA_NOT_FINITE` with row and column, `E_OPTION` for columns that are not there
 *
 * @example
 * const validation = await readData('data/power-hourly/val.npy', { rows: { stop: 100 } });
 * validation.shape; // [100, 6]
 */
export async function readData(path: string, options: ReadDataOptions = {}): Promise<DataTable> {
  const bytes = await readBytes(path);
  const selection = { ...options, path };
  switch (dataFormat(path).kind) {
    case 'csv':
      return parseCsv(bytes, selection);
    case 'npy':
      return selectTable(parseNpy(bytes, path), selection);
    case 'idx':
      return selectTable(parseIdx(bytes, path), selection);
    case 'png':
      return selectTable(parsePng(bytes, path), selection);
    case 'wav':
      return selectTable(parseWav(bytes, path), selection);
  }
}

/** Reads a `.wav` with its sample rate. @throws FlowzooError `E_FILE_READ`, `E_DATA_FORMAT` */
export async function readRecording(path: string): Promise<Recording> {
  return parseRecording(await readBytes(path), path);
}

async function readBytes(path: string): Promise<Uint8Array> {
  const { compressed } = dataFormat(path);
  const stored = await readFileBytes(path);
  return compressed ? decompress(stored, path) : stored;
}
