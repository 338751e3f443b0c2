import { join } from 'node:path';
import { readData, type DataTable } from '@flowzoo/cli';

/** The rows that a preset's card evaluates on: the last 360 digits, or the validation rows of power-hourly. */
export async function evaluationRows(preset: string, root: string): Promise<DataTable> {
  return preset.endsWith('digits')
    ? readData(join(root, 'data/digits8x8/images.npy'), { rows: { start: -360 } })
    : readData(join(root, 'data/power-hourly/val.npy'));
}
