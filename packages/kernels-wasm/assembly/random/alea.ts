import { coordinate, isInside, normalsOfPoints } from './polar';

/**
 * Alea (Baagøe 2010), the generator behind tfjs's seeds: a multiply-with-carry generator of 32-bit words. It is published
 * in floats, but every number in it is a whole multiple of 2⁻³², so whole numbers give the same bits.
 */
const MULTIPLIER: u64 = 2091639;

/**
 * `count` normals by the polar method. `state` holds three words and the carry; behind them is room for one point.
 */
export function aleaNormals(state: usize, y: usize, count: i32, mean: f64, deviation: f64): void {
  points(state, y, count >> 1);
  normalsOfPoints(y, count >> 1, 0, mean, deviation);
  if ((count & 1) == 0) return;
  const place = state + 16;
  points(state, place, 1);
  normalsOfPoints(place, 1, 0, mean, deviation);
  store<f32>(y + (<usize>(count - 1) << 2), load<f32>(place));
}

/** Points inside the unit circle, as pairs of words. Every point is stored; one outside is overwritten by the next. */
function points(state: usize, y: usize, pairs: i32): void {
  let a = <u64>load<u32>(state);
  let b = <u64>load<u32>(state, 4);
  let c = <u64>load<u32>(state, 8);
  let carry = <u64>load<u32>(state, 12);
  const end = y + (<usize>pairs << 3);
  while (y != end) {
    const first = MULTIPLIER * a + carry;
    const second = MULTIPLIER * b + (first >> 32);
    a = c;
    b = first & 0xffffffff;
    c = second & 0xffffffff;
    carry = second >> 32;
    store<u32>(y, <u32>first);
    store<u32>(y, <u32>second, 4);
    y += isInside(coordinate(<u32>first, 0), coordinate(<u32>second, 0)) << 3;
  }
  store<u32>(state, <u32>a);
  store<u32>(state, <u32>b, 4);
  store<u32>(state, <u32>c, 8);
  store<u32>(state, <u32>carry, 12);
}

/** `count` uniforms minimum + range · u, computed in float64 and rounded to float32; the state as above. */
export function aleaUniforms(state: usize, y: usize, count: i32, minimum: f64, range: f64): void {
  let a = <u64>load<u32>(state);
  let b = <u64>load<u32>(state, 4);
  let c = <u64>load<u32>(state, 8);
  let carry = <u64>load<u32>(state, 12);
  for (const end = y + (<usize>count << 2); y != end; y += 4) {
    const t = MULTIPLIER * a + carry;
    a = b;
    b = c;
    c = t & 0xffffffff;
    carry = t >> 32;
    store<f32>(y, <f32>(minimum + range * (<f64>(<u32>c) * 2.3283064365386962890625e-10)));
  }
}
