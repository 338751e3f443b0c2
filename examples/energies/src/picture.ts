import { renderSheet, toPng } from '@flowzoo/cli';
import type { FlowModel } from '@flowzoo/core';
import type { Energy } from './energies.ts';
import { onGrid, type Grid } from './grid.ts';

/** A little more than the [−4, 4]² of the paper, because U3 and U4 reach out of it at the bottom. */
const SHOWN: Grid = { reach: 5, size: 160 };

/** One row of a picture: an energy, and flows that were fitted to it. */
export interface PictureRow {
  readonly energy: Energy;
  readonly logNormalizer: number;
  readonly flows: readonly FlowModel[];
}

/** Densities as pictures in a PNG: the truth on the left and the flows beside it, one row per energy. */
export async function densityPicture(rows: readonly PictureRow[]): Promise<Uint8Array> {
  const images: Float64Array[] = [];
  for (const { energy, logNormalizer, flows } of rows) {
    const truth = (await onGrid(energy.logDensity, SHOWN)).map((value) => Math.exp(value - logNormalizer));
    // One scale for a row, so that a flow that is too thin looks bright, and one that is too wide pale.
    const brightest = truth.reduce((a, b) => Math.max(a, b));
    const densities = [truth];
    for (const flow of flows) densities.push((await onGrid((x) => flow.logProb(x), SHOWN)).map(Math.exp));
    images.push(...densities.map((values) => values.map((value) => Math.min(1, value / brightest))));
  }
  const cells = SHOWN.size ** 2;
  const values = new Float32Array(images.length * cells);
  images.forEach((image, index) => values.set(image, index * cells));
  const sheet = { shape: [images.length, SHOWN.size, SHOWN.size], values };
  return toPng(renderSheet(sheet, { scale: 1, imagesPerRow: images.length / rows.length, gap: 4 }));
}
