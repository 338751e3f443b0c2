import { sigmoid, softplus } from './exponential';
import {
  clear,
  ELEMENT,
  existing,
  gather,
  giveBack,
  half,
  joinPairs,
  negate,
  PANEL,
  place,
  putHalf,
  scatter,
  widthOf,
} from './panel';
import { radialPanel } from './radial';
import { radialPanelGradient } from './radial-gradient';
import { layOutRadial, RadialJob } from './radial-job';

// The bits of `flags`: src/wasm/functions.ts.
const FORWARD = 1;
const SOLVING = 2;
const OWN = 4;

/** As in src/radial/radial.ts. */
const SMALLEST_ALPHA: f64 = 1e-6;

/** Values `[batch, D]` and log-dets `[batch]` of K radial layers; center `[rows, K, D]`, alpha and beta `[rows, K]`. */
export function radial(
  scratch: usize,
  input: usize,
  center: usize,
  alpha: usize,
  beta: usize,
  batch: i32,
  size: i32,
  layers: i32,
  flags: i32,
  minimumSlope: f64,
  value: usize,
  logDet: usize,
): void {
  const job = prepare(scratch, input, center, alpha, beta, batch, size, layers, flags, minimumSlope);
  if ((flags & OWN) != 0) run(job, true, value, logDet);
  else run(job, false, value, logDet);
}

@inline
function run(job: RadialJob, own: bool, value: usize, logDet: usize): void {
  if (!own) begin(job, own, 0);
  for (let first = 0; first < job.batch; first += PANEL) {
    if (own) begin(job, own, first);
    gather(job.input, first, job.batch, job.size, job.values);
    radialPanel(job, own, job.toLogDet);
    if (job.solving) negate(job.toLogDet);
    scatter(job.values, value, first, job.batch, job.size);
    scatter(job.toLogDet, logDet, first, job.batch, 1);
  }
}

/** Gradients of Σ values · toValue + Σ log-dets · toLogDet in input, center, alpha and beta. */
export function radialGradient(
  scratch: usize,
  input: usize,
  center: usize,
  alpha: usize,
  beta: usize,
  batch: i32,
  size: i32,
  layers: i32,
  flags: i32,
  minimumSlope: f64,
  toValue: usize,
  toLogDet: usize,
  toInput: usize,
  toCenter: usize,
  toAlpha: usize,
  toBeta: usize,
): void {
  const job = prepare(scratch, input, center, alpha, beta, batch, size, layers, flags, minimumSlope);
  if ((flags & OWN) != 0) runGradient(job, true, toValue, toLogDet, toInput, toCenter, toAlpha, toBeta);
  else runGradient(job, false, toValue, toLogDet, toInput, toCenter, toAlpha, toBeta);
}

@inline
function runGradient(
  job: RadialJob,
  own: bool,
  toValue: usize,
  toLogDet: usize,
  toInput: usize,
  toCenter: usize,
  toAlpha: usize,
  toBeta: usize,
): void {
  const batch = job.batch;
  const size = job.size;
  const layers = job.layers;
  if (!own) {
    begin(job, own, 0);
    clear(job.sumCenter, <usize>layers * (<usize>size + 2) * ELEMENT);
  }
  for (let first = 0; first < batch; first += PANEL) {
    if (own) begin(job, own, first);
    gather(job.input, first, batch, size, job.values);
    // The radii again: less than keeping them costs.
    radialPanel(job, own, job.toLogDet);
    gather(toValue, first, batch, size, job.toValues);
    gather(toLogDet, first, batch, 1, job.toLogDet);
    if (job.solving) negate(job.toLogDet);
    existing(job.toValues, size, first, batch);
    existing(job.toLogDet, 1, first, batch);
    radialPanelGradient(job, own);
    scatter(job.toValues, toInput, first, batch, size);
    if (own) finish(job, own, first, toCenter, toAlpha, toBeta);
  }
  if (!own) {
    joinPairs(job.sumCenter, layers * size);
    joinPairs(job.sumReach, layers);
    joinPairs(job.sumGain, layers);
    finish(job, own, 0, toCenter, toAlpha, toBeta);
  }
}

/** α = softplus(a) + 10⁻⁶, γ = softplus(β) + μ α. */
@inline
function begin(job: RadialJob, own: bool, first: i32): void {
  place(own, job.center, first, job.batch, job.layers * job.size, job.ownCenter);
  place(own, job.alpha, first, job.batch, job.layers, job.ownAlpha);
  place(own, job.beta, first, job.batch, job.layers, job.ownBeta);
  const halves = own ? 2 : 1;
  for (let i = 0; i < job.layers * halves; i++) {
    const at = <usize>(i / halves) * widthOf(own);
    const offset = <usize>(i % halves) << 4;
    const alpha = f64x2.add(softplus(half(own, job.ownAlpha + at, offset)), f64x2.splat(SMALLEST_ALPHA));
    const least = f64x2.mul(alpha, f64x2.splat(job.minimumSlope));
    putHalf(own, job.reach + at, offset, alpha);
    putHalf(own, job.gain + at, offset, f64x2.add(softplus(half(own, job.ownBeta + at, offset)), least));
  }
}

@inline
function finish(job: RadialJob, own: bool, first: i32, toCenter: usize, toAlpha: usize, toBeta: usize): void {
  const halves = own ? 2 : 1;
  for (let i = 0; i < job.layers * halves; i++) {
    const at = <usize>(i / halves) * widthOf(own);
    const offset = <usize>(i % halves) << 4;
    const toGain = half(own, job.sumGain + at, offset);
    const toReach = f64x2.add(half(own, job.sumReach + at, offset), f64x2.mul(toGain, f64x2.splat(job.minimumSlope)));
    putHalf(own, job.sumReach + at, offset, f64x2.mul(toReach, sigmoid(half(own, job.ownAlpha + at, offset))));
    putHalf(own, job.sumGain + at, offset, f64x2.mul(toGain, sigmoid(half(own, job.ownBeta + at, offset))));
  }
  giveBack(own, job.sumCenter, toCenter, first, job.batch, job.layers * job.size);
  giveBack(own, job.sumReach, toAlpha, first, job.batch, job.layers);
  giveBack(own, job.sumGain, toBeta, first, job.batch, job.layers);
}

function prepare(
  scratch: usize,
  input: usize,
  center: usize,
  alpha: usize,
  beta: usize,
  batch: i32,
  size: i32,
  layers: i32,
  flags: i32,
  minimumSlope: f64,
): RadialJob {
  const job = changetype<RadialJob>(scratch);
  job.batch = batch;
  job.size = size;
  job.layers = layers;
  job.forward = (flags & FORWARD) != 0;
  job.solving = (flags & SOLVING) != 0;
  job.minimumSlope = minimumSlope;
  job.input = input;
  job.center = center;
  job.alpha = alpha;
  job.beta = beta;
  layOutRadial(job, (flags & OWN) != 0);
  return job;
}
