/** Four examples side by side in float32 make a panel; an element of it has this many bytes. */
export const ELEMENT: usize = 16;
export const PANEL: i32 = 4;

/** More than the fields below take. */
const JOB_BYTES: usize = 128;

/** What a call of a Sylvester layer is about, and where its working memory lies. */
@unmanaged
export class SylvesterJob {
  batch: i32;
  /** D. */
  size: i32;
  /** M. */
  width: i32;
  /** Q is the reversal instead of the identity. */
  reversed: bool;
  /** The result is x + Q R h; without, it is R h alone, and D = M. */
  adding: bool;
  /** Bound of both diagonals, √(1 − μ). */
  bound: f32;
  // The tensors; those of parameters are for all examples.
  input: usize;
  triangles: usize;
  diagonal: usize;
  offset: usize;
  /** What each example adds to the parameters, `[batch, rawCount]`, from `rawStart` on; 0 when there is nothing. */
  raw: usize;
  rawCount: i32;
  rawStart: i32;
  // Elements of a panel.
  inBasis: usize;
  hidden: usize;
  toStep: usize;
  toHidden: usize;
  // Parameters as the layer uses them.
  ownTriangles: usize;
  ownDiagonal: usize;
  ownOffset: usize;
  /** Diagonals of R and R̃, and 1 + their product. */
  outer: usize;
  inner: usize;
  edge: usize;
  // Sums of gradients, panels also where parameters are shared.
  sumTriangles: usize;
  sumDiagonal: usize;
  sumOffset: usize;
}

/** Bytes of an element of a parameter. */
@inline
export function widthOf(own: bool): usize {
  return own ? ELEMENT : 4;
}

/** A parameter for four examples. */
@inline
export function parameter(own: bool, at: usize): v128 {
  return own ? v128.load(at) : v128.load32_splat(at);
}

/** Bytes of a job and its working memory. */
export function sylvesterScratch(width: i32): usize {
  const line = <usize>width * ELEMENT;
  return JOB_BYTES + (2 * <usize>width + 11) * line;
}

/** Lays the working memory out behind the job. */
export function layOut(job: SylvesterJob, own: bool): void {
  const line = <usize>job.width * ELEMENT;
  const square = <usize>job.width * line;
  let at = changetype<usize>(job) + JOB_BYTES;
  job.inBasis = at;
  job.hidden = at + line;
  job.toStep = at + 2 * line;
  job.toHidden = at + 3 * line;
  job.outer = at + 4 * line;
  job.inner = at + 5 * line;
  job.edge = at + 6 * line;
  at += 7 * line;
  job.sumDiagonal = at;
  job.sumOffset = at + line;
  job.sumTriangles = at + 2 * line;
  at += 2 * line + square;
  job.ownDiagonal = own ? at : job.diagonal;
  job.ownOffset = own ? at + line : job.offset;
  job.ownTriangles = own ? at + 2 * line : job.triangles;
}
