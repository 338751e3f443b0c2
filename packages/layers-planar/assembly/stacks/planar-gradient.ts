import { BEND, RECORD, REST, SHARE } from './activation';
import { ELEMENT, lower, sumWidth, upper, widthOf } from './panel';
import { layerAt, signed } from './planar';
import { PlanarJob } from './planar-job';

/**
 * Walks a panel back through the layers, undoing each, from the sensitivities to its values and log-dets to those of its
 * inputs; a solved layer is differentiated as an implicit function of a = t + c h(t).
 */
@inline
export function planarPanelGradient(job: PlanarJob, own: bool): void {
  const width = widthOf(own);
  const rowBytes = <usize>job.size * width;
  const sumBytes = <usize>job.size * sumWidth(own);
  for (let position = job.layers - 1; position >= 0; position--) {
    const k = <usize>layerAt(job, position);
    const layer = k * width;
    const records = job.records + k * 2 * RECORD;
    undo(job, own, records, job.direction + k * rowBytes, rowBytes, job.sumU + k * sumBytes);
    const sums = k * sumWidth(own);
    const edgeLow = lower(own, job.edge + layer);
    const edgeHigh = upper(own, job.edge + layer, edgeLow);
    const toPreLow = toPoint(job, records, 0, edgeLow);
    const toPreHigh = toPoint(job, records + RECORD, 16, edgeHigh);
    addTo(own, job.sumB + sums, toPreLow, toPreHigh);
    addTo(own, job.sumEdge + sums, v128.load(job.toEdge), v128.load(job.toEdge, 16));
    through(job, own, job.ownW + k * rowBytes, rowBytes, job.sumW + k * sumBytes, toPreLow, toPreHigh);
  }
}

/** Adds what four examples contribute; their own sums are all there is. */
@inline
function addTo(own: bool, at: usize, low: v128, high: v128): void {
  if (own) {
    v128.store(at, low);
    v128.store(at, high, 16);
  } else {
    v128.store(at, f64x2.add(v128.load(at), f64x2.add(low, high)));
  }
}

/** Undoes x + step û, adds to the sums of û, and stores the sensitivities along û. */
@inline
function undo(job: PlanarJob, own: bool, records: usize, direction: usize, rowBytes: usize, sums: usize): void {
  const width = widthOf(own);
  const end = direction + rowBytes;
  const stepLow = signed(job, v128.load(records));
  const stepHigh = signed(job, v128.load(records, RECORD));
  const toValues = job.toValues - job.values;
  let alongLow = f64x2.splat(0);
  let alongHigh = f64x2.splat(0);
  let at = job.values;
  do {
    const low = lower(own, direction);
    const high = upper(own, direction, low);
    const toLow = v128.load(at + toValues);
    const toHigh = v128.load(at + toValues, 16);
    alongLow = f64x2.add(alongLow, f64x2.mul(toLow, low));
    alongHigh = f64x2.add(alongHigh, f64x2.mul(toHigh, high));
    addTo(own, sums, f64x2.mul(toLow, stepLow), f64x2.mul(toHigh, stepHigh));
    v128.store(at, f64x2.sub(v128.load(at), f64x2.mul(stepLow, low)));
    v128.store(at, f64x2.sub(v128.load(at, 16), f64x2.mul(stepHigh, high)), 16);
    direction += width;
    at += ELEMENT;
    sums += sumWidth(own);
  } while (direction < end);
  v128.store(job.along, alongLow);
  v128.store(job.along, alongHigh, 16);
}

/** The sensitivity to wᵀx + b for two examples, the last ones at offset 16; that to the edge is stored. */
@inline
function toPoint(job: PlanarJob, record: usize, offset: usize, edge: v128): v128 {
  const along = v128.load(job.along + offset);
  const toLogDet = v128.load(job.toLogDet + offset);
  const value = v128.load(record);
  const share = v128.load(record, SHARE);
  const slope = f64x2.add(v128.load(record, REST), f64x2.mul(share, edge));
  const perSlope = f64x2.div(toLogDet, slope);
  const curved = f64x2.mul(f64x2.mul(perSlope, v128.load(record, BEND)), f64x2.sub(edge, f64x2.splat(1)));
  const straight = f64x2.mul(f64x2.mul(signed(job, along), share), f64x2.splat(job.supremum));
  let to = f64x2.add(curved, straight);
  let toEdge = f64x2.mul(perSlope, share);
  if (job.solving) {
    // From a solved point to its right-hand side.
    to = f64x2.div(to, slope);
    toEdge = f64x2.sub(toEdge, f64x2.div(f64x2.mul(to, value), f64x2.splat(job.supremum)));
  }
  v128.store(job.toEdge + offset, toEdge);
  return to;
}

/** From wᵀx + b to x and to the sums of w. */
@inline
function through(job: PlanarJob, own: bool, w: usize, rowBytes: usize, sums: usize, toLow: v128, toHigh: v128): void {
  const width = widthOf(own);
  const end = w + rowBytes;
  const toValues = job.toValues - job.values;
  let at = job.values;
  do {
    const low = lower(own, w);
    addTo(own, sums, f64x2.mul(toLow, v128.load(at)), f64x2.mul(toHigh, v128.load(at, 16)));
    const to = at + toValues;
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(toLow, low)));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(toHigh, upper(own, w, low))), 16);
    w += width;
    at += ELEMENT;
    sums += sumWidth(own);
  } while (w < end);
}
