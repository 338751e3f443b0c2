import { transposed0, transposed1, transposed2, transposed3 } from '../shared/transpose';
import { choose, chooseOne, combineDouble, combineDoubles, doubles, neutral, oddLanes } from './combine';

/** The j-th numbers of four neighbouring runs. */
@inline
function column(x: usize, row: usize): v128 {
  let v = v128.load32_zero(x);
  v = v128.load_lane<u32>(x + row, v, 1);
  v = v128.load_lane<u32>(x + row + row, v, 2);
  return v128.load_lane<u32>(x + row + row + row, v, 3);
}

/**
 * y[k] = scale · Σ or Π of the k-th run of `count` contiguous floats, in float64, where all runs follow each other. Four
 * runs go side by side, since the work around a short run costs more than the run.
 */
@inline
export function reduceShortRuns(combine: i32, x: usize, y: usize, n: i32, count: i32, scale: f64): void {
  const row = (<usize>count) << 2;
  const factor = f64x2.splat(scale);
  while (n >= 4) {
    let from = x;
    let rest = count;
    let a = neutral(combine);
    let b = a;
    let c = a;
    let d = a;
    while (rest >= 2) {
      const third = from + row + row;
      a = combineDoubles(combine, a, doubles(from, 0));
      b = combineDoubles(combine, b, doubles(from + row, 0));
      c = combineDoubles(combine, c, doubles(third, 0));
      d = combineDoubles(combine, d, doubles(third + row, 0));
      from += 8;
      rest -= 2;
    }
    let low = combineDoubles(combine, v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3));
    let high = combineDoubles(combine, v128.shuffle<i64>(c, d, 0, 2), v128.shuffle<i64>(c, d, 1, 3));
    if (rest > 0) {
      const last = column(from, row);
      low = combineDoubles(combine, low, f64x2.promote_low_f32x4(last));
      high = combineDoubles(combine, high, f64x2.promote_low_f32x4(v128.shuffle<i64>(last, last, 1, 1)));
    }
    const first = f32x4.demote_f64x2_zero(f64x2.mul(low, factor));
    const second = f32x4.demote_f64x2_zero(f64x2.mul(high, factor));
    v128.store(y, v128.shuffle<i64>(first, second, 0, 2));
    x += row << 2;
    y += 16;
    n -= 4;
  }
  while (n > 0) {
    let total: f64 = combine == 0 ? 0 : 1;
    for (let rest = count; rest > 0; rest--) {
      total = combineDouble(combine, total, <f64>load<f32>(x));
      x += 4;
    }
    store<f32>(y, <f32>(total * scale));
    y += 4;
    n--;
  }
}

/** y[k] = the largest or smallest of the k-th run of `count` contiguous floats, where all runs follow each other. */
@inline
export function chooseShortRuns(combine: i32, x: usize, y: usize, n: i32, count: i32): void {
  const row = (<usize>count) << 2;
  while (n >= 4) {
    let from = x;
    let rest = count;
    let best = column(x, row);
    let odd = oddLanes(f32x4.splat(0), best);
    while (rest >= 4) {
      const third = from + row + row;
      const a = v128.load(from);
      const b = v128.load(from + row);
      const c = v128.load(third);
      const d = v128.load(third + row);
      const first = transposed0(a, b, c, d);
      const second = transposed1(a, b, c, d);
      const next = transposed2(a, b, c, d);
      const last = transposed3(a, b, c, d);
      best = choose(combine, best, choose(combine, choose(combine, first, second), choose(combine, next, last)));
      odd = oddLanes(oddLanes(oddLanes(oddLanes(odd, first), second), next), last);
      from += 16;
      rest -= 4;
    }
    while (rest > 0) {
      const next = column(from, row);
      best = choose(combine, best, next);
      odd = oddLanes(odd, next);
      from += 4;
      rest--;
    }
    v128.store(y, v128.or(best, odd));
    x += row << 2;
    y += 16;
    n -= 4;
  }
  while (n > 0) {
    let best = load<f32>(x);
    for (let rest = count; rest > 0; rest--) {
      best = chooseOne(combine, best, load<f32>(x));
      x += 4;
    }
    store<f32>(y, best);
    y += 4;
    n--;
  }
}
