import { constrain, constrainGradient } from './constrain';
import { clear, ELEMENT, existing, gather, giveBack, joinPairs, negate, PANEL, scatter } from './panel';
import { planarPanel } from './planar';
import { planarPanelGradient } from './planar-gradient';
import { layOut, PlanarJob, planarKept, takeParameters } from './planar-job';

// The bits of `flags`: src/two-way/stack-kernels.ts.
const FORWARD = 1;
const SOLVING = 2;
const OWN = 4;
const ACTIVATION_SHIFT = 3;

/**
 * Values `[batch, D]` and log-dets `[batch]` of K planar layers; parameters are u, w `[rows, K, D]` and b `[rows, K]`. What the
 * gradient needs goes to `kept`, `planarKept` bytes for every panel, unless that is 0.
 */
export function planar(
  scratch: usize,
  input: usize,
  u: usize,
  w: usize,
  b: usize,
  kept: usize,
  batch: i32,
  size: i32,
  layers: i32,
  flags: i32,
  slope: f64,
  minimumSlope: f64,
  value: usize,
  logDet: usize,
): void {
  const job = prepare(scratch, input, u, w, b, batch, size, layers, flags, slope, minimumSlope);
  if ((flags & OWN) != 0) run(job, true, kept, value, logDet);
  else run(job, false, kept, value, logDet);
}

@inline
function run(job: PlanarJob, own: bool, kept: usize, value: usize, logDet: usize): void {
  if (!own) begin(job, own, 0);
  for (let first = 0; first < job.batch; first += PANEL) {
    if (own) begin(job, own, first);
    gather(job.input, first, job.batch, job.size, job.values);
    if (kept != 0) job.records = kept + <usize>job.size * ELEMENT;
    planarPanel(job, own, job.toLogDet);
    if (job.solving) negate(job.toLogDet);
    if (kept != 0) {
      memory.copy(kept, job.values, <usize>job.size * ELEMENT);
      kept += planarKept(job.size, job.layers);
    }
    scatter(job.values, value, first, job.batch, job.size);
    scatter(job.toLogDet, logDet, first, job.batch, 1);
  }
}

/** Gradients of Σ values · toValue + Σ log-dets · toLogDet in input, u, w and b; `kept` is that of `planar`. */
export function planarGradient(
  scratch: usize,
  input: usize,
  u: usize,
  w: usize,
  b: usize,
  kept: usize,
  batch: i32,
  size: i32,
  layers: i32,
  flags: i32,
  slope: f64,
  minimumSlope: f64,
  toValue: usize,
  toLogDet: usize,
  toInput: usize,
  toU: usize,
  toW: usize,
  toB: usize,
): void {
  const job = prepare(scratch, input, u, w, b, batch, size, layers, flags, slope, minimumSlope);
  if ((flags & OWN) != 0) runGradient(job, true, kept, toValue, toLogDet, toInput, toU, toW, toB);
  else runGradient(job, false, kept, toValue, toLogDet, toInput, toU, toW, toB);
}

@inline
function runGradient(
  job: PlanarJob,
  own: bool,
  kept: usize,
  toValue: usize,
  toLogDet: usize,
  toInput: usize,
  toU: usize,
  toW: usize,
  toB: usize,
): void {
  const batch = job.batch;
  const size = job.size;
  const layers = job.layers;
  if (!own) {
    begin(job, own, 0);
    clear(job.sumU, <usize>layers * (2 * <usize>size + 2) * ELEMENT);
  }
  for (let first = 0; first < batch; first += PANEL) {
    if (own) begin(job, own, first);
    if (kept != 0) {
      job.records = kept + <usize>size * ELEMENT;
      memory.copy(job.values, kept, <usize>size * ELEMENT);
      kept += planarKept(size, layers);
    } else {
      gather(job.input, first, batch, size, job.values);
      planarPanel(job, own, job.toLogDet);
    }
    gather(toValue, first, batch, size, job.toValues);
    gather(toLogDet, first, batch, 1, job.toLogDet);
    if (job.solving) negate(job.toLogDet);
    existing(job.toValues, size, first, batch);
    existing(job.toLogDet, 1, first, batch);
    planarPanelGradient(job, own);
    scatter(job.toValues, toInput, first, batch, size);
    if (own) finish(job, own, first, toU, toW, toB);
  }
  if (!own) {
    joinPairs(job.sumU, layers * size);
    joinPairs(job.sumW, layers * size);
    joinPairs(job.sumB, layers);
    joinPairs(job.sumEdge, layers);
    finish(job, own, 0, toU, toW, toB);
  }
}

@inline
function begin(job: PlanarJob, own: bool, first: i32): void {
  takeParameters(job, own, first);
  constrain(job, own);
}

@inline
function finish(job: PlanarJob, own: bool, first: i32, toU: usize, toW: usize, toB: usize): void {
  const batch = job.batch;
  const size = job.size;
  const layers = job.layers;
  constrainGradient(job, own);
  giveBack(own, job.sumU, toU, first, batch, layers * size);
  giveBack(own, job.sumW, toW, first, batch, layers * size);
  giveBack(own, job.sumB, toB, first, batch, layers);
}

function prepare(
  scratch: usize,
  input: usize,
  u: usize,
  w: usize,
  b: usize,
  batch: i32,
  size: i32,
  layers: i32,
  flags: i32,
  slope: f64,
  minimumSlope: f64,
): PlanarJob {
  const job = changetype<PlanarJob>(scratch);
  job.batch = batch;
  job.size = size;
  job.layers = layers;
  job.forward = (flags & FORWARD) != 0;
  job.solving = (flags & SOLVING) != 0;
  job.activation = flags >> ACTIVATION_SHIFT;
  job.slope = slope;
  job.minimumSlope = minimumSlope;
  job.supremum = max(1, slope);
  job.input = input;
  job.u = u;
  job.w = w;
  job.b = b;
  layOut(job, (flags & OWN) != 0);
  return job;
}
