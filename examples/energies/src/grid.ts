import * as tf from '@tensorflow/tfjs';

/** Cells of a square about the origin; rows of the grid go from the top down, as in a picture. */
export interface Grid {
  /** The square is [−reach, reach]². */
  readonly reach: number;
  /** Cells per side. */
  readonly size: number;
}

/** Where all four energies have all of their mass, to 1e-8: cells of 0.05. */
export const QUADRATURE: Grid = { reach: 6.5, size: 260 };

/** Points whose densities are in memory at once. */
const BATCH = 8192;

/** Values of a log-density at the centres of the cells. */
export async function onGrid(logDensity: (x: tf.Tensor) => tf.Tensor, grid: Grid): Promise<Float64Array> {
  const points = centres(grid);
  const cells = grid.size ** 2;
  const values = new Float64Array(cells);
  for (let start = 0; start < cells; start += BATCH) {
    const end = Math.min(start + BATCH, cells);
    const batch = tf.tidy(() =>
      tf.clone(logDensity(tf.tensor2d(points.subarray(2 * start, 2 * end), [end - start, 2]))),
    );
    values.set(await batch.data(), start);
    batch.dispose();
  }
  return values;
}

/** ∫ f over the grid, from the values at the centres, by the midpoint rule. */
export function integrate(values: Float64Array, grid: Grid): number {
  const cell = (2 * grid.reach) / grid.size;
  return values.reduce((sum, value) => sum + value, 0) * cell * cell;
}

function centres({ reach, size }: Grid): Float32Array {
  const at = (index: number): number => ((2 * index + 1) / size - 1) * reach;
  const points = new Float32Array(2 * size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      points.set([at(column), -at(row)], 2 * (row * size + column));
    }
  }
  return points;
}
