import { FlowzooError } from '@flowzoo/core';
import { writeFileAtomically } from '@flowzoo/core/node';
import { formatCsv } from './csv.ts';
import { dataFormat } from './data-format.ts';
import { elementCount } from './data-table.ts';
import type { DataValues } from './data-table.ts';
import { compress } from './gzip.ts';
import { formatIdx } from './idx.ts';
import { formatNpy } from './npy.ts';
import { toPng } from './png.ts';
import { renderSheet } from './sheet.ts';
import type { SheetOptions } from './sheet.ts';
import { formatWav } from './wav.ts';

/** How {@link writeData} draws a `.png` and plays a `.wav`; the other formats have no options. */
export interface WriteDataOptions {
  readonly sheet?: SheetOptions | undefined;
  /** Samples per second of a `.wav`, which cannot be written without. */
  readonly sampleRate?: number | undefined;
}

/**
 * Writes numbers to a file whose name tells the format: `.npy` (float32), `.csv` (a header and the shortest decimals
 * that read back as the same float32), IDX (integers from 0 to 255), `.png` (a sheet of the images), `.wav` (all rows
 * one after another, 16 bits); with a further `.gz`, compressed. The same table gives the same bytes. The file is replaced at once or not at all.
 *
 * @throws FlowzooError `E_DATA_FORMAT` for a name with another ending or values that the format cannot hold,
 * `E_EVENT_SHAPE` and `E_OPTION` for a sheet, `E_FILE_WRITE`
 *
 * @example
 * await writeData('out/samples.png', { shape: [16, 64], values }, { sheet: { imageShape: [8, 8], levels: 17 } });
 */
export async function writeData(path: string, table: DataValues, options: WriteDataOptions = {}): Promise<void> {
  await writeFileAtomically(path, formatData(path, table, options));
}

/** The bytes that {@link writeData} writes. */
export function formatData(path: string, table: DataValues, options: WriteDataOptions = {}): Uint8Array {
  if (table.shape.length === 0 || elementCount(table.shape) !== table.values.length) {
    throw new FlowzooError('E_DATA_FORMAT', 'the values do not fill the shape', {
      at: path,
      expected: `${elementCount(table.shape)} values for shape [${table.shape.join(', ')}]`,
      found: `${table.values.length}`,
    });
  }
  const format = dataFormat(path);
  const bytes = formatAs(format.kind, { path, table, options });
  return format.compressed ? compress(bytes) : bytes;
}

function formatAs(
  kind: ReturnType<typeof dataFormat>['kind'],
  { path, table, options }: { path: string; table: DataValues; options: WriteDataOptions },
): Uint8Array {
  switch (kind) {
    case 'npy':
      return formatNpy(table);
    case 'csv':
      return formatCsv(table);
    case 'idx':
      return formatIdx(table, path);
    case 'png':
      return toPng(renderSheet(table, options.sheet));
    case 'wav':
      return formatWav(table, options.sampleRate, path);
  }
}
