// Each sum is made input by input, products and sums rounded apart: one signal or many, and TypeScript, give the same bits.

/**
 * out = start + W·x for `count` signals. `inner` and `outputs` are multiples of four; W stands in panels of 32, then 16,
 * then 4 outputs, `[inner, outputs of the panel]` each. `startRow` is the number of bytes between the starts of signals,
 * 0 where they share them.
 */
export function product(
  out: usize,
  start: usize,
  startRow: usize,
  w: usize,
  x: usize,
  inner: i32,
  outputs: i32,
  count: i32,
): void {
  const outRow = <usize>outputs << 2;
  const xRow = <usize>inner << 2;
  let vectors = outputs >> 2;
  while (vectors > 0) {
    const width = vectors >= 8 ? 8 : vectors >= 4 ? 4 : 1;
    const panelRow = <usize>width << 4;
    let to = out;
    let from = start;
    let row = x;
    let left = count;
    for (; left >= 4; left -= 4) {
      if (width == 1) fourByOne(to, outRow, from, startRow, w, row, xRow, inner);
      else {
        for (let at: usize = 0; at < panelRow; at += 32) {
          fourByTwo(to + at, outRow, from + at, startRow, w + at, panelRow, row, xRow, inner);
        }
      }
      to += outRow << 2;
      from += startRow << 2;
      row += xRow << 2;
    }
    for (; left > 0; left--) {
      if (width == 8) oneByEight(to, from, w, row, inner);
      else if (width == 4) oneByFour(to, from, w, row, inner);
      else oneByOne(to, from, w, row, inner);
      to += outRow;
      from += startRow;
      row += xRow;
    }
    w += <usize>inner * panelRow;
    out += panelRow;
    start += panelRow;
    vectors -= width;
  }
}

@inline
function add(sum: v128, x: v128, w: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, w));
}

function oneByEight(out: usize, start: usize, w: usize, x: usize, inner: i32): void {
  let s0 = v128.load(start);
  let s1 = v128.load(start, 16);
  let s2 = v128.load(start, 32);
  let s3 = v128.load(start, 48);
  let s4 = v128.load(start, 64);
  let s5 = v128.load(start, 80);
  let s6 = v128.load(start, 96);
  let s7 = v128.load(start, 112);
  do {
    const v = v128.load32_splat(x);
    s0 = add(s0, v, v128.load(w));
    s1 = add(s1, v, v128.load(w, 16));
    s2 = add(s2, v, v128.load(w, 32));
    s3 = add(s3, v, v128.load(w, 48));
    s4 = add(s4, v, v128.load(w, 64));
    s5 = add(s5, v, v128.load(w, 80));
    s6 = add(s6, v, v128.load(w, 96));
    s7 = add(s7, v, v128.load(w, 112));
    x += 4;
    w += 128;
  } while (--inner);
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
  v128.store(out, s7, 112);
}

function oneByFour(out: usize, start: usize, w: usize, x: usize, inner: i32): void {
  let s0 = v128.load(start);
  let s1 = v128.load(start, 16);
  let s2 = v128.load(start, 32);
  let s3 = v128.load(start, 48);
  do {
    const v = v128.load32_splat(x);
    s0 = add(s0, v, v128.load(w));
    s1 = add(s1, v, v128.load(w, 16));
    s2 = add(s2, v, v128.load(w, 32));
    s3 = add(s3, v, v128.load(w, 48));
    x += 4;
    w += 64;
  } while (--inner);
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}

function oneByOne(out: usize, start: usize, w: usize, x: usize, inner: i32): void {
  let sum = v128.load(start);
  do {
    sum = add(sum, v128.load32_splat(x), v128.load(w));
    x += 4;
    w += 16;
  } while (--inner);
  v128.store(out, sum);
}

function fourByTwo(
  out: usize,
  outRow: usize,
  start: usize,
  startRow: usize,
  w: usize,
  wRow: usize,
  x: usize,
  xRow: usize,
  inner: i32,
): void {
  const start1 = start + startRow;
  const start2 = start1 + startRow;
  const start3 = start2 + startRow;
  let a0 = v128.load(start);
  let b0 = v128.load(start, 16);
  let a1 = v128.load(start1);
  let b1 = v128.load(start1, 16);
  let a2 = v128.load(start2);
  let b2 = v128.load(start2, 16);
  let a3 = v128.load(start3);
  let b3 = v128.load(start3, 16);
  let x1 = x + xRow;
  let x2 = x1 + xRow;
  let x3 = x2 + xRow;
  do {
    const a = v128.load(w);
    const b = v128.load(w, 16);
    const v0 = v128.load32_splat(x);
    a0 = add(a0, v0, a);
    b0 = add(b0, v0, b);
    const v1 = v128.load32_splat(x1);
    a1 = add(a1, v1, a);
    b1 = add(b1, v1, b);
    const v2 = v128.load32_splat(x2);
    a2 = add(a2, v2, a);
    b2 = add(b2, v2, b);
    const v3 = v128.load32_splat(x3);
    a3 = add(a3, v3, a);
    b3 = add(b3, v3, b);
    w += wRow;
    x += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
  } while (--inner);
  const out1 = out + outRow;
  const out2 = out1 + outRow;
  const out3 = out2 + outRow;
  v128.store(out, a0);
  v128.store(out, b0, 16);
  v128.store(out1, a1);
  v128.store(out1, b1, 16);
  v128.store(out2, a2);
  v128.store(out2, b2, 16);
  v128.store(out3, a3);
  v128.store(out3, b3, 16);
}

function fourByOne(
  out: usize,
  outRow: usize,
  start: usize,
  startRow: usize,
  w: usize,
  x: usize,
  xRow: usize,
  inner: i32,
): void {
  let s0 = v128.load(start);
  let s1 = v128.load(start + startRow);
  let s2 = v128.load(start + 2 * startRow);
  let s3 = v128.load(start + 3 * startRow);
  do {
    const v = v128.load(w);
    s0 = add(s0, v128.load32_splat(x), v);
    s1 = add(s1, v128.load32_splat(x + xRow), v);
    s2 = add(s2, v128.load32_splat(x + 2 * xRow), v);
    s3 = add(s3, v128.load32_splat(x + 3 * xRow), v);
    w += 16;
    x += 4;
  } while (--inner);
  v128.store(out, s0);
  v128.store(out + outRow, s1);
  v128.store(out + 2 * outRow, s2);
  v128.store(out + 3 * outRow, s3);
}
