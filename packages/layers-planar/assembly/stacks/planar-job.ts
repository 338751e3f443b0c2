import { ELEMENT, place, widthOf } from './panel';
import { RECORD } from './activation';

/** More than the fields below take. */
const JOB_BYTES: usize = 256;

/** What a call of a planar stack is about, and where its working memory lies. */
@unmanaged
export class PlanarJob {
  batch: i32;
  size: i32;
  layers: i32;
  /** 0 tanh, 1 softplus, 2 leaky ReLU. */
  activation: i32;
  /** Latent → data: the last layer runs first. */
  forward: bool;
  /** The direction that solves. */
  solving: bool;
  slope: f64;
  minimumSlope: f64;
  /** sup h′. */
  supremum: f64;
  // The tensors.
  input: usize;
  u: usize;
  w: usize;
  b: usize;
  // Elements of a panel: values, and sensitivities.
  values: usize;
  toValues: usize;
  toLogDet: usize;
  /** Sensitivities along û. */
  along: usize;
  /** Sensitivities to the edge of a layer. */
  toEdge: usize;
  // Parameters: those of the tensors, û, and for each layer what `constrain` says.
  ownU: usize;
  ownW: usize;
  ownB: usize;
  direction: usize;
  edge: usize;
  change: usize;
  fade: usize;
  product: usize;
  squaredNorm: usize;
  // Sums of gradients.
  sumU: usize;
  sumW: usize;
  sumB: usize;
  sumEdge: usize;
  /** Two records of the activation for each layer. */
  records: usize;
}

/** Bytes of a job and its working memory. */
export function planarScratch(size: i32, layers: i32, own: bool): usize {
  const vectors: usize = 3 * widthOf(own) + 2 * ELEMENT;
  const numbers: usize = 6 * widthOf(own) + 2 * ELEMENT + 2 * RECORD;
  const perLayer = <usize>size * vectors + numbers;
  return JOB_BYTES + (2 * <usize>size + 3) * ELEMENT + <usize>layers * perLayer;
}

/** Bytes that a panel keeps for its gradient: the values at the end, and the records of all layers. */
export function planarKept(size: i32, layers: i32): usize {
  return <usize>size * ELEMENT + <usize>layers * 2 * RECORD;
}

/** Lays the working memory out behind the job. */
export function layOut(job: PlanarJob, own: bool): void {
  const vector = <usize>job.layers * <usize>job.size;
  const layers = <usize>job.layers;
  const width = widthOf(own);
  let at = changetype<usize>(job) + JOB_BYTES;
  job.records = at;
  at += layers * 2 * RECORD;
  job.values = at;
  at += <usize>job.size * ELEMENT;
  job.toValues = at;
  at += <usize>job.size * ELEMENT;
  job.toLogDet = at;
  at += ELEMENT;
  job.along = at;
  at += ELEMENT;
  job.toEdge = at;
  at += ELEMENT;
  job.ownU = at;
  at += vector * width;
  job.ownW = at;
  at += vector * width;
  job.direction = at;
  at += vector * width;
  job.ownB = at;
  at += layers * width;
  job.edge = at;
  at += layers * width;
  job.change = at;
  at += layers * width;
  job.fade = at;
  at += layers * width;
  job.product = at;
  at += layers * width;
  job.squaredNorm = at;
  at += layers * width;
  job.sumU = at;
  at += vector * ELEMENT;
  job.sumW = at;
  at += vector * ELEMENT;
  job.sumB = at;
  at += layers * ELEMENT;
  job.sumEdge = at;
}

/** Takes the parameters of the panel whose first example this is, or those that all share. */
@inline
export function takeParameters(job: PlanarJob, own: bool, first: i32): void {
  const batch = job.batch;
  const size = job.size;
  const layers = job.layers;
  place(own, job.u, first, batch, layers * size, job.ownU);
  place(own, job.w, first, batch, layers * size, job.ownW);
  place(own, job.b, first, batch, layers, job.ownB);
}
