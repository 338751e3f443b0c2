import { coordinate, isInside, normalsOfPoints, secondNormal } from './polar';

/** Words are taken as the middle of their interval, so that no uniform is 0. */
const OFFSET: f64 = 0.5;

/**
 * `count` standard normals from xoshiro128** (Blackman & Vigna 2018) by the polar method. `state` holds the four words, and
 * holds the next ones afterwards; behind them is room for one point. Gives the second normal of the last point, in
 * float64, where the count is odd, else 0.
 */
export function xoshiroNormals(state: usize, y: usize, count: i32): f64 {
  points(state, y, count >> 1);
  normalsOfPoints(y, count >> 1, OFFSET, 0, 1);
  if ((count & 1) == 0) return 0;
  const place = state + 16;
  points(state, place, 1);
  const second = secondNormal(place, OFFSET);
  normalsOfPoints(place, 1, OFFSET, 0, 1);
  store<f32>(y + (<usize>(count - 1) << 2), load<f32>(place));
  return second;
}

/** Points inside the unit circle, as pairs of words. Every point is stored; one outside is overwritten by the next. */
function points(state: usize, y: usize, pairs: i32): void {
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  const end = y + (<usize>pairs << 3);
  while (y != end) {
    const first = rotl<u32>(b * 5, 7) * 9;
    let t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl<u32>(d, 11);
    const second = rotl<u32>(b * 5, 7) * 9;
    t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl<u32>(d, 11);
    store<u32>(y, first);
    store<u32>(y, second, 4);
    y += isInside(coordinate(first, OFFSET), coordinate(second, OFFSET)) << 3;
  }
  store<u32>(state, a);
  store<u32>(state, b, 4);
  store<u32>(state, c, 8);
  store<u32>(state, d, 12);
}
