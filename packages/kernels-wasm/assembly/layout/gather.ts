import { copyRun } from '../shared/copy';

/** Position of the first index outside 0 … size − 1, or −1. */
@inline
export function firstOutside(indices: usize, count: i32, size: i32): i32 {
  let at: i32 = 0;
  const bound = i32x4.splat(size);
  while (at + 4 <= count) {
    // As unsigned numbers negative indices are too large as well.
    if (v128.any_true(u32x4GreaterOrEqual(v128.load(indices + ((<usize>at) << 2)), bound))) break;
    at += 4;
  }
  while (at < count) {
    if (load<u32>(indices + ((<usize>at) << 2)) >= <u32>size) return at;
    at++;
  }
  return -1;
}

@inline
function u32x4GreaterOrEqual(a: v128, b: v128): v128 {
  return i32x4.ge_u(a, b);
}

/** y[j] = x[indices[j]] for single 4-byte elements. */
@inline
export function gatherWords(x: usize, indices: usize, y: usize, count: i32): void {
  while (count >= 4) {
    let v = v128.load32_zero(x + ((<usize>load<u32>(indices)) << 2));
    v = v128.load_lane<u32>(x + ((<usize>load<u32>(indices, 4)) << 2), v, 1);
    v = v128.load_lane<u32>(x + ((<usize>load<u32>(indices, 8)) << 2), v, 2);
    v = v128.load_lane<u32>(x + ((<usize>load<u32>(indices, 12)) << 2), v, 3);
    v128.store(y, v);
    indices += 16;
    y += 16;
    count -= 4;
  }
  while (count > 0) {
    store<u32>(y, load<u32>(x + ((<usize>load<u32>(indices)) << 2)));
    indices += 4;
    y += 4;
    count--;
  }
}

/** y[j] = the indices[j]-th run of `bytes` bytes of x. */
@inline
export function gatherRuns(x: usize, indices: usize, y: usize, count: i32, bytes: usize): void {
  do {
    copyRun(x + <usize>load<u32>(indices) * bytes, y, bytes);
    indices += 4;
    y += bytes;
  } while (--count);
}
