import { chooseRows, reduceIntRows, reduceRows } from './reductions/across-rows';
import { chooseInRun, reduceIntRun, reduceRun } from './reductions/along-runs';
import { LARGEST, PRODUCT, SMALLEST, SUM } from './reductions/combine';
import { cumulateRows, cumulateRuns } from './reductions/cumulative';
import { positionInRows, positionInRun } from './reductions/position';
import { chooseShortRuns, reduceShortRuns } from './reductions/short-runs';

export { moveBytes, moveRuns, moveTransposed, moveWords } from './layout/moves';

/** Runs up to this length are reduced four side by side. */
const SHORT: i32 = 48;

// Runs: y[k] is made of `runs` runs of `count` contiguous numbers, `xRun` bytes apart, those of k + 1 `x1` bytes further.
// Rows: y[b][j] is made of `rows` rows, `xRow` bytes apart, those of b + 1 `x1` bytes further. Counts are never 0.

export function sumRuns(x: usize, y: usize, n: i32, x1: usize, runs: i32, xRun: usize, count: i32, scale: f64): void {
  reduceRuns(SUM, x, y, n, x1, runs, xRun, count, scale);
}
export function productRuns(x: usize, y: usize, n: i32, x1: usize, runs: i32, xRun: usize, count: i32): void {
  reduceRuns(PRODUCT, x, y, n, x1, runs, xRun, count, 1);
}
export function largestRuns(x: usize, y: usize, n: i32, x1: usize, runs: i32, xRun: usize, count: i32): void {
  chooseRuns(LARGEST, x, y, n, x1, runs, xRun, count);
}
export function smallestRuns(x: usize, y: usize, n: i32, x1: usize, runs: i32, xRun: usize, count: i32): void {
  chooseRuns(SMALLEST, x, y, n, x1, runs, xRun, count);
}
export function sumIntRuns(x: usize, y: usize, n: i32, x1: usize, runs: i32, xRun: usize, count: i32): void {
  reduceIntRuns(SUM, x, y, n, x1, runs, xRun, count);
}
export function largestIntRuns(x: usize, y: usize, n: i32, x1: usize, runs: i32, xRun: usize, count: i32): void {
  reduceIntRuns(LARGEST, x, y, n, x1, runs, xRun, count);
}
export function smallestIntRuns(x: usize, y: usize, n: i32, x1: usize, runs: i32, xRun: usize, count: i32): void {
  reduceIntRuns(SMALLEST, x, y, n, x1, runs, xRun, count);
}

export function sumRows(
  x: usize,
  y: usize,
  n: i32,
  x1: usize,
  rows: i32,
  xRow: usize,
  columns: i32,
  scale: f64,
): void {
  do {
    reduceRows(SUM, x, y, rows, xRow, columns, scale);
    x += x1;
    y += (<usize>columns) << 2;
  } while (--n);
}
export function productRows(x: usize, y: usize, n: i32, x1: usize, rows: i32, xRow: usize, columns: i32): void {
  do {
    reduceRows(PRODUCT, x, y, rows, xRow, columns, 1);
    x += x1;
    y += (<usize>columns) << 2;
  } while (--n);
}
export function largestRows(x: usize, y: usize, n: i32, x1: usize, rows: i32, xRow: usize, columns: i32): void {
  do {
    chooseRows(LARGEST, x, y, rows, xRow, columns);
    x += x1;
    y += (<usize>columns) << 2;
  } while (--n);
}
export function smallestRows(x: usize, y: usize, n: i32, x1: usize, rows: i32, xRow: usize, columns: i32): void {
  do {
    chooseRows(SMALLEST, x, y, rows, xRow, columns);
    x += x1;
    y += (<usize>columns) << 2;
  } while (--n);
}
export function sumIntRows(x: usize, y: usize, n: i32, x1: usize, rows: i32, xRow: usize, columns: i32): void {
  do {
    reduceIntRows(SUM, x, y, rows, xRow, columns);
    x += x1;
    y += (<usize>columns) << 2;
  } while (--n);
}
export function largestIntRows(x: usize, y: usize, n: i32, x1: usize, rows: i32, xRow: usize, columns: i32): void {
  do {
    reduceIntRows(LARGEST, x, y, rows, xRow, columns);
    x += x1;
    y += (<usize>columns) << 2;
  } while (--n);
}
export function smallestIntRows(x: usize, y: usize, n: i32, x1: usize, rows: i32, xRow: usize, columns: i32): void {
  do {
    reduceIntRows(SMALLEST, x, y, rows, xRow, columns);
    x += x1;
    y += (<usize>columns) << 2;
  } while (--n);
}

/** y[k] = position of the first largest number (`smallest` 0) or the first smallest of the k-th run. */
export function positionRuns(x: usize, y: usize, n: i32, count: i32, smallest: i32): void {
  do {
    store<i32>(y, smallest ? positionInRun(SMALLEST, x, count) : positionInRun(LARGEST, x, count));
    x += (<usize>count) << 2;
    y += 4;
  } while (--n);
}

/** The same over rows, for `n` blocks that follow each other. */
export function positionRows(x: usize, y: usize, n: i32, rows: i32, columns: i32, smallest: i32): void {
  const row = (<usize>columns) << 2;
  do {
    if (smallest) positionInRows(SMALLEST, x, y, rows, row, columns);
    else positionInRows(LARGEST, x, y, rows, row, columns);
    x += <usize>rows * row;
    y += row;
  } while (--n);
}

/** Running sums (`product` 0) or products along contiguous runs; x and y are the first elements read. */
export function cumulateAlong(
  x: usize,
  y: usize,
  rows: i32,
  row: usize,
  count: i32,
  step: usize,
  product: i32,
  exclusive: i32,
): void {
  if (product) {
    if (exclusive) cumulateRuns(PRODUCT, true, x, y, rows, row, count, step);
    else cumulateRuns(PRODUCT, false, x, y, rows, row, count, step);
  } else if (exclusive) cumulateRuns(SUM, true, x, y, rows, row, count, step);
  else cumulateRuns(SUM, false, x, y, rows, row, count, step);
}

/** Running sums (`product` 0) or products over rows, for `n` blocks `block` bytes apart. */
export function cumulateAcross(
  x: usize,
  y: usize,
  n: i32,
  block: usize,
  rows: i32,
  step: usize,
  columns: i32,
  product: i32,
  exclusive: i32,
): void {
  do {
    if (product) {
      if (exclusive) cumulateRows(PRODUCT, true, x, y, rows, step, columns);
      else cumulateRows(PRODUCT, false, x, y, rows, step, columns);
    } else if (exclusive) cumulateRows(SUM, true, x, y, rows, step, columns);
    else cumulateRows(SUM, false, x, y, rows, step, columns);
    x += block;
    y += block;
  } while (--n);
}

@inline
function reduceRuns(
  combine: i32,
  x: usize,
  y: usize,
  n: i32,
  x1: usize,
  runs: i32,
  xRun: usize,
  count: i32,
  scale: f64,
): void {
  if (runs == 1 && count <= SHORT) {
    reduceShortRuns(combine, x, y, n, count, scale);
    return;
  }
  do {
    let from = x;
    let rest = runs - 1;
    let total = reduceRun(combine, from, count);
    while (rest > 0) {
      from += xRun;
      const next = reduceRun(combine, from, count);
      total = combine == SUM ? total + next : total * next;
      rest--;
    }
    store<f32>(y, <f32>(total * scale));
    x += x1;
    y += 4;
  } while (--n);
}

@inline
function chooseRuns(combine: i32, x: usize, y: usize, n: i32, x1: usize, runs: i32, xRun: usize, count: i32): void {
  if (runs == 1 && count <= SHORT) {
    chooseShortRuns(combine, x, y, n, count);
    return;
  }
  do {
    let from = x;
    let rest = runs;
    let best = load<f32>(x);
    do {
      best = chooseInRun(combine, from, count, best);
      from += xRun;
    } while (--rest);
    store<f32>(y, best);
    x += x1;
    y += 4;
  } while (--n);
}

@inline
function reduceIntRuns(combine: i32, x: usize, y: usize, n: i32, x1: usize, runs: i32, xRun: usize, count: i32): void {
  do {
    let from = x;
    let rest = runs;
    let best = combine == SUM ? 0 : load<i32>(x);
    do {
      best = reduceIntRun(combine, from, count, best);
      from += xRun;
    } while (--rest);
    store<i32>(y, best);
    x += x1;
    y += 4;
  } while (--n);
}
