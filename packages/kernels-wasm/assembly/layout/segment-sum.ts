/** How often each segment occurs goes to `counts` (zeroed before); gives the largest. Ids outside are skipped. */
@inline
export function largestCount(ids: usize, count: i32, counts: usize, segments: i32): i32 {
  let largest: i32 = 0;
  do {
    const id = load<u32>(ids);
    if (id < <u32>segments) {
      const place = counts + ((<usize>id) << 2);
      const next = load<i32>(place) + 1;
      store<i32>(place, next);
      largest = max(largest, next);
    }
    ids += 4;
  } while (--count);
  return largest;
}

/** sums[id] += row, in float32; enough where no segment has more than two rows: one rounding. */
@inline
export function addRows(x: usize, ids: usize, sums: usize, count: i32, size: i32, segments: i32): void {
  const bytes = (<usize>size) << 2;
  do {
    const id = load<u32>(ids);
    if (id < <u32>segments) {
      let from = x;
      let to = sums + <usize>id * bytes;
      let rest = size;
      while (rest >= 4) {
        v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
        from += 16;
        to += 16;
        rest -= 4;
      }
      while (rest > 0) {
        store<f32>(to, load<f32>(to) + load<f32>(from));
        from += 4;
        to += 4;
        rest--;
      }
    }
    x += bytes;
    ids += 4;
  } while (--count);
}

/** sums[id] += row, in float64. */
@inline
export function addRowsInDouble(x: usize, ids: usize, sums: usize, count: i32, size: i32, segments: i32): void {
  const bytes = (<usize>size) << 2;
  do {
    const id = load<u32>(ids);
    if (id < <u32>segments) {
      let from = x;
      let to = sums + 2 * (<usize>id * bytes);
      let rest = size;
      while (rest >= 4) {
        v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(v128.load64_zero(from))));
        v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(v128.load64_zero(from, 8))), 16);
        from += 16;
        to += 32;
        rest -= 4;
      }
      while (rest > 0) {
        store<f64>(to, load<f64>(to) + <f64>load<f32>(from));
        from += 4;
        to += 8;
        rest--;
      }
    }
    x += bytes;
    ids += 4;
  } while (--count);
}

/** sums[id[k]][k] += x[k] for rows of ids beside rows of values. */
@inline
export function addElements(x: usize, ids: usize, sums: usize, count: i32, size: i32, segments: i32): void {
  do {
    for (let k: i32 = 0; k < size; k++) {
      const id = load<u32>(ids);
      if (id < <u32>segments) {
        const place = sums + ((<usize>id * <usize>size + <usize>k) << 3);
        store<f64>(place, load<f64>(place) + <f64>load<f32>(x));
      }
      x += 4;
      ids += 4;
    }
  } while (--count);
}

/** float64 → float32. */
@inline
export function roundSums(sums: usize, y: usize, count: i32): void {
  for (; count > 0; count--) {
    store<f32>(y, <f32>load<f64>(sums));
    sums += 8;
    y += 4;
  }
}
