import * as cast from './layout/cast';
import { firstOutside, gatherRuns, gatherWords } from './layout/gather';
import { copyBytes, copyRows, copyWords } from './layout/runs';
import { addElements, addRows, addRowsInDouble, largestCount, roundSums } from './layout/segment-sum';
import { transposeMatrix } from './layout/transpose';

// The moves take two outer axes (counts n0, n1 ≥ 1; steps in bytes), then the two inner ones. Counts are never 0.

/** Runs of `bytes` contiguous bytes. */
export function moveRuns(
  x: usize, y: usize, n0: i32, x0: usize, y0: usize, n1: i32, x1: usize, y1: usize,
  rows: i32, xRow: usize, yRow: usize, bytes: usize,
): void {
  do {
    let xs = x;
    let ys = y;
    let n = n1;
    do {
      copyRows(xs, ys, rows, xRow, yRow, bytes);
      xs += x1;
      ys += y1;
    } while (--n);
    x += x0;
    y += y0;
  } while (--n0);
}

/** Single elements of 4 bytes, whatever the steps. */
export function moveWords(
  x: usize, y: usize, n0: i32, x0: usize, y0: usize, n1: i32, x1: usize, y1: usize,
  rows: i32, xRow: usize, yRow: usize, count: i32, xStep: usize, yStep: usize,
): void {
  do {
    let xs = x;
    let ys = y;
    let n = n1;
    do {
      let xr = xs;
      let yr = ys;
      let r = rows;
      do {
        copyWords(xr, yr, count, xStep, yStep);
        xr += xRow;
        yr += yRow;
      } while (--r);
      xs += x1;
      ys += y1;
    } while (--n);
    x += x0;
    y += y0;
  } while (--n0);
}

/** Single elements of 1 byte, whatever the steps. */
export function moveBytes(
  x: usize, y: usize, n0: i32, x0: usize, y0: usize, n1: i32, x1: usize, y1: usize,
  rows: i32, xRow: usize, yRow: usize, count: i32, xStep: usize, yStep: usize,
): void {
  do {
    let xs = x;
    let ys = y;
    let n = n1;
    do {
      let xr = xs;
      let yr = ys;
      let r = rows;
      do {
        copyBytes(xr, yr, count, xStep, yStep);
        xr += xRow;
        yr += yRow;
      } while (--r);
      xs += x1;
      ys += y1;
    } while (--n);
    x += x0;
    y += y0;
  } while (--n0);
}

/** Matrices of 4-byte elements, transposed. */
export function moveTransposed(
  x: usize, y: usize, n0: i32, x0: usize, y0: usize, n1: i32, x1: usize, y1: usize,
  rows: i32, columns: i32, xRow: usize, yRow: usize,
): void {
  do {
    let xs = x;
    let ys = y;
    let n = n1;
    do {
      transposeMatrix(xs, ys, rows, columns, xRow, yRow);
      xs += x1;
      ys += y1;
    } while (--n);
    x += x0;
    y += y0;
  } while (--n0);
}

/** Position of the first index outside 0 … size − 1, or −1. */
export function findOutside(indices: usize, count: i32, size: i32): i32 {
  return firstOutside(indices, count, size);
}

/** y[b][o][j] = x[b][o][indices[b][j]], each a run of `bytes` bytes; `size` of them on the axis of x. */
export function gather(
  x: usize, indices: usize, y: usize, batches: i32, outer: i32, count: i32, size: i32, bytes: usize,
): void {
  do {
    let o = outer;
    do {
      if (bytes == 4) gatherWords(x, indices, y, count);
      else gatherRuns(x, indices, y, count, bytes);
      x += <usize>size * bytes;
      y += <usize>count * bytes;
    } while (--o);
    indices += (<usize>count) << 2;
  } while (--batches);
}

/** Largest number of rows in one segment; `counts` is zeroed working memory, one int32 a segment. */
export function segmentCount(ids: usize, count: i32, counts: usize, segments: i32): i32 {
  memory.fill(counts, 0, (<usize>segments) << 2);
  return largestCount(ids, count, counts, segments);
}

/** Sums of rows by segment, no more than two rows in any. */
export function segmentSumFew(x: usize, ids: usize, y: usize, count: i32, size: i32, segments: i32): void {
  memory.fill(y, 0, (<usize>segments * <usize>size) << 2);
  addRows(x, ids, y, count, size, segments);
}

/** Sums of rows by segment; `sums` is working memory, one float64 for each number of y. */
export function segmentSum(x: usize, ids: usize, y: usize, sums: usize, count: i32, size: i32, segments: i32): void {
  memory.fill(sums, 0, (<usize>segments * <usize>size) << 3);
  addRowsInDouble(x, ids, sums, count, size, segments);
  roundSums(sums, y, segments * size);
}

/** The same with an id for every single number of x. */
export function segmentSumEach(
  x: usize, ids: usize, y: usize, sums: usize, count: i32, size: i32, segments: i32,
): void {
  memory.fill(sums, 0, (<usize>segments * <usize>size) << 3);
  addElements(x, ids, sums, count, size, segments);
  roundSums(sums, y, segments * size);
}

export function floatToInt(x: usize, y: usize, count: i32): void {
  cast.castFloatToInt(x, y, count);
}
export function intToFloat(x: usize, y: usize, count: i32): void {
  cast.castIntToFloat(x, y, count);
}
export function floatToBool(x: usize, y: usize, count: i32): void {
  cast.castFloatToBool(x, y, count);
}
export function intToBool(x: usize, y: usize, count: i32): void {
  cast.castIntToBool(x, y, count);
}
export function boolToInt(x: usize, y: usize, count: i32): void {
  cast.castBoolToInt(x, y, count);
}
export function boolToFloat(x: usize, y: usize, count: i32): void {
  cast.castBoolToFloat(x, y, count);
}
