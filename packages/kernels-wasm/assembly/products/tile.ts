import { multiplyAdd } from '../shared/vector';
import { oneRow, threeRows, twoRows } from './low-tiles';

// Four rows of eight columns: eight sums, two vectors of b, four of a and one product are fifteen registers, all that V8
// gives out. V8 moves every load of a loop's body to its front, so a body of two steps would need twice the registers for
// a and b, and would keep sums in memory; the exit between the two steps holds the loads of the second back. With ten
// sums the loads at the front do not fit either, and the product takes twice the time.

/**
 * One tile of a product: c[i, 0..8) = Σₖ a[i, k] b[k, 0..8) (+ addend[i, 0..8)), i < rows ≤ 4. Strides are in bytes.
 * The addend comes last, 0 means none; c is read only where it is the addend. Nothing is called after the sums are in
 * registers, since a call would keep them in memory.
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
): void {
  if (rows == 4) {
    // Steps that the compiler knows are worth a tenth of the time.
    if (bStep == 32 && aStep == 4) fourRowsInPlace(a, aRow, b, inner, c, cRow, addend, addendRow);
    else if (bStep == 32 && aStep == 16 && aRow == 4) fourRowsPacked(a, b, inner, c, cRow, addend, addendRow);
    else fourRowsAnywhere(a, aRow, aStep, b, bStep, inner, c, cRow, addend, addendRow);
  } else if (rows == 3) threeRows(a, aRow, aStep, b, bStep, inner, c, cRow, addend, addendRow);
  else if (rows == 2) twoRows(a, aRow, aStep, b, bStep, inner, c, cRow, addend, addendRow);
  else oneRow(a, aStep, b, bStep, inner, c, addend);
}

function fourRowsInPlace(
  a: usize,
  aRow: usize,
  b: usize,
  inner: usize,
  c: usize,
  cRow: usize,
  addend: usize,
  addendRow: usize,
): void {
  fourRows(a, aRow, 4, b, 32, inner, c, cRow, addend, addendRow);
}

function fourRowsPacked(
  a: usize,
  b: usize,
  inner: usize,
  c: usize,
  cRow: usize,
  addend: usize,
  addendRow: usize,
): void {
  fourRows(a, 4, 16, b, 32, inner, c, cRow, addend, addendRow);
}

function fourRowsAnywhere(
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
): void {
  fourRows(a, aRow, aStep, b, bStep, inner, c, cRow, addend, addendRow);
}

@inline
function fourRows(
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
  let a3 = a2 + aRow;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
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
    v = v128.load32_splat(a3);
    c30 = multiplyAdd(v, b0, c30);
    c31 = multiplyAdd(v, b1, c31);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
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
    v = v128.load32_splat(a3);
    c30 = multiplyAdd(v, b0, c30);
    c31 = multiplyAdd(v, b1, c31);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
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
    c += cRow;
    v128.store(c, c30);
    v128.store(c, c31, 16);
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
    c += cRow;
    addend += addendRow;
    v128.store(c, f32x4.add(c30, v128.load(addend)));
    v128.store(c, f32x4.add(c31, v128.load(addend, 16)), 16);
  }
}
