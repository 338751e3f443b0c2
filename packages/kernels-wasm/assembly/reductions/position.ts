import { choose, LARGEST } from './combine';

/** Whether a beats b; false where either is NaN. */
@inline
function beats(combine: i32, a: v128, b: v128): v128 {
  return combine == LARGEST ? f32x4.gt(a, b) : f32x4.lt(a, b);
}

@inline
function oneBeats(combine: i32, a: f32, b: f32): bool {
  return combine == LARGEST ? a > b : a < b;
}

/**
 * Position of the first largest or smallest of `count` contiguous floats. As on the cpu backend a NaN never beats and is
 * never beaten: it counts when it comes first, else not at all.
 */
@inline
export function positionInRun(combine: i32, x: usize, count: i32): i32 {
  let best = load<f32>(x);
  let position: i32 = 0;
  let at: i32 = 0;
  if (count >= 8) {
    let bests = f32x4.splat(best);
    let positions = i32x4.splat(0);
    let here = i32x4(0, 1, 2, 3);
    const four = i32x4.splat(4);
    do {
      const next = v128.load(x + ((<usize>at) << 2));
      const better = beats(combine, next, bests);
      bests = choose(combine, bests, next);
      positions = v128.bitselect(here, positions, better);
      here = i32x4.add(here, four);
      at += 4;
    } while (at + 4 <= count);
    best = f32x4.extract_lane(bests, 0);
    position = i32x4.extract_lane(positions, 0);
    for (let lane: i32 = 1; lane < 4; lane++) {
      // Lanes are constants of instructions, so the others are turned into the first place.
      bests = v128.shuffle<i32>(bests, bests, 1, 2, 3, 0);
      positions = v128.shuffle<i32>(positions, positions, 1, 2, 3, 0);
      const value = f32x4.extract_lane(bests, 0);
      const place = i32x4.extract_lane(positions, 0);
      if (oneBeats(combine, value, best) || (value == best && place < position)) {
        best = value;
        position = place;
      }
    }
  }
  for (; at < count; at++) {
    const value = load<f32>(x + ((<usize>at) << 2));
    if (oneBeats(combine, value, best)) {
      best = value;
      position = at;
    }
  }
  return position;
}

/** y[j] = the r of the first largest or smallest x[r][j] over `rows` rows. */
@inline
export function positionInRows(combine: i32, x: usize, y: usize, rows: i32, xRow: usize, columns: i32): void {
  while (columns >= 4) {
    let from = x;
    let bests = v128.load(x);
    let positions = i32x4.splat(0);
    let here = positions;
    const one = i32x4.splat(1);
    for (let rest = rows - 1; rest > 0; rest--) {
      from += xRow;
      here = i32x4.add(here, one);
      const next = v128.load(from);
      const better = beats(combine, next, bests);
      bests = choose(combine, bests, next);
      positions = v128.bitselect(here, positions, better);
    }
    v128.store(y, positions);
    x += 16;
    y += 16;
    columns -= 4;
  }
  while (columns > 0) {
    let from = x;
    let best = load<f32>(x);
    let position: i32 = 0;
    for (let row: i32 = 1; row < rows; row++) {
      from += xRow;
      const value = load<f32>(from);
      if (oneBeats(combine, value, best)) {
        best = value;
        position = row;
      }
    }
    store<i32>(y, position);
    x += 4;
    y += 4;
    columns--;
  }
}
