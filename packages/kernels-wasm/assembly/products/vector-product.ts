import { multiplyAdd } from '../shared/vector';

// The loops leave between their two steps for the reason given in tile.ts.

/**
 * y[j] = Σₖ x[k] m[k, j] (+ addend[j]), j < count, where the rows of m, y and the addend lie in one piece: sixteen columns
 * at a time, m is read once and nothing is packed. Strides are in bytes; addend 0 means none.
 */
export function vectorTimesMatrix(
  x: usize,
  xStep: usize,
  m: usize,
  mRow: usize,
  y: usize,
  addend: usize,
  count: usize,
  inner: usize,
): void {
  for (; count >= 16; count -= 16, m += 64, y += 64) {
    sixteenColumns(x, xStep, m, mRow, y, addend, inner);
    if (addend != 0) addend += 64;
  }
  for (; count >= 4; count -= 4, m += 16, y += 16) {
    fourColumns(x, xStep, m, mRow, y, addend, inner);
    if (addend != 0) addend += 16;
  }
  for (; count > 0; count--, m += 4, y += 4) {
    let sum: f32 = 0;
    for (let k: usize = 0; k < inner; k++) sum += load<f32>(x + k * xStep) * load<f32>(m + k * mRow);
    store<f32>(y, addend != 0 ? sum + load<f32>(addend) : sum);
    if (addend != 0) addend += 4;
  }
}

function sixteenColumns(
  x: usize,
  xStep: usize,
  m: usize,
  mRow: usize,
  y: usize,
  addend: usize,
  inner: usize,
): void {
  let y0 = f32x4.splat(0);
  let y1 = f32x4.splat(0);
  let y2 = f32x4.splat(0);
  let y3 = f32x4.splat(0);
  do {
    let v = v128.load32_splat(x);
    y0 = multiplyAdd(v, v128.load(m), y0);
    y1 = multiplyAdd(v, v128.load(m, 16), y1);
    y2 = multiplyAdd(v, v128.load(m, 32), y2);
    y3 = multiplyAdd(v, v128.load(m, 48), y3);
    x += xStep;
    m += mRow;
    if (--inner == 0) break;
    v = v128.load32_splat(x);
    y0 = multiplyAdd(v, v128.load(m), y0);
    y1 = multiplyAdd(v, v128.load(m, 16), y1);
    y2 = multiplyAdd(v, v128.load(m, 32), y2);
    y3 = multiplyAdd(v, v128.load(m, 48), y3);
    x += xStep;
    m += mRow;
  } while (--inner != 0);
  if (addend != 0) {
    y0 = f32x4.add(y0, v128.load(addend));
    y1 = f32x4.add(y1, v128.load(addend, 16));
    y2 = f32x4.add(y2, v128.load(addend, 32));
    y3 = f32x4.add(y3, v128.load(addend, 48));
  }
  v128.store(y, y0);
  v128.store(y, y1, 16);
  v128.store(y, y2, 32);
  v128.store(y, y3, 48);
}

function fourColumns(x: usize, xStep: usize, m: usize, mRow: usize, y: usize, addend: usize, inner: usize): void {
  let sum = f32x4.splat(0);
  do {
    sum = multiplyAdd(v128.load32_splat(x), v128.load(m), sum);
    x += xStep;
    m += mRow;
  } while (--inner != 0);
  v128.store(y, addend != 0 ? f32x4.add(sum, v128.load(addend)) : sum);
}

/**
 * y[i] = Σₖ m[i, k] x[k] (+ addend[i]), i < count, where x and the rows of m lie in one piece: four dot products at a
 * time. Strides are in bytes; addend 0 means none.
 */
export function matrixTimesVector(
  m: usize,
  mRow: usize,
  x: usize,
  y: usize,
  yStep: usize,
  addend: usize,
  addendStep: usize,
  count: usize,
  inner: usize,
): void {
  for (; count >= 4; count -= 4) {
    const sums = fourDots(m, mRow, x, inner);
    storeSum(y, f32x4.extract_lane(sums, 0), addend);
    storeSum(y + yStep, f32x4.extract_lane(sums, 1), addend != 0 ? addend + addendStep : 0);
    storeSum(y + 2 * yStep, f32x4.extract_lane(sums, 2), addend != 0 ? addend + 2 * addendStep : 0);
    storeSum(y + 3 * yStep, f32x4.extract_lane(sums, 3), addend != 0 ? addend + 3 * addendStep : 0);
    m += mRow << 2;
    y += yStep << 2;
    if (addend != 0) addend += addendStep << 2;
  }
  for (; count > 0; count--) {
    // The same order of summation as in four at a time, so that an element does not depend on its neighbours.
    storeSum(y, f32x4.extract_lane(fourDots(m, 0, x, inner), 0), addend);
    m += mRow;
    y += yStep;
    if (addend != 0) addend += addendStep;
  }
}

@inline
function storeSum(y: usize, sum: f32, addend: usize): void {
  store<f32>(y, addend != 0 ? sum + load<f32>(addend) : sum);
}

function fourDots(m: usize, mRow: usize, x: usize, inner: usize): v128 {
  let m1 = m + mRow;
  let m2 = m1 + mRow;
  let m3 = m2 + mRow;
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let fours = inner >> 2;
  if (fours > 0) {
    do {
      const v = v128.load(x);
      s0 = multiplyAdd(v, v128.load(m), s0);
      s1 = multiplyAdd(v, v128.load(m1), s1);
      s2 = multiplyAdd(v, v128.load(m2), s2);
      s3 = multiplyAdd(v, v128.load(m3), s3);
      x += 16;
      m += 16;
      m1 += 16;
      m2 += 16;
      m3 += 16;
    } while (--fours != 0);
  }
  for (let rest = inner & 3; rest > 0; rest--) {
    // load32_zero keeps the other lanes at 0 · 0.
    const v = v128.load32_zero(x);
    s0 = multiplyAdd(v, v128.load32_zero(m), s0);
    s1 = multiplyAdd(v, v128.load32_zero(m1), s1);
    s2 = multiplyAdd(v, v128.load32_zero(m2), s2);
    s3 = multiplyAdd(v, v128.load32_zero(m3), s3);
    x += 4;
    m += 4;
    m1 += 4;
    m2 += 4;
    m3 += 4;
  }
  const low = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
  const high = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i64>(low, high, 0, 2), v128.shuffle<i64>(low, high, 1, 3));
}
