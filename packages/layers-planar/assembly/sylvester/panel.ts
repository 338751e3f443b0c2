import { transposeBlock } from '../../../kernels-wasm/assembly/shared/transpose';
import { ELEMENT, PANEL, SylvesterJob } from './job';

/** Address of a row; those beyond the last repeat it. */
@inline
function rowAt(source: usize, row: i32, rows: i32, rowBytes: usize): usize {
  return source + <usize>min(row, rows - 1) * rowBytes;
}

/** The first M elements in the order of Q, of the panel's four rows of `source` `[batch, D]`. */
export function gather(job: SylvesterJob, source: usize, first: i32, panel: usize): void {
  const rowBytes = <usize>job.size << 2;
  const step = <usize>(job.reversed ? -4 : 4);
  const from: usize = job.reversed ? rowBytes - 4 : 0;
  let a = rowAt(source, first, job.batch, rowBytes) + from;
  let b = rowAt(source, first + 1, job.batch, rowBytes) + from;
  let c = rowAt(source, first + 2, job.batch, rowBytes) + from;
  let d = rowAt(source, first + 3, job.batch, rowBytes) + from;
  for (const end = panel + <usize>job.width * ELEMENT; panel < end; panel += ELEMENT) {
    let v = v128.load32_zero(a);
    v = v128.load_lane<f32>(b, v, 1);
    v = v128.load_lane<f32>(c, v, 2);
    v128.store(panel, v128.load_lane<f32>(d, v, 3));
    a += step;
    b += step;
    c += step;
    d += step;
  }
}

/** Puts a panel of M elements back into the rows that exist. */
export function scatter(job: SylvesterJob, panel: usize, target: usize, first: i32): void {
  const rowBytes = <usize>job.size << 2;
  const step = <usize>(job.reversed ? -4 : 4);
  for (let lane = 0; lane < min(PANEL, job.batch - first); lane++) {
    let to = target + <usize>(first + lane) * rowBytes + (job.reversed ? rowBytes - 4 : 0);
    let from = panel + (<usize>lane << 2);
    for (const end = from + <usize>job.width * ELEMENT; from < end; from += ELEMENT, to += step) {
      store<f32>(to, load<f32>(from));
    }
  }
}

/** Sets to 0 the examples that only repeat the last one. */
export function existing(panel: usize, count: i32, first: i32, batch: i32): void {
  for (let lane = max(batch - first, 0); lane < PANEL; lane++) {
    let at = panel + (<usize>lane << 2);
    for (const end = at + <usize>count * ELEMENT; at < end; at += ELEMENT) store<f32>(at, 0);
  }
}

/** What all share plus what each example adds, as a panel of `count` elements. */
export function addRaw(job: SylvesterJob, start: usize, from: i32, first: i32, count: i32, panel: usize): void {
  const rowBytes = <usize>job.rawCount << 2;
  const raw = job.raw + (<usize>from << 2);
  const a = rowAt(raw, first, job.batch, rowBytes);
  const b = rowAt(raw, first + 1, job.batch, rowBytes);
  const c = rowAt(raw, first + 2, job.batch, rowBytes);
  const d = rowAt(raw, first + 3, job.batch, rowBytes);
  const bytes = <usize>count << 2;
  const whole = bytes & ~15;
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const shared = v128.load(start + at);
    const to = panel + 4 * at;
    const w = f32x4.add(shared, v128.load(a + at));
    const x = f32x4.add(shared, v128.load(b + at));
    const y = f32x4.add(shared, v128.load(c + at));
    const z = f32x4.add(shared, v128.load(d + at));
    const wxLow = v128.shuffle<i32>(w, x, 0, 4, 1, 5);
    const wxHigh = v128.shuffle<i32>(w, x, 2, 6, 3, 7);
    const yzLow = v128.shuffle<i32>(y, z, 0, 4, 1, 5);
    const yzHigh = v128.shuffle<i32>(y, z, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(wxLow, yzLow, 0, 2));
    v128.store(to, v128.shuffle<i64>(wxLow, yzLow, 1, 3), 16);
    v128.store(to, v128.shuffle<i64>(wxHigh, yzHigh, 0, 2), 32);
    v128.store(to, v128.shuffle<i64>(wxHigh, yzHigh, 1, 3), 48);
  }
  for (; at < bytes; at += 4) {
    let v = v128.load32_zero(a + at);
    v = v128.load_lane<f32>(b + at, v, 1);
    v = v128.load_lane<f32>(c + at, v, 2);
    v = v128.load_lane<f32>(d + at, v, 3);
    v128.store(panel + 4 * at, f32x4.add(v, v128.load32_splat(start + at)));
  }
}

/** Writes a panel of `count` elements to the rows of `target` `[batch, rawCount]` that exist, from `from` on. */
export function giveBack(job: SylvesterJob, panel: usize, count: i32, target: usize, from: i32, first: i32): void {
  const rowBytes = <usize>job.rawCount << 2;
  const to = target + <usize>first * rowBytes + (<usize>from << 2);
  const rows = min(PANEL, job.batch - first);
  let done: usize = 0;
  if (rows == PANEL) {
    for (; done + 4 <= <usize>count; done += 4) transposeBlock(panel + done * ELEMENT, to + (done << 2), ELEMENT, rowBytes);
  }
  for (let lane = 0; lane < rows; lane++) {
    const row = to + <usize>lane * rowBytes;
    for (let i = done; i < <usize>count; i++) {
      store<f32>(row + (i << 2), load<f32>(panel + i * ELEMENT + (<usize>lane << 2)));
    }
  }
}

/** The sum of the four lanes of each element. */
export function sumLanes(panel: usize, count: i32, target: usize): void {
  for (const end = target + (<usize>count << 2); target < end; target += 4, panel += ELEMENT) {
    store<f32>(target, load<f32>(panel) + load<f32>(panel, 4) + (load<f32>(panel, 8) + load<f32>(panel, 12)));
  }
}
