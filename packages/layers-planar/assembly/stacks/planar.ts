import { activate, RECORD, slopeOf, solve } from './activation';
import { leavesRange, safeLog } from './exponential';
import { ELEMENT, lower, upper, widthOf } from './panel';
import { PlanarJob } from './planar-job';

/**
 * Takes the values of a panel through all layers and keeps the records of h. The log-dets, as they are for
 * the closed formula, are stored at `logDet`: the logarithm is taken of products of slopes.
 */
@inline
export function planarPanel(job: PlanarJob, own: bool, logDet: usize): void {
  const width = widthOf(own);
  const rowBytes = <usize>job.size * width;
  const kind = job.activation;
  let productLow = f64x2.splat(1);
  let productHigh = f64x2.splat(1);
  let logLow = f64x2.splat(0);
  let logHigh = f64x2.splat(0);
  for (let position = 0; position < job.layers; position++) {
    const k = <usize>layerAt(job, position);
    const layer = k * width;
    const records = job.records + k * 2 * RECORD;
    project(own, job.values, job.ownW + k * rowBytes, rowBytes, job.ownB + layer, records);
    let low = v128.load(records);
    let high = v128.load(records, RECORD);
    const edgeLow = lower(own, job.edge + layer);
    const edgeHigh = upper(own, job.edge + layer, edgeLow);
    if (job.solving) {
      low = solve(kind, job.slope, low, edgeLow, records);
      high = solve(kind, job.slope, high, edgeHigh, records + RECORD);
    }
    activate(kind, job.slope, low, records);
    activate(kind, job.slope, high, records + RECORD);
    productLow = f64x2.mul(productLow, slopeOf(records, edgeLow));
    productHigh = f64x2.mul(productHigh, slopeOf(records + RECORD, edgeHigh));
    if (leavesRange(productLow)) {
      logLow = f64x2.add(logLow, safeLog(productLow));
      productLow = f64x2.splat(1);
    }
    if (leavesRange(productHigh)) {
      logHigh = f64x2.add(logHigh, safeLog(productHigh));
      productHigh = f64x2.splat(1);
    }
    const stepLow = signed(job, v128.load(records));
    const stepHigh = signed(job, v128.load(records, RECORD));
    move(own, job.values, job.direction + k * rowBytes, rowBytes, stepLow, stepHigh);
  }
  v128.store(logDet, f64x2.add(logLow, safeLog(productLow)));
  v128.store(logDet, f64x2.add(logHigh, safeLog(productHigh)), 16);
}

/** The layer that runs at a position. */
@inline
export function layerAt(job: PlanarJob, position: i32): i32 {
  return job.forward ? job.layers - 1 - position : position;
}

/** Plus for the closed formula, minus on the way back. */
@inline
export function signed(job: PlanarJob, v: v128): v128 {
  return job.solving ? f64x2.neg(v) : v;
}

/** wᵀx + b, stored at the two records; even and odd elements are summed apart. */
@inline
function project(own: bool, values: usize, w: usize, rowBytes: usize, b: usize, records: usize): void {
  const width = widthOf(own);
  const end = w + rowBytes;
  let low = lower(own, b);
  let high = upper(own, b, low);
  if ((rowBytes & width) != 0) {
    const first = lower(own, w);
    low = f64x2.add(low, f64x2.mul(first, v128.load(values)));
    high = f64x2.add(high, f64x2.mul(upper(own, w, first), v128.load(values, 16)));
    w += width;
    values += ELEMENT;
  }
  let oddLow = f64x2.splat(0);
  let oddHigh = f64x2.splat(0);
  if (w < end) {
    do {
      const even = lower(own, w);
      const odd = lower(own, w + width);
      low = f64x2.add(low, f64x2.mul(even, v128.load(values)));
      high = f64x2.add(high, f64x2.mul(upper(own, w, even), v128.load(values, 16)));
      oddLow = f64x2.add(oddLow, f64x2.mul(odd, v128.load(values, 32)));
      oddHigh = f64x2.add(oddHigh, f64x2.mul(upper(own, w + width, odd), v128.load(values, 48)));
      w += 2 * width;
      values += 2 * ELEMENT;
    } while (w < end);
  }
  v128.store(records, f64x2.add(low, oddLow));
  v128.store(records, f64x2.add(high, oddHigh), RECORD);
}

/** x + step · û. */
@inline
function move(own: bool, values: usize, direction: usize, rowBytes: usize, stepLow: v128, stepHigh: v128): void {
  const end = direction + rowBytes;
  do {
    const low = lower(own, direction);
    v128.store(values, f64x2.add(v128.load(values), f64x2.mul(stepLow, low)));
    v128.store(values, f64x2.add(v128.load(values, 16), f64x2.mul(stepHigh, upper(own, direction, low))), 16);
    direction += widthOf(own);
    values += ELEMENT;
  } while (direction < end);
}
