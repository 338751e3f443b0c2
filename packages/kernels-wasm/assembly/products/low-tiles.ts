import { multiplyAdd } from '../shared/vector';

/** Three rows of a tile; see tile.ts. */
export function threeRows(
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
): void {
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let v: v128;
  let b0: v128;
  let b1: v128;
  const end = b + inner * bStep;
  do {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
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
    if (b == end) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
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
  if (addend == 0) {
    v128.store(c, c00);
    v128.store(c, c01, 16);
    c += cRow;
    v128.store(c, c10);
    v128.store(c, c11, 16);
    c += cRow;
    v128.store(c, c20);
    v128.store(c, c21, 16);
  } else {
    v128.store(c, f32x4.add(c00, v128.load(addend)));
    v128.store(c, f32x4.add(c01, v128.load(addend, 16)), 16);
    c += cRow;
    addend += addendRow;
    v128.store(c, f32x4.add(c10, v128.load(addend)));
    v128.store(c, f32x4.add(c11, v128.load(addend, 16)), 16);
    c += cRow;
    addend += addendRow;
    v128.store(c, f32x4.add(c20, v128.load(addend)));
    v128.store(c, f32x4.add(c21, v128.load(addend, 16)), 16);
  }
}

/** Two rows of a tile; see tile.ts. */
export function twoRows(
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
): void {
  let a1 = a0 + aRow;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let v: v128;
  let b0: v128;
  let b1: v128;
  const end = b + inner * bStep;
  do {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    v = v128.load32_splat(a0);
    c00 = multiplyAdd(v, b0, c00);
    c01 = multiplyAdd(v, b1, c01);
    v = v128.load32_splat(a1);
    c10 = multiplyAdd(v, b0, c10);
    c11 = multiplyAdd(v, b1, c11);
    a0 += aStep;
    a1 += aStep;
    b += bStep;
    if (b == end) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
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
  if (addend == 0) {
    v128.store(c, c00);
    v128.store(c, c01, 16);
    c += cRow;
    v128.store(c, c10);
    v128.store(c, c11, 16);
  } else {
    v128.store(c, f32x4.add(c00, v128.load(addend)));
    v128.store(c, f32x4.add(c01, v128.load(addend, 16)), 16);
    c += cRow;
    addend += addendRow;
    v128.store(c, f32x4.add(c10, v128.load(addend)));
    v128.store(c, f32x4.add(c11, v128.load(addend, 16)), 16);
  }
}

/** One row of a tile; see tile.ts. */
export function oneRow(
  a0: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  inner: usize,
  c: usize,
  addend: usize,
): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let v: v128;
  let b0: v128;
  let b1: v128;
  const end = b + inner * bStep;
  do {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    v = v128.load32_splat(a0);
    c00 = multiplyAdd(v, b0, c00);
    c01 = multiplyAdd(v, b1, c01);
    a0 += aStep;
    b += bStep;
    if (b == end) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    v = v128.load32_splat(a0);
    c00 = multiplyAdd(v, b0, c00);
    c01 = multiplyAdd(v, b1, c01);
    a0 += aStep;
    b += bStep;
  } while (b != end);
  if (addend == 0) {
    v128.store(c, c00);
    v128.store(c, c01, 16);
  } else {
    v128.store(c, f32x4.add(c00, v128.load(addend)));
    v128.store(c, f32x4.add(c01, v128.load(addend, 16)), 16);
  }
}
