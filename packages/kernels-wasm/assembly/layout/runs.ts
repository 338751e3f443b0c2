import { copyRun } from '../shared/copy';

/** `rows` runs of `bytes` bytes, the starts `xRow` and `yRow` bytes apart. */
@inline
export function copyRows(x: usize, y: usize, rows: i32, xRow: usize, yRow: usize, bytes: usize): void {
  if (bytes == 4) {
    copyWords(x, y, rows, xRow, yRow);
  } else if (bytes == 8) {
    do {
      store<u64>(y, load<u64>(x));
      x += xRow;
      y += yRow;
    } while (--rows);
  } else if (bytes == 12) {
    do {
      store<u64>(y, load<u64>(x));
      store<u32>(y, load<u32>(x, 8), 8);
      x += xRow;
      y += yRow;
    } while (--rows);
  } else {
    do {
      copyRun(x, y, bytes);
      x += xRow;
      y += yRow;
    } while (--rows);
  }
}

/** Single 4-byte elements: every step-th from `x`, every step-th to `y`; the common steps four at a time. */
@inline
export function copyWords(x: usize, y: usize, count: i32, xStep: usize, yStep: usize): void {
  if (yStep == 4) {
    if (xStep == 8) {
      while (count > 4) {
        v128.store(y, v128.shuffle<i32>(v128.load(x), v128.load(x, 16), 0, 2, 4, 6));
        x += 32;
        y += 16;
        count -= 4;
      }
    } else if (xStep == 0) {
      const value = v128.load32_splat(x);
      while (count >= 4) {
        v128.store(y, value);
        y += 16;
        count -= 4;
      }
    } else if (xStep == <usize>-4) {
      while (count >= 4) {
        v128.store(y, v128.shuffle<i32>(v128.load(x - 12), v128.load(x - 12), 3, 2, 1, 0));
        x -= 16;
        y += 16;
        count -= 4;
      }
    } else {
      const twoSteps = xStep + xStep;
      const threeSteps = twoSteps + xStep;
      const fourSteps = twoSteps + twoSteps;
      while (count >= 4) {
        let v = v128.load32_zero(x);
        v = v128.load_lane<u32>(x + xStep, v, 1);
        v = v128.load_lane<u32>(x + twoSteps, v, 2);
        v = v128.load_lane<u32>(x + threeSteps, v, 3);
        v128.store(y, v);
        x += fourSteps;
        y += 16;
        count -= 4;
      }
    }
  }
  while (count > 0) {
    store<u32>(y, load<u32>(x));
    x += xStep;
    y += yStep;
    count--;
  }
}

/** Single bytes, every step-th from `x`, every step-th to `y`. */
@inline
export function copyBytes(x: usize, y: usize, count: i32, xStep: usize, yStep: usize): void {
  do {
    store<u8>(y, load<u8>(x));
    x += xStep;
    y += yStep;
  } while (--count);
}
