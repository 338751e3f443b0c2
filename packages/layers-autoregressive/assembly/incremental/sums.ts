import { multiplyAdd } from '../../../kernels-wasm/assembly/shared/vector';

// Every function is inlined for 1, 4 and 8 lanes: so many examples lie side by side in a row of the state.

/** Row = weights (or 0) + addend rows (or 0), for `count` rows. */
@inline
export function start(lanes: i32, row: usize, count: i32, weights: usize, addend: usize): void {
  for (; count > 0; count--) {
    const bias: f32 = weights != 0 ? load<f32>(weights) : 0;
    if (weights != 0) weights += 4;
    if (lanes == 1) {
      store<f32>(row, addend != 0 ? bias + load<f32>(addend) : bias);
    } else {
      const v = f32x4.splat(bias);
      v128.store(row, addend != 0 ? f32x4.add(v, v128.load(addend)) : v);
      if (lanes == 8) v128.store(row, addend != 0 ? f32x4.add(v, v128.load(addend, 16)) : v, 16);
    }
    row += <usize>lanes << 2;
    if (addend != 0) addend += <usize>lanes << 2;
  }
}

/** Adds W·source to groups of four rows; w is `[inner, 4]` for each. `inner` is at least 1. */
@inline
export function addGroups(lanes: i32, row: usize, count: i32, source: usize, inner: i32, w: usize): void {
  for (; count > 0; count--) {
    if (lanes == 1) addGroupOfOne(row, source, inner, w);
    else if (lanes == 4) addGroupOfFour(row, source, inner, w);
    else addGroupOfEight(row, source, inner, w);
    row += <usize>lanes << 4;
    w += <usize>inner << 4;
  }
}

/** Four rows at once: the weights of a step are one vector. */
function addGroupOfOne(row: usize, source: usize, inner: i32, w: usize): void {
  let s0 = v128.load(row);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (; inner >= 4; inner -= 4, source += 16, w += 64) {
    s0 = multiplyAdd(v128.load32_splat(source), v128.load(w), s0);
    s1 = multiplyAdd(v128.load32_splat(source, 4), v128.load(w, 16), s1);
    s2 = multiplyAdd(v128.load32_splat(source, 8), v128.load(w, 32), s2);
    s3 = multiplyAdd(v128.load32_splat(source, 12), v128.load(w, 48), s3);
  }
  for (; inner > 0; inner--, source += 4, w += 16) {
    s0 = multiplyAdd(v128.load32_splat(source), v128.load(w), s0);
  }
  v128.store(row, f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}

function addGroupOfFour(row: usize, source: usize, inner: i32, w: usize): void {
  let s0 = v128.load(row);
  let s1 = v128.load(row, 16);
  let s2 = v128.load(row, 32);
  let s3 = v128.load(row, 48);
  let t0 = f32x4.splat(0);
  let t1 = f32x4.splat(0);
  let t2 = f32x4.splat(0);
  let t3 = f32x4.splat(0);
  do {
    let x = v128.load(source);
    s0 = multiplyAdd(v128.load32_splat(w), x, s0);
    s1 = multiplyAdd(v128.load32_splat(w, 4), x, s1);
    s2 = multiplyAdd(v128.load32_splat(w, 8), x, s2);
    s3 = multiplyAdd(v128.load32_splat(w, 12), x, s3);
    source += 16;
    w += 16;
    if (--inner == 0) break;
    x = v128.load(source);
    t0 = multiplyAdd(v128.load32_splat(w), x, t0);
    t1 = multiplyAdd(v128.load32_splat(w, 4), x, t1);
    t2 = multiplyAdd(v128.load32_splat(w, 8), x, t2);
    t3 = multiplyAdd(v128.load32_splat(w, 12), x, t3);
    source += 16;
    w += 16;
  } while (--inner != 0);
  v128.store(row, f32x4.add(s0, t0));
  v128.store(row, f32x4.add(s1, t1), 16);
  v128.store(row, f32x4.add(s2, t2), 32);
  v128.store(row, f32x4.add(s3, t3), 48);
}

// Eight sums, two vectors of the source and a product: as much as V8 keeps in registers. The exit between two steps keeps it
// from loading for both at once.
function addGroupOfEight(row: usize, source: usize, inner: i32, w: usize): void {
  let a0 = v128.load(row);
  let b0 = v128.load(row, 16);
  let a1 = v128.load(row, 32);
  let b1 = v128.load(row, 48);
  let a2 = v128.load(row, 64);
  let b2 = v128.load(row, 80);
  let a3 = v128.load(row, 96);
  let b3 = v128.load(row, 112);
  let a: v128;
  let b: v128;
  let v: v128;
  do {
    a = v128.load(source);
    b = v128.load(source, 16);
    v = v128.load32_splat(w);
    a0 = multiplyAdd(v, a, a0);
    b0 = multiplyAdd(v, b, b0);
    v = v128.load32_splat(w, 4);
    a1 = multiplyAdd(v, a, a1);
    b1 = multiplyAdd(v, b, b1);
    v = v128.load32_splat(w, 8);
    a2 = multiplyAdd(v, a, a2);
    b2 = multiplyAdd(v, b, b2);
    v = v128.load32_splat(w, 12);
    a3 = multiplyAdd(v, a, a3);
    b3 = multiplyAdd(v, b, b3);
    source += 32;
    w += 16;
    if (--inner == 0) break;
    a = v128.load(source);
    b = v128.load(source, 16);
    v = v128.load32_splat(w);
    a0 = multiplyAdd(v, a, a0);
    b0 = multiplyAdd(v, b, b0);
    v = v128.load32_splat(w, 4);
    a1 = multiplyAdd(v, a, a1);
    b1 = multiplyAdd(v, b, b1);
    v = v128.load32_splat(w, 8);
    a2 = multiplyAdd(v, a, a2);
    b2 = multiplyAdd(v, b, b2);
    v = v128.load32_splat(w, 12);
    a3 = multiplyAdd(v, a, a3);
    b3 = multiplyAdd(v, b, b3);
    source += 32;
    w += 16;
  } while (--inner != 0);
  v128.store(row, a0);
  v128.store(row, b0, 16);
  v128.store(row, a1, 32);
  v128.store(row, b1, 48);
  v128.store(row, a2, 64);
  v128.store(row, b2, 80);
  v128.store(row, a3, 96);
  v128.store(row, b3, 112);
}

/** The same for single rows; w is `[inner]` for each. */
@inline
export function addSingles(lanes: i32, row: usize, count: i32, source: usize, inner: i32, w: usize): void {
  if (lanes == 8) {
    for (; count > 1; count -= 2) {
      addPairOfEight(row, source, inner, w);
      row += 64;
      w += <usize>inner << 3;
    }
  }
  for (; count > 0; count--) {
    if (lanes == 1) addDot(row, source, inner, w);
    else if (lanes == 4) addRowOfFour(row, source, inner, w);
    else addRowOfEight(row, source, inner, w);
    row += <usize>lanes << 2;
    w += <usize>inner << 2;
  }
}

function addDot(row: usize, source: usize, inner: i32, w: usize): void {
  let sum = load<f32>(row);
  if (inner >= 4) {
    let sums = f32x4.splat(0);
    for (; inner >= 4; inner -= 4, source += 16, w += 16) {
      sums = multiplyAdd(v128.load(source), v128.load(w), sums);
    }
    sums = f32x4.add(sums, v128.shuffle<f32>(sums, sums, 2, 3, 0, 1));
    sum += f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1);
  }
  for (; inner > 0; inner--, source += 4, w += 4) sum += load<f32>(source) * load<f32>(w);
  store<f32>(row, sum);
}

function addRowOfFour(row: usize, source: usize, inner: i32, w: usize): void {
  let s = v128.load(row);
  let t = f32x4.splat(0);
  for (; inner >= 2; inner -= 2, source += 32, w += 8) {
    s = multiplyAdd(v128.load32_splat(w), v128.load(source), s);
    t = multiplyAdd(v128.load32_splat(w, 4), v128.load(source, 16), t);
  }
  if (inner > 0) s = multiplyAdd(v128.load32_splat(w), v128.load(source), s);
  v128.store(row, f32x4.add(s, t));
}

function addRowOfEight(row: usize, source: usize, inner: i32, w: usize): void {
  let a = v128.load(row);
  let b = v128.load(row, 16);
  let c = f32x4.splat(0);
  let d = f32x4.splat(0);
  for (; inner >= 2; inner -= 2, source += 64, w += 8) {
    let v = v128.load32_splat(w);
    a = multiplyAdd(v, v128.load(source), a);
    b = multiplyAdd(v, v128.load(source, 16), b);
    v = v128.load32_splat(w, 4);
    c = multiplyAdd(v, v128.load(source, 32), c);
    d = multiplyAdd(v, v128.load(source, 48), d);
  }
  if (inner > 0) {
    const v = v128.load32_splat(w);
    a = multiplyAdd(v, v128.load(source), a);
    b = multiplyAdd(v, v128.load(source, 16), b);
  }
  v128.store(row, f32x4.add(a, c));
  v128.store(row, f32x4.add(b, d), 16);
}

/** Two rows with one reading of the source: shift and scale of a feature. */
function addPairOfEight(row: usize, source: usize, inner: i32, w: usize): void {
  let a0 = v128.load(row);
  let b0 = v128.load(row, 16);
  let a1 = v128.load(row, 32);
  let b1 = v128.load(row, 48);
  const next = <usize>inner << 2;
  do {
    const a = v128.load(source);
    const b = v128.load(source, 16);
    const v0 = v128.load32_splat(w);
    const v1 = v128.load32_splat(w + next);
    a0 = multiplyAdd(v0, a, a0);
    b0 = multiplyAdd(v0, b, b0);
    a1 = multiplyAdd(v1, a, a1);
    b1 = multiplyAdd(v1, b, b1);
    source += 32;
    w += 4;
  } while (--inner != 0);
  v128.store(row, a0);
  v128.store(row, b0, 16);
  v128.store(row, a1, 32);
  v128.store(row, b1, 48);
}
