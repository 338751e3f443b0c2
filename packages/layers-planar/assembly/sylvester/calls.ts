import { layerGradient } from './gradient';
import { ELEMENT, layOut, PANEL, SylvesterJob } from './job';
import { activate, move, prepare } from './layer';
import { addRaw, existing, gather, giveBack, scatter, sumLanes } from './panel';

// The bits of `flags`: src/sylvester/sylvester-operation.ts.
const REVERSED = 1;
const ADDING = 2;

/**
 * x + Q R tanh(R̃ Qᵀ x + b), or R tanh(R̃ x + b) alone, `[batch, D]`, and log-dets `[batch]`. Triangles `[M, M]`, diagonal and
 * offset `[M]`, to which each example adds its row of `raw` `[batch, rawCount]` from `rawStart` on, unless that is 0.
 */
export function sylvester(
  scratch: usize,
  input: usize,
  triangles: usize,
  diagonal: usize,
  offset: usize,
  raw: usize,
  batch: i32,
  size: i32,
  width: i32,
  flags: i32,
  rawCount: i32,
  rawStart: i32,
  bound: f32,
  value: usize,
  logDet: usize,
): void {
  const job = jobOf(scratch, input, triangles, diagonal, offset, raw, batch, size, width, flags, rawCount, rawStart, bound);
  if (raw != 0) run(job, true, value, logDet);
  else run(job, false, value, logDet);
}

@inline
function run(job: SylvesterJob, own: bool, value: usize, logDet: usize): void {
  if (job.adding) memory.copy(value, job.input, (<usize>job.batch * <usize>job.size) << 2);
  if (!own) prepare(job, own);
  for (let first = 0; first < job.batch; first += PANEL) {
    if (own) take(job, own, first);
    gather(job, job.input, first, job.inBasis);
    activate(job, own, job.toStep);
    move(job, own);
    scatter(job, job.inBasis, value, first);
    for (let lane = 0; lane < min(PANEL, job.batch - first); lane++) {
      store<f32>(logDet + (<usize>(first + lane) << 2), load<f32>(job.toStep + (<usize>lane << 2)));
    }
  }
}

/** Gradients of Σ values · toValue + Σ log-dets · toLogDet in the input and the parameters, or in `raw`. */
export function sylvesterGradient(
  scratch: usize,
  input: usize,
  triangles: usize,
  diagonal: usize,
  offset: usize,
  raw: usize,
  batch: i32,
  size: i32,
  width: i32,
  flags: i32,
  rawCount: i32,
  rawStart: i32,
  bound: f32,
  toValue: usize,
  toLogDet: usize,
  toInput: usize,
  toTriangles: usize,
  toDiagonal: usize,
  toOffset: usize,
  toRaw: usize,
): void {
  const job = jobOf(scratch, input, triangles, diagonal, offset, raw, batch, size, width, flags, rawCount, rawStart, bound);
  if (raw != 0) {
    runGradient(job, true, toValue, toLogDet, toInput, toRaw);
    return;
  }
  memory.fill(job.sumDiagonal, 0, (<usize>width + 2) * <usize>width * ELEMENT);
  runGradient(job, false, toValue, toLogDet, toInput, 0);
  sumLanes(job.sumTriangles, width * width, toTriangles);
  sumLanes(job.sumDiagonal, width, toDiagonal);
  sumLanes(job.sumOffset, width, toOffset);
}

@inline
function runGradient(job: SylvesterJob, own: bool, toValue: usize, toLogDet: usize, toInput: usize, toRaw: usize): void {
  const batch = job.batch;
  const width = job.width;
  if (job.adding) memory.copy(toInput, toValue, (<usize>batch * <usize>job.size) << 2);
  if (own && job.rawCount > width * (width + 2)) memory.fill(toRaw, 0, (<usize>batch * <usize>job.rawCount) << 2);
  if (!own) prepare(job, own);
  for (let first = 0; first < batch; first += PANEL) {
    if (own) take(job, own, first);
    gather(job, job.input, first, job.inBasis);
    // The hidden units again: less than keeping them costs.
    activate(job, own, job.toStep);
    gather(job, toValue, first, job.toStep);
    existing(job.toStep, width, first, batch);
    layerGradient(job, own, sensitivities(toLogDet, first, batch));
    if (job.adding) {
      // What passes by the layer is there already.
      gather(job, toValue, first, job.inBasis);
      for (let at: usize = 0; at < <usize>width * ELEMENT; at += ELEMENT) {
        v128.store(job.toStep + at, f32x4.add(v128.load(job.toStep + at), v128.load(job.inBasis + at)));
      }
    }
    scatter(job, job.toStep, toInput, first);
    if (own) {
      giveBack(job, job.sumTriangles, width * width, toRaw, job.rawStart, first);
      giveBack(job, job.sumDiagonal, width, toRaw, job.rawStart + width * width, first);
      giveBack(job, job.sumOffset, width, toRaw, job.rawStart + width * (width + 1), first);
    }
  }
}

/** The parameters of a panel. */
@inline
function take(job: SylvesterJob, own: bool, first: i32): void {
  const width = job.width;
  addRaw(job, job.triangles, job.rawStart, first, width * width, job.ownTriangles);
  addRaw(job, job.diagonal, job.rawStart + width * width, first, width, job.ownDiagonal);
  addRaw(job, job.offset, job.rawStart + width * (width + 1), first, width, job.ownOffset);
  prepare(job, own);
}

/** Four numbers, 0 for examples that do not exist. */
@inline
function sensitivities(toLogDet: usize, first: i32, batch: i32): v128 {
  const at = toLogDet + (<usize>first << 2);
  const rest = batch - first;
  if (rest >= PANEL) return v128.load(at);
  let v = v128.load32_zero(at);
  if (rest > 1) v = v128.load_lane<f32>(at, v, 1, 4);
  if (rest > 2) v = v128.load_lane<f32>(at, v, 2, 8);
  return v;
}

@inline
function jobOf(
  scratch: usize,
  input: usize,
  triangles: usize,
  diagonal: usize,
  offset: usize,
  raw: usize,
  batch: i32,
  size: i32,
  width: i32,
  flags: i32,
  rawCount: i32,
  rawStart: i32,
  bound: f32,
): SylvesterJob {
  const job = changetype<SylvesterJob>(scratch);
  job.batch = batch;
  job.size = size;
  job.width = width;
  job.reversed = (flags & REVERSED) != 0;
  job.adding = (flags & ADDING) != 0;
  job.bound = bound;
  job.input = input;
  job.triangles = triangles;
  job.diagonal = diagonal;
  job.offset = offset;
  job.raw = raw;
  job.rawCount = rawCount;
  job.rawStart = rawStart;
  layOut(job, raw != 0);
  return job;
}
