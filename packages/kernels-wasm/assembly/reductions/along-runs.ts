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

/** Sum or product of `count` contiguous floats, in float64: sixteen partial results, joined at the end. */
@inline
export function reduceRun(combine: i32, x: usize, count: i32): f64 {
  let total: f64 = combine == 0 ? 0 : 1;
  if (count >= 16) {
    let a = neutral(combine);
    let b = a;
    let c = a;
    let d = a;
    let e = a;
    let f = a;
    let g = a;
    let h = a;
    do {
      a = combineDoubles(combine, a, doubles(x, 0));
      b = combineDoubles(combine, b, doubles(x, 8));
      c = combineDoubles(combine, c, doubles(x, 16));
      d = combineDoubles(combine, d, doubles(x, 24));
      e = combineDoubles(combine, e, doubles(x, 32));
      f = combineDoubles(combine, f, doubles(x, 40));
      g = combineDoubles(combine, g, doubles(x, 48));
      h = combineDoubles(combine, h, doubles(x, 56));
      x += 64;
      count -= 16;
    } while (count >= 16);
    a = combineDoubles(combine, combineDoubles(combine, a, b), combineDoubles(combine, c, d));
    e = combineDoubles(combine, combineDoubles(combine, e, f), combineDoubles(combine, g, h));
    a = combineDoubles(combine, a, e);
    total = combineDouble(combine, f64x2.extract_lane(a, 0), f64x2.extract_lane(a, 1));
  }
  for (; count > 0; count--) {
    total = combineDouble(combine, total, <f64>load<f32>(x));
    x += 4;
  }
  return total;
}

/** Largest or smallest of `count` contiguous floats and of `best`. */
@inline
export function chooseInRun(combine: i32, x: usize, count: i32, best: f32): f32 {
  if (count >= 16) {
    let a = f32x4.splat(best);
    let b = a;
    let c = a;
    let d = a;
    let odd = oddLanes(f32x4.splat(0), a);
    let alsoOdd = odd;
    do {
      const first = v128.load(x);
      const second = v128.load(x, 16);
      const third = v128.load(x, 32);
      const fourth = v128.load(x, 48);
      a = choose(combine, a, first);
      b = choose(combine, b, second);
      c = choose(combine, c, third);
      d = choose(combine, d, fourth);
      odd = oddLanes(oddLanes(odd, first), second);
      alsoOdd = oddLanes(oddLanes(alsoOdd, third), fourth);
      x += 64;
      count -= 16;
    } while (count >= 16);
    a = v128.or(
      choose(combine, choose(combine, a, b), choose(combine, c, d)),
      v128.or(odd, alsoOdd),
    );
    best = chooseOne(
      combine,
      chooseOne(combine, f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
      chooseOne(combine, f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
    );
  }
  for (; count > 0; count--) {
    best = chooseOne(combine, best, load<f32>(x));
    x += 4;
  }
  return best;
}

/** Sum modulo 2³², largest or smallest of `count` contiguous int32 and of `best`. */
@inline
export function reduceIntRun(combine: i32, x: usize, count: i32, best: i32): i32 {
  if (count >= 8) {
    // `best` must enter a sum once only.
    let a = i32x4.splat(combine == 0 ? 0 : best);
    let b = a;
    do {
      a = chooseInts(combine, a, v128.load(x));
      b = chooseInts(combine, b, v128.load(x, 16));
      x += 32;
      count -= 8;
    } while (count >= 8);
    a = chooseInts(combine, a, b);
    best = chooseInt(combine, best, i32x4.extract_lane(a, 0));
    best = chooseInt(combine, best, i32x4.extract_lane(a, 1));
    best = chooseInt(combine, best, i32x4.extract_lane(a, 2));
    best = chooseInt(combine, best, i32x4.extract_lane(a, 3));
  }
  for (; count > 0; count--) {
    best = chooseInt(combine, best, load<i32>(x));
    x += 4;
  }
  return best;
}
