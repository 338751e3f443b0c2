import { ELEMENT, widthOf } from './panel';

/** More than the fields below take. */
const JOB_BYTES: usize = 128;

/** What a call of a radial stack is about, and where its working memory lies. */
@unmanaged
export class RadialJob {
  batch: i32;
  size: i32;
  layers: i32;
  /** Latent → data: the last layer runs first. */
  forward: bool;
  /** The direction that solves. */
  solving: bool;
  minimumSlope: f64;
  // The tensors.
  input: usize;
  center: usize;
  alpha: usize;
  beta: usize;
  // Elements of a panel: values, radii on the side of the closed formula's argument, sensitivities.
  values: usize;
  toValues: usize;
  radii: usize;
  toLogDet: usize;
  // Parameters: those of the tensors, and α and γ made of them.
  ownCenter: usize;
  ownAlpha: usize;
  ownBeta: usize;
  reach: usize;
  gain: usize;
  // Sums of gradients; those of α and γ become those of the tensors.
  sumCenter: usize;
  sumReach: usize;
  sumGain: usize;
}

/** Bytes of a job and its working memory. */
export function radialScratch(size: i32, layers: i32, own: bool): usize {
  const vectors = widthOf(own) + ELEMENT;
  const numbers: usize = 4 * widthOf(own) + 3 * ELEMENT;
  return JOB_BYTES + (2 * <usize>size + 1) * ELEMENT + <usize>layers * (<usize>size * vectors + numbers);
}

/** Lays the working memory out behind the job. */
export function layOutRadial(job: RadialJob, own: bool): void {
  const layers = <usize>job.layers;
  const vector = layers * <usize>job.size;
  const width = widthOf(own);
  let at = changetype<usize>(job) + JOB_BYTES;
  job.values = at;
  at += <usize>job.size * ELEMENT;
  job.toValues = at;
  at += <usize>job.size * ELEMENT;
  job.toLogDet = at;
  at += ELEMENT;
  job.radii = at;
  at += layers * ELEMENT;
  job.ownCenter = at;
  at += vector * width;
  job.ownAlpha = at;
  at += layers * width;
  job.ownBeta = at;
  at += layers * width;
  job.reach = at;
  at += layers * width;
  job.gain = at;
  at += layers * width;
  job.sumCenter = at;
  at += vector * ELEMENT;
  job.sumReach = at;
  at += layers * ELEMENT;
  job.sumGain = at;
}
