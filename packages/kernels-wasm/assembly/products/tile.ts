import { loadPart, multiplyAdd, storePart } from '../shared/vector';

/**
 * One tile of a product: c[i, 0..width) = Σₖ a[i, k] b[k, 0..8) (+ addend[i, 0..width)) for `rows` (1 to 5) rows.
 * Five rows of eight columns are what the sixteen vector registers hold: ten sums, two vectors of b, one of a, and room
 * for a product. Strides are in bytes. The sums start from zero and the addend comes last, so that `c` is never read
 * unless it is the addend.
 */
export function tile(
  rows: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  inner: usize,
  c: usize,
  cRow: usize,
  addend: usize,
  addendRow: usize,
  width: usize,
): void {
  if (rows == 5) tile5(a, aRow, aStep, b, bStep, inner, c, cRow, addend, addendRow, width);
  else if (rows == 4) tile4(a, aRow, aStep, b, bStep, inner, c, cRow, addend, addendRow, width);
  else if (rows == 3) tile3(a, aRow, aStep, b, bStep, inner, c, cRow, addend, addendRow, width);
  else if (rows == 2) tile2(a, aRow, aStep, b, bStep, inner, c, cRow, addend, addendRow, width);
  else tile1(a, aStep, b, bStep, inner, c, addend, width);
}

function tile5(
  a0: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  inner: usize,
  c: usize,
  cRow: usize,
  addend: usize,
  addendRow: usize,
  width: usize,
): void {
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let a4 = a3 + aRow;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0);
  let c41 = f32x4.splat(0);
  const end = b + inner * bStep;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let v: v128;
    v = v128.load32_splat(a0);
    c00 = multiplyAdd(v, b0, c00);
    c01 = multiplyAdd(v, b1, c01);
    v = v128.load32_splat(a1);
    c10 = multiplyAdd(v, b0, c10);
    c11 = multiplyAdd(v, b1, c11);
    v = v128.load32_splat(a2);
    c20 = multiplyAdd(v, b0, c20);
    c21 = multiplyAdd(v, b1, c21);
    v = v128.load32_splat(a3);
    c30 = multiplyAdd(v, b0, c30);
    c31 = multiplyAdd(v, b1, c31);
    v = v128.load32_splat(a4);
    c40 = multiplyAdd(v, b0, c40);
    c41 = multiplyAdd(v, b1, c41);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    a4 += aStep;
    b += bStep;
  } while (b != end);
  finish(c, c00, c01, addend, width);
  c += cRow;
  if (addend != 0) addend += addendRow;
  finish(c, c10, c11, addend, width);
  c += cRow;
  if (addend != 0) addend += addendRow;
  finish(c, c20, c21, addend, width);
  c += cRow;
  if (addend != 0) addend += addendRow;
  finish(c, c30, c31, addend, width);
  c += cRow;
  if (addend != 0) addend += addendRow;
  finish(c, c40, c41, addend, width);
}

function tile4(
  a0: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  inner: usize,
  c: usize,
  cRow: usize,
  addend: usize,
  addendRow: usize,
  width: usize,
): void {
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  const end = b + inner * bStep;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let v: v128;
    v = v128.load32_splat(a0);
    c00 = multiplyAdd(v, b0, c00);
    c01 = multiplyAdd(v, b1, c01);
    v = v128.load32_splat(a1);
    c10 = multiplyAdd(v, b0, c10);
    c11 = multiplyAdd(v, b1, c11);
    v = v128.load32_splat(a2);
    c20 = multiplyAdd(v, b0, c20);
    c21 = multiplyAdd(v, b1, c21);
    v = v128.load32_splat(a3);
    c30 = multiplyAdd(v, b0, c30);
    c31 = multiplyAdd(v, b1, c31);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bStep;
  } while (b != end);
  finish(c, c00, c01, addend, width);
  c += cRow;
  if (addend != 0) addend += addendRow;
  finish(c, c10, c11, addend, width);
  c += cRow;
  if (addend != 0) addend += addendRow;
  finish(c, c20, c21, addend, width);
  c += cRow;
  if (addend != 0) addend += addendRow;
  finish(c, c30, c31, addend, width);
}

function tile3(
  a0: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  inner: usize,
  c: usize,
  cRow: usize,
  addend: usize,
  addendRow: usize,
  width: usize,
): void {
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  const end = b + inner * bStep;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let v: v128;
    v = v128.load32_splat(a0);
    c00 = multiplyAdd(v, b0, c00);
    c01 = multiplyAdd(v, b1, c01);
    v = v128.load32_splat(a1);
    c10 = multiplyAdd(v, b0, c10);
    c11 = multiplyAdd(v, b1, c11);
    v = v128.load32_splat(a2);
    c20 = multiplyAdd(v, b0, c20);
    c21 = multiplyAdd(v, b1, c21);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    b += bStep;
  } while (b != end);
  finish(c, c00, c01, addend, width);
  c += cRow;
  if (addend != 0) addend += addendRow;
  finish(c, c10, c11, addend, width);
  c += cRow;
  if (addend != 0) addend += addendRow;
  finish(c, c20, c21, addend, width);
}

function tile2(
  a0: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  inner: usize,
  c: usize,
  cRow: usize,
  addend: usize,
  addendRow: usize,
  width: usize,
): void {
  let a1 = a0 + aRow;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  const end = b + inner * bStep;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let v: v128;
    v = v128.load32_splat(a0);
    c00 = multiplyAdd(v, b0, c00);
    c01 = multiplyAdd(v, b1, c01);
    v = v128.load32_splat(a1);
    c10 = multiplyAdd(v, b0, c10);
    c11 = multiplyAdd(v, b1, c11);
    a0 += aStep;
    a1 += aStep;
    b += bStep;
  } while (b != end);
  finish(c, c00, c01, addend, width);
  c += cRow;
  if (addend != 0) addend += addendRow;
  finish(c, c10, c11, addend, width);
}

function tile1(
  a0: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  inner: usize,
  c: usize,
  addend: usize,
  width: usize,
): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  const end = b + inner * bStep;
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let v: v128;
    v = v128.load32_splat(a0);
    c00 = multiplyAdd(v, b0, c00);
    c01 = multiplyAdd(v, b1, c01);
    a0 += aStep;
    b += bStep;
  } while (b != end);
  finish(c, c00, c01, addend, width);
}

/** Writes one row of a tile. */
@inline
function finish(c: usize, low: v128, high: v128, addend: usize, width: usize): void {
  if (width == 8) {
    if (addend != 0) {
      low = f32x4.add(low, v128.load(addend));
      high = f32x4.add(high, v128.load(addend, 16));
    }
    v128.store(c, low);
    v128.store(c, high, 16);
  } else finishPart(c, low, high, addend, <i32>width);
}

function finishPart(c: usize, low: v128, high: v128, addend: usize, width: i32): void {
  if (width >= 4) {
    v128.store(c, addend != 0 ? f32x4.add(low, v128.load(addend)) : low);
    if (width == 4) return;
    c += 16;
    if (addend != 0) addend += 16;
    low = high;
    width -= 4;
  }
  storePart(c, addend != 0 ? f32x4.add(low, loadPart(addend, width)) : low, width);
}
