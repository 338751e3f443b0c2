import type { Dependence } from '../orders/dependence.ts';

/** The mask of a layer from the features: [j, u] is 1 where a unit of the class of u sees feature j. */
export function featureMask(dependence: Dependence, classes: ArrayLike<number>, repeat = 1): Uint8Array {
  return maskOf(dependence.size, classes, { repeat, admits: (j, unit) => dependence.sees(unit, j) });
}

/** The mask between hidden layers, and to the outputs: [u, v] is 1 where all that u sees is seen by v. */
export function unitMask(
  dependence: Dependence,
  inner: ArrayLike<number>,
  outer: ArrayLike<number>,
  repeat = 1,
): Uint8Array {
  return maskOf(inner.length, outer, { repeat, admits: (u, unit) => dependence.contains(unit, inner[u]!) });
}

/** Rows of a mask, the columns of one feature's parameters side by side. */
function maskOf(
  rows: number,
  columns: ArrayLike<number>,
  options: { readonly repeat: number; readonly admits: (row: number, column: number) => boolean },
): Uint8Array {
  const { repeat, admits } = options;
  const width = columns.length * repeat;
  const mask = new Uint8Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns.length; column++) {
      if (!admits(row, columns[column]!)) continue;
      const start = row * width + column * repeat;
      mask.fill(1, start, start + repeat);
    }
  }
  return mask;
}
