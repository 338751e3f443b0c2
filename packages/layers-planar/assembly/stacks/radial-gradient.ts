import { ELEMENT, half, sumWidth, widthOf } from './panel';
import { radialLayerAt } from './radial';
import { RadialJob } from './radial-job';
import { slopeAt, stretchAt } from './radial-layer';

/**
 * Walks a panel back through the layers, undoing each. On the way back of the formula the sensitivities go through the
 * inverse of the Jacobian, which stretches by R/r across and by dR/dr along the radius.
 */
@inline
export function radialPanelGradient(job: RadialJob, own: bool): void {
  for (let offset: usize = 0; offset < 32; offset += 16) {
    for (let position = job.layers - 1; position >= 0; position--) {
      layerGradient(job, own, <usize>radialLayerAt(job, position), offset);
    }
  }
}

@inline
function layerGradient(job: RadialJob, own: bool, k: usize, offset: usize): void {
  const width = widthOf(own);
  const rowBytes = <usize>job.size * width;
  const center = job.ownCenter + k * rowBytes;
  const alpha = half(own, job.reach + k * width, offset);
  const gamma = half(own, job.gain + k * width, offset);
  const r = v128.load(job.radii + k * ELEMENT + offset);
  const toLogDet = v128.load(job.toLogDet + offset);
  const two = f64x2.splat(2);
  const one = f64x2.splat(1);
  const sum = f64x2.add(r, alpha);
  const stretch = stretchAt(r, alpha, gamma);
  const slope = slopeAt(r, alpha, gamma);
  const numerator = f64x2.mul(f64x2.mul(slope, sum), sum);
  // What the log-det says to r, α and γ.
  const bent = f64x2.div(f64x2.sub(alpha, gamma), f64x2.mul(sum, sum));
  const perStretch = f64x2.div(f64x2.mul(toLogDet, f64x2.splat(<f64>(job.size - 1))), stretch);
  const fall = f64x2.div(two, sum);
  const twice = f64x2.add(r, r);
  const rise = f64x2.div(f64x2.add(sum, sum), numerator);
  const riseOfAlpha = f64x2.div(f64x2.add(twice, gamma), numerator);
  const inRadius = f64x2.add(f64x2.mul(perStretch, bent), f64x2.mul(toLogDet, f64x2.sub(rise, fall)));
  const lessStretch = f64x2.div(f64x2.mul(perStretch, stretch), sum);
  const inAlpha = f64x2.sub(f64x2.mul(toLogDet, f64x2.sub(riseOfAlpha, fall)), lessStretch);
  const inGamma = f64x2.add(f64x2.div(perStretch, sum), f64x2.div(f64x2.mul(toLogDet, alpha), numerator));

  const toArgument = job.solving ? one : f64x2.div(one, stretch);
  const along = offsets(job, own, center, offset, toArgument);
  const inverseRadius = v128.and(f64x2.div(one, r), f64x2.gt(r, f64x2.splat(0)));
  const perRadius = f64x2.mul(along, inverseRadius);
  const radial = job.solving
    ? f64x2.sub(f64x2.div(f64x2.add(perRadius, inRadius), slope), f64x2.div(perRadius, stretch))
    : f64x2.add(f64x2.mul(along, bent), inRadius);
  const across = job.solving ? f64x2.div(one, stretch) : stretch;
  const back = job.solving ? stretch : one;
  const lane: usize = own ? offset : 0;
  const sums = job.sumCenter + k * <usize>job.size * sumWidth(own) + lane;
  const alongResult = outward(job, own, center, sums, offset, across, f64x2.mul(radial, inverseRadius), back);
  const perFactor = job.solving ? f64x2.neg(alongResult) : along;
  const toAlpha = f64x2.sub(inAlpha, f64x2.div(f64x2.mul(perFactor, stretch), sum));
  const toGamma = f64x2.add(inGamma, f64x2.div(perFactor, sum));
  addHalf(own, job.sumReach + k * sumWidth(own) + lane, toAlpha);
  addHalf(own, job.sumGain + k * sumWidth(own) + lane, toGamma);
}

@inline
function addHalf(own: bool, at: usize, v: v128): void {
  v128.store(at, own ? v : f64x2.add(v128.load(at), v));
}

/** Values become offsets of the argument of the closed formula; gives back the sensitivity along them. */
@inline
function offsets(job: RadialJob, own: bool, center: usize, offset: usize, toArgument: v128): v128 {
  const toValues = job.toValues - job.values;
  let at = job.values + offset;
  let along = f64x2.splat(0);
  for (const end = at + <usize>job.size * ELEMENT; at < end; at += ELEMENT, center += widthOf(own)) {
    const distance = f64x2.mul(toArgument, f64x2.sub(v128.load(at), half(own, center, offset)));
    v128.store(at, distance);
    along = f64x2.add(along, f64x2.mul(v128.load(at + toValues), distance));
  }
  return along;
}

/** Offsets become values before the layer; sensitivities go through it. Gives back what they are along the offsets then. */
@inline
function outward(
  job: RadialJob,
  own: bool,
  center: usize,
  sums: usize,
  offset: usize,
  across: v128,
  radial: v128,
  back: v128,
): v128 {
  const toValues = job.toValues - job.values;
  let at = job.values + offset;
  let along = f64x2.splat(0);
  for (const end = at + <usize>job.size * ELEMENT; at < end; at += ELEMENT, center += widthOf(own), sums += sumWidth(own)) {
    const before = v128.load(at + toValues);
    const distance = v128.load(at);
    const after = f64x2.add(f64x2.mul(across, before), f64x2.mul(radial, distance));
    addHalf(own, sums, f64x2.sub(before, after));
    v128.store(at + toValues, after);
    along = f64x2.add(along, f64x2.mul(after, distance));
    v128.store(at, f64x2.add(half(own, center, offset), f64x2.mul(back, distance)));
  }
  return along;
}
