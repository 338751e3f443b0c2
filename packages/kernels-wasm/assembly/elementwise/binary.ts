import { loadPart, storePart } from '../shared/vector';
import { powerRow } from './power';

export const ADD = 0;
export const SUBTRACT = 1;
export const MULTIPLY = 2;
export const DIVIDE = 3;
export const MAXIMUM = 4;
export const MINIMUM = 5;
export const SQUARED_DIFFERENCE = 6;
export const POWER = 7;
export const GREATER = 8;
export const GREATER_EQUAL = 9;
export const LESS = 10;
export const LESS_EQUAL = 11;
export const EQUAL = 12;
export const NOT_EQUAL = 13;

/** Comparisons give bools, one byte each; the rest gives floats. */
@inline
function isComparison(f: i32): bool {
  return f >= GREATER;
}

/**
 * y = f(a, b) over `rows` rows of `columns`; the steps say by how many elements a and b move with each row, and whether
 * they move inside a row (1) or are the same all along it (0). y is contiguous. The function is a constant where this is
 * inlined.
 */
@inline
export function combine(
  f: i32,
  a: usize,
  b: usize,
  y: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  bRow: i32,
  aColumn: i32,
  bColumn: i32,
): void {
  for (; rows > 0; rows--) {
    if (aColumn == 0) combineRow(f, true, false, a, b, y, columns);
    else if (bColumn == 0) combineRow(f, false, true, a, b, y, columns);
    else combineRow(f, false, false, a, b, y, columns);
    a += <usize>aRow << 2;
    b += <usize>bRow << 2;
    y += <usize>columns << (isComparison(f) ? 0 : 2);
  }
}

@inline
function combineRow(f: i32, aFixed: bool, bFixed: bool, a: usize, b: usize, y: usize, columns: i32): void {
  if (f == POWER) return powerRow(aFixed, bFixed, a, b, y, columns);
  const fixed = aFixed ? v128.load32_splat(a) : v128.load32_splat(b);
  for (; columns >= 4; columns -= 4) {
    store(f, y, apply(f, aFixed ? fixed : v128.load(a), bFixed ? fixed : v128.load(b)));
    if (!aFixed) a += 16;
    if (!bFixed) b += 16;
    y += isComparison(f) ? 4 : 16;
  }
  if (columns == 0) return;
  const last = apply(f, aFixed ? fixed : loadPart(a, columns), bFixed ? fixed : loadPart(b, columns));
  if (!isComparison(f)) return storePart(y, last, columns);
  const bytes = asBools(last);
  v128.store_lane<u8>(y, bytes, 0);
  if (columns > 1) v128.store_lane<u8>(y, bytes, 1, 1);
  if (columns > 2) v128.store_lane<u8>(y, bytes, 2, 2);
}

@inline
function store(f: i32, y: usize, values: v128): void {
  if (isComparison(f)) v128.store_lane<u32>(y, asBools(values), 0);
  else v128.store(y, values);
}

/** The lanes' masks as four bytes, 0 or 1. */
@inline
function asBools(mask: v128): v128 {
  const packed = i8x16.shuffle(mask, mask, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
  return v128.and(packed, i8x16.splat(1));
}

@inline
function apply(f: i32, a: v128, b: v128): v128 {
  if (f == ADD) return f32x4.add(a, b);
  if (f == SUBTRACT) return f32x4.sub(a, b);
  if (f == MULTIPLY) return f32x4.mul(a, b);
  if (f == DIVIDE) return f32x4.div(a, b);
  if (f == MAXIMUM) return f32x4.max(a, b);
  if (f == MINIMUM) return f32x4.min(a, b);
  if (f == GREATER) return f32x4.gt(a, b);
  if (f == GREATER_EQUAL) return f32x4.ge(a, b);
  if (f == LESS) return f32x4.lt(a, b);
  if (f == LESS_EQUAL) return f32x4.le(a, b);
  if (f == EQUAL) return f32x4.eq(a, b);
  if (f == NOT_EQUAL) return f32x4.ne(a, b);
  const difference = f32x4.sub(a, b);
  return f32x4.mul(difference, difference);
}
