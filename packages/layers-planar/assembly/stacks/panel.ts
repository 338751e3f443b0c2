/**
 * A panel: four examples side by side in float64. Element i of all four is 32 bytes, two pairs. What all examples share is
 * one float64 for each element, loaded into both lanes.
 */
export const PANEL: i32 = 4;
export const ELEMENT: usize = 32;

/** Bytes of an element of a parameter. */
@inline
export function widthOf(own: bool): usize {
  return own ? ELEMENT : 8;
}

/** Sums of all examples have one lane less: pairs are added. */
@inline
export function sumWidth(own: bool): usize {
  return own ? ELEMENT : 16;
}

/** A parameter for the first two examples. */
@inline
export function lower(own: bool, at: usize): v128 {
  return own ? v128.load(at) : v128.load64_splat(at);
}

/** A parameter for the last two examples, `low` being that for the first two. */
@inline
export function upper(own: bool, at: usize, low: v128): v128 {
  return own ? v128.load(at, 16) : low;
}

/** A parameter for two examples of a panel: `offset` is 0 for the first two, 16 for the last. */
@inline
export function half(own: bool, at: usize, offset: usize): v128 {
  return own ? v128.load(at + offset) : v128.load64_splat(at);
}

/** Stores a parameter for two examples; what is shared is the same in both lanes. */
@inline
export function putHalf(own: bool, at: usize, offset: usize, v: v128): void {
  if (own) v128.store(at + offset, v);
  else v128.store_lane<f64>(at, v, 0);
}

/** Copies rows first … first + 3 of float32 numbers into a panel; rows from `rows` on repeat the last one. */
export function gather(source: usize, first: i32, rows: i32, count: i32, panel: usize): void {
  const bytes = <usize>count << 2;
  for (let lane = 0; lane < PANEL; lane++) {
    let from = source + <usize>min(first + lane, rows - 1) * bytes;
    let to = panel + (<usize>lane << 3);
    for (const end = from + bytes; from < end; from += 4, to += ELEMENT) store<f64>(to, <f64>load<f32>(from));
  }
}

/** Copies the rows of a panel that exist back. */
export function scatter(panel: usize, target: usize, first: i32, rows: i32, count: i32): void {
  const bytes = <usize>count << 2;
  for (let lane = 0; lane < min(PANEL, rows - first); lane++) {
    let from = panel + (<usize>lane << 3);
    let to = target + <usize>(first + lane) * bytes;
    for (const end = to + bytes; to < end; from += ELEMENT, to += 4) store<f32>(to, <f32>load<f64>(from));
  }
}

/** One parameter row as float64. */
export function widen(source: usize, count: i32, target: usize): void {
  for (const end = source + (<usize>count << 2); source < end; source += 4, target += 8) {
    store<f64>(target, <f64>load<f32>(source));
  }
}

/** The parameters of a panel, or those of all. */
@inline
export function place(own: bool, source: usize, first: i32, rows: i32, count: i32, target: usize): void {
  if (own) gather(source, first, rows, count, target);
  else widen(source, count, target);
}

/** Gradients of parameters: rows of the panel, or the one row that all share. */
export function giveBack(own: bool, sums: usize, target: usize, first: i32, rows: i32, count: i32): void {
  if (own) {
    scatter(sums, target, first, rows, count);
    return;
  }
  for (const end = target + (<usize>count << 2); target < end; target += 4, sums += 8) {
    store<f32>(target, <f32>load<f64>(sums));
  }
}

/** Sets float64 numbers to 0. */
@inline
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

/** Sets to 0 the elements of the examples that only repeat the last row. */
export function existing(panel: usize, count: i32, first: i32, rows: i32): void {
  for (let lane = max(rows - first, 0); lane < PANEL; lane++) {
    let at = panel + (<usize>lane << 3);
    for (const end = at + <usize>count * ELEMENT; at < end; at += ELEMENT) store<f64>(at, 0);
  }
}

/** Adds the two lanes of each sum; afterwards they are 8 bytes apart. */
export function joinPairs(sums: usize, count: i32): void {
  let to = sums;
  for (const end = sums + (<usize>count << 3); to < end; to += 8, sums += 16) {
    store<f64>(to, load<f64>(sums) + load<f64>(sums, 8));
  }
}

/** Changes the sign of one element. */
@inline
export function negate(at: usize): void {
  v128.store(at, f64x2.neg(v128.load(at)));
  v128.store(at, f64x2.neg(v128.load(at, 16)), 16);
}
