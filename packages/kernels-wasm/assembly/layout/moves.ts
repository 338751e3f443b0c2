import { copyBytes, copyRows, copyWords } from './runs';
import { transposeMatrix } from './transpose';

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
