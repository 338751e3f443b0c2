import { tanh } from '../../../kernels-wasm/assembly/elementwise/exp-minus-one';
import { leavesRange, safeLog } from '../stacks/exponential';
import { ELEMENT, parameter, SylvesterJob, widthOf } from './job';

/** √(1 − μ) tanh(·) of both diagonals, and 1 + their product. */
export function prepare(job: SylvesterJob, own: bool): void {
  const width = widthOf(own);
  const bound = f32x4.splat(job.bound);
  for (let i: usize = 0; i < <usize>job.width; i++) {
    const square = i * (<usize>job.width + 1) * width;
    const outer = f32x4.mul(bound, tanh(parameter(own, job.ownTriangles + square)));
    const inner = f32x4.mul(bound, tanh(parameter(own, job.ownDiagonal + i * width)));
    v128.store(job.outer + i * ELEMENT, outer);
    v128.store(job.inner + i * ELEMENT, inner);
    v128.store(job.edge + i * ELEMENT, f32x4.add(f32x4.splat(1), f32x4.mul(outer, inner)));
  }
}

/** h = tanh(R̃ q + b), and Σ log(1 + h′ r r̃) to `logDet`, one float32 for each example: the logarithm of a product. */
@inline
export function activate(job: SylvesterJob, own: bool, logDet: usize): void {
  multiplyInner(job, own);
  const one = f32x4.splat(1);
  let low = f64x2.splat(1);
  let high = f64x2.splat(1);
  let logLow = f64x2.splat(0);
  let logHigh = f64x2.splat(0);
  const edges = job.edge - job.hidden;
  let at = job.hidden;
  const end = at + <usize>job.width * ELEMENT;
  do {
    const h = tanh(v128.load(at));
    v128.store(at, h);
    const slope = slopeOf(h, v128.load(at + edges), one);
    low = f64x2.mul(low, f64x2.promote_low_f32x4(slope));
    high = f64x2.mul(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(slope, slope, 1, 1)));
    if (leavesRange(low)) {
      logLow = f64x2.add(logLow, safeLog(low));
      low = f64x2.splat(1);
    }
    if (leavesRange(high)) {
      logHigh = f64x2.add(logHigh, safeLog(high));
      high = f64x2.splat(1);
    }
    at += ELEMENT;
  } while (at < end);
  const first = f32x4.demote_f64x2_zero(f64x2.add(logLow, safeLog(low)));
  const second = f32x4.demote_f64x2_zero(f64x2.add(logHigh, safeLog(high)));
  v128.store(logDet, v128.shuffle<i64>(first, second, 0, 2));
}

/** sum + value · x. */
@inline
function plus(sum: v128, value: v128, x: v128): v128 {
  return f32x4.add(sum, f32x4.mul(value, x));
}

/** The parameter so many elements behind an address: a number that is known here becomes part of the instruction. */
@inline
function next(own: bool, at: usize, elements: i32): v128 {
  if (elements == 1) return own ? v128.load(at, 16) : v128.load32_splat(at, 4);
  if (elements == 2) return own ? v128.load(at, 32) : v128.load32_splat(at, 8);
  return own ? v128.load(at, 48) : v128.load32_splat(at, 12);
}

/** R̃ q + b to `hidden`, four rows at a time; R̃ stands transposed below the diagonal, so its rows are columns there. */
@inline
function multiplyInner(job: SylvesterJob, own: bool): void {
  const width = widthOf(own);
  const row = <usize>job.width * width;
  const last = job.inBasis + <usize>job.width * ELEMENT;
  const inner = job.inner - job.inBasis;
  const hidden = job.hidden - job.inBasis;
  let at = job.inBasis;
  let offset = job.ownOffset;
  // The diagonal of the triangles.
  let cell = job.ownTriangles;
  for (; at + 3 * ELEMENT < last; at += 4 * ELEMENT, offset += 4 * width, cell += 4 * (row + width)) {
    const q1 = v128.load(at, 16);
    const q2 = v128.load(at, 32);
    const q3 = v128.load(at, 48);
    let a = plus(parameter(own, offset), v128.load(at + inner), v128.load(at));
    let b = plus(next(own, offset, 1), v128.load(at + inner, 16), q1);
    let c = plus(next(own, offset, 2), v128.load(at + inner, 32), q2);
    let d = plus(next(own, offset, 3), v128.load(at + inner, 48), q3);
    let from = cell + row;
    a = plus(a, parameter(own, from), q1);
    from += row;
    a = plus(a, parameter(own, from), q2);
    b = plus(b, next(own, from, 1), q2);
    from += row;
    a = plus(a, parameter(own, from), q3);
    b = plus(b, next(own, from, 1), q3);
    c = plus(c, next(own, from, 2), q3);
    from += row;
    let x = at + 4 * ELEMENT;
    if (x < last) {
      do {
        const q = v128.load(x);
        a = plus(a, parameter(own, from), q);
        b = plus(b, next(own, from, 1), q);
        c = plus(c, next(own, from, 2), q);
        d = plus(d, next(own, from, 3), q);
        from += row;
        x += ELEMENT;
      } while (x < last);
    }
    v128.store(at + hidden, a);
    v128.store(at + hidden, b, 16);
    v128.store(at + hidden, c, 32);
    v128.store(at + hidden, d, 48);
  }
  for (; at < last; at += ELEMENT, offset += width, cell += row + width) {
    let a = plus(parameter(own, offset), v128.load(at + inner), v128.load(at));
    let from = cell + row;
    for (let x = at + ELEMENT; x < last; x += ELEMENT, from += row) a = plus(a, parameter(own, from), v128.load(x));
    v128.store(at + hidden, a);
  }
}

/** 1 + h′ r r̃ = h² + (1 − h²)(1 + r r̃), a sum of what is not negative. */
@inline
export function slopeOf(h: v128, edge: v128, one: v128): v128 {
  return f32x4.add(f32x4.mul(h, h), f32x4.mul(shareOf(h, one), edge));
}

/** 1 − h² without cancellation. */
@inline
export function shareOf(h: v128, one: v128): v128 {
  return f32x4.mul(f32x4.sub(one, h), f32x4.add(one, h));
}

/** R h, with q added where the result is x + Q R h; in the place of q. Four rows at a time. */
@inline
export function move(job: SylvesterJob, own: bool): void {
  const width = widthOf(own);
  const row = <usize>job.width * width;
  const last = job.hidden + <usize>job.width * ELEMENT;
  const outer = job.outer - job.hidden;
  const places = job.inBasis - job.hidden;
  const adding = job.adding;
  let at = job.hidden;
  let cell = job.ownTriangles;
  for (; at + 3 * ELEMENT < last; at += 4 * ELEMENT, cell += 4 * (row + width)) {
    const h1 = v128.load(at, 16);
    const h2 = v128.load(at, 32);
    const h3 = v128.load(at, 48);
    let a = f32x4.mul(v128.load(at + outer), v128.load(at));
    let b = f32x4.mul(v128.load(at + outer, 16), h1);
    let c = f32x4.mul(v128.load(at + outer, 32), h2);
    let d = f32x4.mul(v128.load(at + outer, 48), h3);
    a = plus(plus(plus(a, next(own, cell, 1), h1), next(own, cell, 2), h2), next(own, cell, 3), h3);
    b = plus(plus(b, next(own, cell + row, 2), h2), next(own, cell + row, 3), h3);
    c = plus(c, next(own, cell + 2 * row, 3), h3);
    let first = cell + 4 * width;
    let x = at + 4 * ELEMENT;
    if (x < last) {
      let second = first + row;
      let third = second + row;
      let fourth = third + row;
      do {
        const h = v128.load(x);
        a = plus(a, parameter(own, first), h);
        b = plus(b, parameter(own, second), h);
        c = plus(c, parameter(own, third), h);
        d = plus(d, parameter(own, fourth), h);
        first += width;
        second += width;
        third += width;
        fourth += width;
        x += ELEMENT;
      } while (x < last);
    }
    const place = at + places;
    v128.store(place, adding ? f32x4.add(v128.load(place), a) : a);
    v128.store(place, adding ? f32x4.add(v128.load(place, 16), b) : b, 16);
    v128.store(place, adding ? f32x4.add(v128.load(place, 32), c) : c, 32);
    v128.store(place, adding ? f32x4.add(v128.load(place, 48), d) : d, 48);
  }
  for (; at < last; at += ELEMENT, cell += row + width) {
    let a = f32x4.mul(v128.load(at + outer), v128.load(at));
    let from = cell + width;
    for (let x = at + ELEMENT; x < last; x += ELEMENT, from += width) a = plus(a, parameter(own, from), v128.load(x));
    const place = at + places;
    v128.store(place, adding ? f32x4.add(v128.load(place), a) : a);
  }
}
