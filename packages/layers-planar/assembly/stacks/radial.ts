import { leavesRange, safeLog } from './exponential';
import { ELEMENT, half, widthOf } from './panel';
import { RadialJob } from './radial-job';
import { innerRadius, slopeAt, stretchAt } from './radial-layer';

/**
 * Takes the values of a panel through all layers and keeps the radii. The log-dets, as they are for the closed formula,
 * (D − 1) log R/r + log dR/dr, are stored at `logDet`.
 */
@inline
export function radialPanel(job: RadialJob, own: bool, logDet: usize): void {
  const width = widthOf(own);
  const rowBytes = <usize>job.size * width;
  for (let offset: usize = 0; offset < 32; offset += 16) {
    let stretches = f64x2.splat(1);
    let slopes = f64x2.splat(1);
    let logStretches = f64x2.splat(0);
    let logSlopes = f64x2.splat(0);
    for (let position = 0; position < job.layers; position++) {
      const k = <usize>radialLayerAt(job, position);
      const center = job.ownCenter + k * rowBytes;
      const alpha = half(own, job.reach + k * width, offset);
      const gamma = half(own, job.gain + k * width, offset);
      let r = f64x2.sqrt(squaredDistance(own, job.values, center, rowBytes, offset));
      if (job.solving) r = innerRadius(r, alpha, gamma);
      v128.store(job.radii + k * ELEMENT + offset, r);
      const stretch = stretchAt(r, alpha, gamma);
      stretches = f64x2.mul(stretches, stretch);
      slopes = f64x2.mul(slopes, slopeAt(r, alpha, gamma));
      if (leavesRange(stretches)) {
        logStretches = f64x2.add(logStretches, safeLog(stretches));
        stretches = f64x2.splat(1);
      }
      if (leavesRange(slopes)) {
        logSlopes = f64x2.add(logSlopes, safeLog(slopes));
        slopes = f64x2.splat(1);
      }
      const factor = job.solving ? f64x2.div(f64x2.splat(1), stretch) : stretch;
      scale(own, job.values, center, rowBytes, offset, factor);
    }
    const across = f64x2.mul(f64x2.splat(<f64>(job.size - 1)), f64x2.add(logStretches, safeLog(stretches)));
    v128.store(logDet + offset, f64x2.add(across, f64x2.add(logSlopes, safeLog(slopes))));
  }
}

/** The layer that runs at a position. */
@inline
export function radialLayerAt(job: RadialJob, position: i32): i32 {
  return job.forward ? job.layers - 1 - position : position;
}

/** ‖x − c‖². */
@inline
function squaredDistance(own: bool, values: usize, center: usize, rowBytes: usize, offset: usize): v128 {
  let sum = f64x2.splat(0);
  const end = center + rowBytes;
  for (let at = values + offset; center < end; center += widthOf(own), at += ELEMENT) {
    const distance = f64x2.sub(v128.load(at), half(own, center, offset));
    sum = f64x2.add(sum, f64x2.mul(distance, distance));
  }
  return sum;
}

/** c + factor (x − c). */
@inline
function scale(own: bool, values: usize, center: usize, rowBytes: usize, offset: usize, factor: v128): void {
  const end = center + rowBytes;
  for (let at = values + offset; center < end; center += widthOf(own), at += ELEMENT) {
    const c = half(own, center, offset);
    v128.store(at, f64x2.add(c, f64x2.mul(factor, f64x2.sub(v128.load(at), c))));
  }
}
