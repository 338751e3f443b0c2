import { join } from 'node:path';
import { readData, type DataTable } from '@flowzoo/cli';

/** What the name of a preset ends with → the file, from the root of the repository, and its evaluation rows. */
const SOURCES: readonly (readonly [ending: string, file: string, start?: number])[] = [
  ['-digits', 'data/digits8x8/images.npy', -360],
  ['-power-hourly', 'data/power-hourly/val.npy'],
  ['-protein', 'data/protein/val.npy'],
  ['-miniboone-2956', 'data/miniboone/val.npy'],
  ['-binarized-mnist', 'data/mnist/test-binarized-100.npy'],
  ['-mnist', 'data/mnist/test-first-100.npy'],
];

/** Which digits the rows of the digits are; null for other data. */
export async function evaluationLabels(preset: string, root: string): Promise<ArrayLike<number> | null> {
  if (!preset.endsWith('-digits')) return null;
  return (await readData(join(root, 'data/digits8x8/labels.npy'), { rows: { start: -360 } })).values;
}

/** The rows that a preset's card evaluates on; of MNIST only the first hundred are in the repository. */
export async function evaluationRows(preset: string, root: string): Promise<DataTable> {
  const source = SOURCES.find(([ending]) => preset.endsWith(ending));
  if (source === undefined) throw new Error(`the tour has no rows for ${preset}`);
  const [, file, start] = source;
  return readData(join(root, file), start === undefined ? {} : { rows: { start } });
}
