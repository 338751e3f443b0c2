import { logAbsDeterminant, matrixOf } from '@flowzoo/core';

const STEP = 1e-6;

/** log|det ∂f/∂x| from central differences and an LU decomposition, in float64. */
export function numericLogDet(map: (x: Float64Array) => Float64Array, x: Float64Array): number {
  const size = x.length;
  const values = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    const moved = (by: number): Float64Array => map(x.map((value, i) => (i === column ? value + by : value)));
    const [above, below] = [moved(STEP), moved(-STEP)];
    for (let row = 0; row < size; row++) values[row * size + column] = (above[row]! - below[row]!) / (2 * STEP);
  }
  return logAbsDeterminant(matrixOf({ rows: size, columns: size, values })).logAbs;
}
