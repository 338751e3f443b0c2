import { storePart } from '../../../kernels-wasm/assembly/shared/vector';
import { addressAt, columnStep, imageStep, keptRows, rowStep, slotOf } from './places';

const PLACE_BYTES: usize = 20;
/** Bytes of the 16 weights with which one input number meets a panel of outputs. */
const STEP: usize = 64;

/**
 * target = from + addend + Σ source · weights at each position, input after input: every sum is rounded as if it were
 * alone, however many are computed together. Weights lie in panels of 16 outputs, `[panel, input, 16]`.
 */
export function writeProduct(
  memory: usize,
  words: usize,
  at: usize,
  images: i32,
  row: i32,
  column: i32,
  columns: i32,
): void {
  const source = words + <usize>load<i32>(at, 24) * PLACE_BYTES;
  const from = words + <usize>load<i32>(at, 16) * PLACE_BYTES;
  const addend = words + <usize>load<i32>(at, 20) * PLACE_BYTES;
  const target = words + <usize>load<i32>(at, 12) * PLACE_BYTES;
  const runs = load<i32>(at, 36);
  const length = load<i32>(at, 40);
  const rows = keptRows(source);
  const rowBytes = rowStep(source);
  const slot = slotOf(source, row + load<i32>(at, 28));
  // The row is left out: it turns with the slots.
  const sourceAt = memory + (<usize>(load<i32>(source) + (column + load<i32>(at, 32)) * load<i32>(source, 16)) << 2);
  const fromAt = addressAt(memory, from, row, column);
  const addendAt = addressAt(memory, addend, row, column);
  const targetAt = addressAt(memory, target, row, column);
  const panelBytes = <usize>(runs * length) * STEP;
  let weights = memory + (<usize>load<i32>(at, 8) << 2);
  // Pairs of neighbours share the reading of weights: columns of one image, or images at one column.
  const across = columns == 1;
  const inner = across ? images : columns;
  const outer = across ? 1 : images;
  const sourceStep = across ? imageStep(source) : columnStep(source);
  const fromStep = across ? imageStep(from) : columnStep(from);
  const addendStep = across ? imageStep(addend) : columnStep(addend);
  const targetStep = across ? imageStep(target) : columnStep(target);
  let left = load<i32>(at, 4);
  let skipped: usize = 0;
  for (; left > 0; left -= 16, skipped += STEP, weights += panelBytes) {
    for (let image = 0; image < outer; image++) {
      let s = sourceAt + <usize>image * imageStep(source);
      let f = fromAt + <usize>image * imageStep(from) + skipped;
      let a = addendAt + <usize>image * imageStep(addend) + skipped;
      let t = targetAt + <usize>image * imageStep(target) + skipped;
      let count = inner;
      for (; count >= 2; count -= 2) {
        writePair(weights, s, sourceStep, slot, rows, rowBytes, runs, length, f, fromStep, a, addendStep, t, targetStep, left);
        s += 2 * sourceStep;
        f += 2 * fromStep;
        a += 2 * addendStep;
        t += 2 * targetStep;
      }
      if (count > 0) writeSingle(weights, s, slot, rows, rowBytes, runs, length, f, a, t, left);
    }
  }
}

function writePair(
  w: usize,
  source: usize,
  sourceStep: usize,
  slot: i32,
  rows: i32,
  rowBytes: usize,
  runs: i32,
  length: i32,
  from: usize,
  fromStep: usize,
  addend: usize,
  addendStep: usize,
  target: usize,
  targetStep: usize,
  left: i32,
): void {
  let a0 = f32x4.add(v128.load(from), v128.load(addend));
  let a1 = f32x4.add(v128.load(from, 16), v128.load(addend, 16));
  let a2 = f32x4.add(v128.load(from, 32), v128.load(addend, 32));
  let a3 = f32x4.add(v128.load(from, 48), v128.load(addend, 48));
  from += fromStep;
  addend += addendStep;
  let b0 = f32x4.add(v128.load(from), v128.load(addend));
  let b1 = f32x4.add(v128.load(from, 16), v128.load(addend, 16));
  let b2 = f32x4.add(v128.load(from, 32), v128.load(addend, 32));
  let b3 = f32x4.add(v128.load(from, 48), v128.load(addend, 48));
  do {
    let s = source + <usize>slot * rowBytes;
    let u = s + sourceStep;
    let k = length;
    do {
      const x = v128.load32_splat(s);
      const y = v128.load32_splat(u);
      let v = v128.load(w);
      a0 = f32x4.add(a0, f32x4.mul(x, v));
      b0 = f32x4.add(b0, f32x4.mul(y, v));
      v = v128.load(w, 16);
      a1 = f32x4.add(a1, f32x4.mul(x, v));
      b1 = f32x4.add(b1, f32x4.mul(y, v));
      v = v128.load(w, 32);
      a2 = f32x4.add(a2, f32x4.mul(x, v));
      b2 = f32x4.add(b2, f32x4.mul(y, v));
      v = v128.load(w, 48);
      a3 = f32x4.add(a3, f32x4.mul(x, v));
      b3 = f32x4.add(b3, f32x4.mul(y, v));
      s += 4;
      u += 4;
      w += STEP;
    } while (--k != 0);
    if (++slot == rows) slot = 0;
  } while (--runs != 0);
  write(target, left, a0, a1, a2, a3);
  write(target + targetStep, left, b0, b1, b2, b3);
}

function writeSingle(
  w: usize,
  source: usize,
  slot: i32,
  rows: i32,
  rowBytes: usize,
  runs: i32,
  length: i32,
  from: usize,
  addend: usize,
  target: usize,
  left: i32,
): void {
  let a0 = f32x4.add(v128.load(from), v128.load(addend));
  let a1 = f32x4.add(v128.load(from, 16), v128.load(addend, 16));
  let a2 = f32x4.add(v128.load(from, 32), v128.load(addend, 32));
  let a3 = f32x4.add(v128.load(from, 48), v128.load(addend, 48));
  do {
    let s = source + <usize>slot * rowBytes;
    let k = length;
    do {
      const x = v128.load32_splat(s);
      a0 = f32x4.add(a0, f32x4.mul(x, v128.load(w)));
      a1 = f32x4.add(a1, f32x4.mul(x, v128.load(w, 16)));
      a2 = f32x4.add(a2, f32x4.mul(x, v128.load(w, 32)));
      a3 = f32x4.add(a3, f32x4.mul(x, v128.load(w, 48)));
      s += 4;
      w += STEP;
    } while (--k != 0);
    if (++slot == rows) slot = 0;
  } while (--runs != 0);
  write(target, left, a0, a1, a2, a3);
}

/** Writes the first `left` of 16 sums: what follows them belongs to another position. */
@inline
function write(target: usize, left: i32, a0: v128, a1: v128, a2: v128, a3: v128): void {
  if (left >= 16) {
    v128.store(target, a0);
    v128.store(target, a1, 16);
    v128.store(target, a2, 32);
    v128.store(target, a3, 48);
  } else {
    writeSome(target, left, a0);
    writeSome(target + 16, left - 4, a1);
    writeSome(target + 32, left - 8, a2);
    writeSome(target + 48, left - 12, a3);
  }
}

function writeSome(target: usize, left: i32, v: v128): void {
  if (left >= 4) v128.store(target, v);
  else if (left > 0) storePart(target, v, left);
}
