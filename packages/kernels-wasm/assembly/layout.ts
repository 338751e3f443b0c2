import * as cast from './layout/cast';
import { firstOutside, gatherRuns, gatherWords } from './layout/gather';
import { addElements, addRows, addRowsInDouble, largestCount, roundSums } from './layout/segment-sum';

export { moveBytes, moveRuns, moveTransposed, moveWords } from './layout/moves';

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
