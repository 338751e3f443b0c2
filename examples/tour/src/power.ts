import { renderSheet, toPng, type DataTable } from '@flowzoo/cli';
import type { FlowModel } from '@flowzoo/core';
import type { Picture } from './page.ts';

const COLUMNS = ['power', 'voltage', 'sub-metering 1', 'sub-metering 2', 'sub-metering 3', 'hour'];
const PAIRS = [
  [5, 0],
  [5, 4],
  [1, 0],
  [4, 0],
] as const;
const SIZE = 96;
const RANGE = 3;

/** Histograms of pairs of columns: real rows above, as many samples below, the same scale for both. */
export async function powerPicture(name: string, flow: FlowModel, data: DataTable): Promise<Picture[]> {
  const count = data.shape[0]!;
  const samples = await flow.sample(count, { seed: 7 });
  const drawn = (await samples.data()) as Float32Array;
  samples.dispose();
  const images = new Float32Array(2 * PAIRS.length * SIZE * SIZE);
  [data.values, drawn].forEach((rows, source) =>
    PAIRS.forEach((pair, index) => {
      images.set(histogram(rows, pair), (source * PAIRS.length + index) * SIZE * SIZE);
    }),
  );
  const shape = [2 * PAIRS.length, SIZE, SIZE];
  const sheet = renderSheet({ shape, values: images }, { scale: 2, imagesPerRow: PAIRS.length });
  const titles = PAIRS.map(([x, y]) => `${COLUMNS[y]} over ${COLUMNS[x]}`).join('; ');
  const caption = `${name}: ${count} real rows above, ${count} samples below. ${titles}`;
  return [{ file: `${name}-pairs.png`, caption, png: toPng(sheet) }];
}

/** Counts on a square grid over ±3 standard deviations, on a logarithmic grey scale in [0, 1]; y upwards. */
function histogram(rows: Float32Array, [x, y]: readonly [number, number]): Float32Array {
  const counts = new Float32Array(SIZE * SIZE);
  const bin = (value: number): number => Math.floor(((value + RANGE) / (2 * RANGE)) * SIZE);
  for (let start = 0; start < rows.length; start += COLUMNS.length) {
    const [i, j] = [bin(rows[start + x]!), bin(rows[start + y]!)];
    if (i >= 0 && i < SIZE && j >= 0 && j < SIZE) counts[(SIZE - 1 - j) * SIZE + i]! += 1;
  }
  return counts.map((count) => Math.min(1, Math.log1p(count) / Math.log(12)));
}
