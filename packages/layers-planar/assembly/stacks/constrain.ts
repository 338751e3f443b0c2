import { sigmoid, softplus } from './exponential';
import { half, putHalf, widthOf } from './panel';
import { PlanarJob } from './planar-job';

/** As in src/planar/constrain.ts. */
const SMALLEST_SQUARED_NORM: f64 = 1e-8;

/**
 * û = s u + c w, c = ((m̃ − 1) / sup h′ − wᵀu) / d, with m̃ = μ + softplus(wᵀu), d = max(‖w‖², 10⁻⁸), s = ‖w‖² / d, and
 * edge = 1 − s + s m̃. In float64 the parts of û along w may cancel: its rounding is far below that of float32.
 */
@inline
export function constrain(job: PlanarJob, own: bool): void {
  const width = widthOf(own);
  const rowBytes = <usize>job.size * width;
  for (let k: usize = 0; k < <usize>job.layers; k++) {
    constrainHalf(job, own, k * rowBytes, k * width, 0);
    if (own) constrainHalf(job, own, k * rowBytes, k * width, 16);
  }
}

@inline
function constrainHalf(job: PlanarJob, own: bool, row: usize, layer: usize, offset: usize): void {
  const width = widthOf(own);
  const rowBytes = <usize>job.size * width;
  const one = f64x2.splat(1);
  const u = job.ownU + row;
  const w = job.ownW + row;
  let product = f64x2.splat(0);
  let squaredNorm = f64x2.splat(0);
  for (let at: usize = 0; at < rowBytes; at += width) {
    const each = half(own, w + at, offset);
    product = f64x2.add(product, f64x2.mul(each, half(own, u + at, offset)));
    squaredNorm = f64x2.add(squaredNorm, f64x2.mul(each, each));
  }
  const divisor = f64x2.max(squaredNorm, f64x2.splat(SMALLEST_SQUARED_NORM));
  const fade = f64x2.div(squaredNorm, divisor);
  const free = f64x2.add(softplus(product), f64x2.splat(job.minimumSlope));
  const along = f64x2.sub(f64x2.div(f64x2.sub(free, one), f64x2.splat(job.supremum)), product);
  const change = f64x2.div(along, divisor);
  const direction = job.direction + row;
  for (let at: usize = 0; at < rowBytes; at += width) {
    const moved = f64x2.mul(change, half(own, w + at, offset));
    putHalf(own, direction + at, offset, f64x2.add(f64x2.mul(fade, half(own, u + at, offset)), moved));
  }
  putHalf(own, job.edge + layer, offset, f64x2.add(f64x2.sub(one, fade), f64x2.mul(fade, free)));
  putHalf(own, job.change + layer, offset, change);
  putHalf(own, job.fade + layer, offset, fade);
  putHalf(own, job.product + layer, offset, product);
  putHalf(own, job.squaredNorm + layer, offset, squaredNorm);
}

/** From the sums of û and edge to u, in the place of û, and to w, added to what is there. */
@inline
export function constrainGradient(job: PlanarJob, own: bool): void {
  const width = widthOf(own);
  const rowBytes = <usize>job.size * width;
  for (let k: usize = 0; k < <usize>job.layers; k++) {
    gradientHalf(job, own, k * rowBytes, k * width, 0);
    if (own) gradientHalf(job, own, k * rowBytes, k * width, 16);
  }
}

@inline
function gradientHalf(job: PlanarJob, own: bool, row: usize, layer: usize, offset: usize): void {
  const width = widthOf(own);
  const rowBytes = <usize>job.size * width;
  const one = f64x2.splat(1);
  const u = job.ownU + row;
  const w = job.ownW + row;
  const sumU = job.sumU + row;
  const sumW = job.sumW + row;
  let toFade = f64x2.splat(0);
  let toChange = f64x2.splat(0);
  for (let at: usize = 0; at < rowBytes; at += width) {
    const to = half(own, sumU + at, offset);
    toFade = f64x2.add(toFade, f64x2.mul(to, half(own, u + at, offset)));
    toChange = f64x2.add(toChange, f64x2.mul(to, half(own, w + at, offset)));
  }
  const fade = half(own, job.fade + layer, offset);
  const change = half(own, job.change + layer, offset);
  const product = half(own, job.product + layer, offset);
  const squaredNorm = half(own, job.squaredNorm + layer, offset);
  const toEdge = half(own, job.sumEdge + layer, offset);
  const smallest = f64x2.splat(SMALLEST_SQUARED_NORM);
  const divisor = f64x2.max(squaredNorm, smallest);
  const free = f64x2.add(softplus(product), f64x2.splat(job.minimumSlope));
  toFade = f64x2.add(toFade, f64x2.mul(toEdge, f64x2.sub(free, one)));
  const perDivisor = f64x2.div(toChange, divisor);
  const toFree = f64x2.add(f64x2.div(perDivisor, f64x2.splat(job.supremum)), f64x2.mul(toEdge, fade));
  const toProduct = f64x2.sub(f64x2.mul(toFree, sigmoid(product)), perDivisor);
  const toDivisor = f64x2.neg(f64x2.add(f64x2.mul(perDivisor, change), f64x2.div(f64x2.mul(toFade, fade), divisor)));
  // The divisor is the norm, or constant.
  const toNorm = f64x2.add(f64x2.div(toFade, divisor), v128.and(toDivisor, f64x2.ge(squaredNorm, smallest)));
  const twice = f64x2.add(toNorm, toNorm);
  for (let at: usize = 0; at < rowBytes; at += width) {
    const to = half(own, sumU + at, offset);
    const ownU = half(own, u + at, offset);
    const ownW = half(own, w + at, offset);
    const before = f64x2.add(half(own, sumW + at, offset), f64x2.mul(change, to));
    const added = f64x2.add(f64x2.mul(twice, ownW), f64x2.mul(toProduct, ownU));
    putHalf(own, sumW + at, offset, f64x2.add(before, added));
    putHalf(own, sumU + at, offset, f64x2.add(f64x2.mul(fade, to), f64x2.mul(toProduct, ownW)));
  }
}
