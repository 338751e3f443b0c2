import { combineDouble, combineDoubles, doubles, neutral } from './combine';

/**
 * Running sum or product along runs of `count` floats, in float64. Four runs go side by side: each addition waits for the
 * one before it, so one run alone would leave the processor idle. A negative step runs from the end.
 */
@inline
export function cumulateRuns(
  combine: i32,
  exclusive: bool,
  x: usize,
  y: usize,
  rows: i32,
  row: usize,
  count: i32,
  step: usize,
): void {
  const two = row + row;
  const three = two + row;
  while (rows >= 4) {
    let at: usize = 0;
    let rest = count;
    let a: f64 = combine == 0 ? 0 : 1;
    let b = a;
    let c = a;
    let d = a;
    do {
      const from = x + at;
      const to = y + at;
      const nextA = combineDouble(combine, a, <f64>load<f32>(from));
      const nextB = combineDouble(combine, b, <f64>load<f32>(from + row));
      const nextC = combineDouble(combine, c, <f64>load<f32>(from + two));
      const nextD = combineDouble(combine, d, <f64>load<f32>(from + three));
      store<f32>(to, <f32>(exclusive ? a : nextA));
      store<f32>(to + row, <f32>(exclusive ? b : nextB));
      store<f32>(to + two, <f32>(exclusive ? c : nextC));
      store<f32>(to + three, <f32>(exclusive ? d : nextD));
      a = nextA;
      b = nextB;
      c = nextC;
      d = nextD;
      at += step;
    } while (--rest);
    x += three + row;
    y += three + row;
    rows -= 4;
  }
  while (rows > 0) {
    let at: usize = 0;
    let rest = count;
    let a: f64 = combine == 0 ? 0 : 1;
    do {
      const next = combineDouble(combine, a, <f64>load<f32>(x + at));
      store<f32>(y + at, <f32>(exclusive ? a : next));
      a = next;
      at += step;
    } while (--rest);
    x += row;
    y += row;
    rows--;
  }
}

/** Running sum or product over `rows` rows, `step` bytes apart, in float64; eight columns at a time. */
@inline
export function cumulateRows(
  combine: i32,
  exclusive: bool,
  x: usize,
  y: usize,
  rows: i32,
  step: usize,
  columns: i32,
): void {
  while (columns >= 8) {
    let at: usize = 0;
    let rest = rows;
    let a = neutral(combine);
    let b = a;
    let c = a;
    let d = a;
    do {
      const from = x + at;
      const to = y + at;
      const nextA = combineDoubles(combine, a, doubles(from, 0));
      const nextB = combineDoubles(combine, b, doubles(from, 8));
      const nextC = combineDoubles(combine, c, doubles(from, 16));
      const nextD = combineDoubles(combine, d, doubles(from, 24));
      storePairs(to, exclusive ? a : nextA, exclusive ? b : nextB);
      storePairs(to + 16, exclusive ? c : nextC, exclusive ? d : nextD);
      a = nextA;
      b = nextB;
      c = nextC;
      d = nextD;
      at += step;
    } while (--rest);
    x += 32;
    y += 32;
    columns -= 8;
  }
  while (columns > 0) {
    let at: usize = 0;
    let rest = rows;
    let a: f64 = combine == 0 ? 0 : 1;
    do {
      const next = combineDouble(combine, a, <f64>load<f32>(x + at));
      store<f32>(y + at, <f32>(exclusive ? a : next));
      a = next;
      at += step;
    } while (--rest);
    x += 4;
    y += 4;
    columns--;
  }
}

@inline
function storePairs(y: usize, low: v128, high: v128): void {
  v128.store(y, v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2));
}
