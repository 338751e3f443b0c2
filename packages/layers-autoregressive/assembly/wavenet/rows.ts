import { tanh } from '../../../kernels-wasm/assembly/elementwise/exp-minus-one';
import { sigmoid } from '../../../kernels-wasm/assembly/elementwise/logistic';

// Counts of floats are multiples of four and not 0.

/** gated = tanh(first half) · σ(second half) of each row. */
export function gate(gated: usize, sums: usize, features: i32, count: i32): void {
  const half = <usize>features << 2;
  for (; count > 0; count--, sums += half) {
    const end = sums + half;
    do {
      v128.store(gated, f32x4.mul(tanh(v128.load(sums)), sigmoid(v128.load(sums + half))));
      gated += 16;
      sums += 16;
    } while (sums < end);
  }
}

/** values = max(values, 0). */
export function rectify(values: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const end = values + (<usize>count << 2);
  do {
    const v = v128.load(values);
    v128.store(values, v128.bitselect(zero, v, f32x4.lt(v, zero)));
    values += 16;
  } while (values < end);
}

/** Puts the row into each of `count` rows. */
export function spread(rows: usize, row: usize, width: i32, count: i32): void {
  for (; count > 0; count--, rows += <usize>width << 2) copy(rows, row, width);
}

/** Adds the row to each of `count` rows. */
export function addToAll(rows: usize, row: usize, width: i32, count: i32): void {
  const bytes = <usize>width << 2;
  for (; count > 0; count--) {
    let at: usize = 0;
    do {
      v128.store(rows + at, f32x4.add(v128.load(rows + at), v128.load(row + at)));
      at += 16;
    } while (at < bytes);
    rows += bytes;
  }
}

@inline
export function copy(to: usize, from: usize, width: i32): void {
  const bytes = <usize>width << 2;
  let at: usize = 0;
  do {
    v128.store(to + at, v128.load(from + at));
    at += 16;
  } while (at < bytes);
}
