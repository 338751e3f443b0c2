import {
  choose,
  chooseInt,
  chooseInts,
  chooseOne,
  combineDouble,
  combineDoubles,
  doubles,
  neutral,
  oddLanes,
} from './combine';

/**
 * y[j] = scale · Σ or Π of x[r][j] over `rows` rows, in float64. Sixteen columns at a time stay in registers: a whole
 * cache line of each row.
 */
@inline
export function reduceRows(combine: i32, x: usize, y: usize, rows: i32, xRow: usize, columns: i32, scale: f64): void {
  const factor = f64x2.splat(scale);
  while (columns >= 16) {
    let from = x;
    let rest = rows;
    let a = neutral(combine);
    let b = a;
    let c = a;
    let d = a;
    let e = a;
    let f = a;
    let g = a;
    let h = a;
    do {
      a = combineDoubles(combine, a, doubles(from, 0));
      b = combineDoubles(combine, b, doubles(from, 8));
      c = combineDoubles(combine, c, doubles(from, 16));
      d = combineDoubles(combine, d, doubles(from, 24));
      e = combineDoubles(combine, e, doubles(from, 32));
      f = combineDoubles(combine, f, doubles(from, 40));
      g = combineDoubles(combine, g, doubles(from, 48));
      h = combineDoubles(combine, h, doubles(from, 56));
      from += xRow;
    } while (--rest);
    storeRounded(y, a, b, factor);
    storeRounded(y + 16, c, d, factor);
    storeRounded(y + 32, e, f, factor);
    storeRounded(y + 48, g, h, factor);
    x += 64;
    y += 64;
    columns -= 16;
  }
  while (columns >= 4) {
    let from = x;
    let rest = rows;
    let a = neutral(combine);
    let b = a;
    do {
      a = combineDoubles(combine, a, doubles(from, 0));
      b = combineDoubles(combine, b, doubles(from, 8));
      from += xRow;
    } while (--rest);
    storeRounded(y, a, b, factor);
    x += 16;
    y += 16;
    columns -= 4;
  }
  while (columns > 0) {
    let from = x;
    let rest = rows;
    let total: f64 = combine == 0 ? 0 : 1;
    do {
      total = combineDouble(combine, total, <f64>load<f32>(from));
      from += xRow;
    } while (--rest);
    store<f32>(y, <f32>(total * scale));
    x += 4;
    y += 4;
    columns--;
  }
}

/** Rounds four float64 to float32. */
@inline
function storeRounded(y: usize, low: v128, high: v128, factor: v128): void {
  const a = f32x4.demote_f64x2_zero(f64x2.mul(low, factor));
  const b = f32x4.demote_f64x2_zero(f64x2.mul(high, factor));
  v128.store(y, v128.shuffle<i64>(a, b, 0, 2));
}

/** y[j] = the largest or smallest x[r][j] over `rows` rows. */
@inline
export function chooseRows(combine: i32, x: usize, y: usize, rows: i32, xRow: usize, columns: i32): void {
  while (columns >= 16) {
    let from = x;
    let rest = rows;
    let a = v128.load(x);
    let b = v128.load(x, 16);
    let c = v128.load(x, 32);
    let d = v128.load(x, 48);
    let oddA = f32x4.splat(0);
    let oddB = oddA;
    let oddC = oddA;
    let oddD = oddA;
    do {
      const nextA = v128.load(from);
      const nextB = v128.load(from, 16);
      const nextC = v128.load(from, 32);
      const nextD = v128.load(from, 48);
      a = choose(combine, a, nextA);
      b = choose(combine, b, nextB);
      c = choose(combine, c, nextC);
      d = choose(combine, d, nextD);
      oddA = oddLanes(oddA, nextA);
      oddB = oddLanes(oddB, nextB);
      oddC = oddLanes(oddC, nextC);
      oddD = oddLanes(oddD, nextD);
      from += xRow;
    } while (--rest);
    v128.store(y, v128.or(a, oddA));
    v128.store(y, v128.or(b, oddB), 16);
    v128.store(y, v128.or(c, oddC), 32);
    v128.store(y, v128.or(d, oddD), 48);
    x += 64;
    y += 64;
    columns -= 16;
  }
  while (columns >= 4) {
    let from = x;
    let rest = rows;
    let a = v128.load(x);
    let odd = f32x4.splat(0);
    do {
      const next = v128.load(from);
      a = choose(combine, a, next);
      odd = oddLanes(odd, next);
      from += xRow;
    } while (--rest);
    v128.store(y, v128.or(a, odd));
    x += 16;
    y += 16;
    columns -= 4;
  }
  while (columns > 0) {
    let from = x;
    let rest = rows;
    let best = load<f32>(x);
    do {
      best = chooseOne(combine, best, load<f32>(from));
      from += xRow;
    } while (--rest);
    store<f32>(y, best);
    x += 4;
    y += 4;
    columns--;
  }
}

/** y[j] = the sum modulo 2³², the largest or the smallest int32 x[r][j] over `rows` rows. */
@inline
export function reduceIntRows(combine: i32, x: usize, y: usize, rows: i32, xRow: usize, columns: i32): void {
  while (columns >= 4) {
    let from = x + xRow;
    let a = v128.load(x);
    for (let rest = rows - 1; rest > 0; rest--) {
      a = chooseInts(combine, a, v128.load(from));
      from += xRow;
    }
    v128.store(y, a);
    x += 16;
    y += 16;
    columns -= 4;
  }
  while (columns > 0) {
    let from = x + xRow;
    let best = load<i32>(x);
    for (let rest = rows - 1; rest > 0; rest--) {
      best = chooseInt(combine, best, load<i32>(from));
      from += xRow;
    }
    store<i32>(y, best);
    x += 4;
    y += 4;
    columns--;
  }
}
