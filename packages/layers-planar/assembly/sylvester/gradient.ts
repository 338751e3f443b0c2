import { ELEMENT, parameter, SylvesterJob, widthOf } from './job';
import { shareOf, slopeOf } from './layer';

/**
 * From the sensitivities to R h (`toStep`) and to the log-dets to those to q, in the place of `toStep`, and to the sums of
 * the parameters. q and h are those of `activate`.
 */
@inline
export function layerGradient(job: SylvesterJob, own: bool, toLogDet: v128): void {
  throughOuter(job, own);
  throughHidden(job, own, toLogDet);
  throughInner(job, own);
}

/** Sets or adds: examples with parameters of their own have sums of their own. */
@inline
function addTo(own: bool, at: usize, v: v128): void {
  v128.store(at, own ? v : f32x4.add(v128.load(at), v));
}

/** To h, and to R above its diagonal. */
@inline
function throughOuter(job: SylvesterJob, own: bool): void {
  const width = widthOf(own);
  const count = <usize>job.width;
  for (let j: usize = 0; j < count; j++) {
    const place = j * ELEMENT;
    v128.store(job.toHidden + place, f32x4.mul(v128.load(job.outer + place), v128.load(job.toStep + place)));
  }
  for (let i: usize = 0; i < count; i++) {
    const to = v128.load(job.toStep + i * ELEMENT);
    let cell = i * (count + 1) + 1;
    for (let at = (i + 1) * ELEMENT; at < count * ELEMENT; at += ELEMENT, cell++) {
      const value = parameter(own, job.ownTriangles + cell * width);
      const hidden = job.toHidden + at;
      v128.store(hidden, f32x4.add(v128.load(hidden), f32x4.mul(value, to)));
      addTo(own, job.sumTriangles + cell * ELEMENT, f32x4.mul(to, v128.load(job.hidden + at)));
    }
  }
}

/** To R̃ q + b, in the place of `toHidden`, and to b and both diagonals. */
@inline
function throughHidden(job: SylvesterJob, own: bool, toLogDet: v128): void {
  const one = f32x4.splat(1);
  const bound = f32x4.splat(job.bound);
  const inverse = f32x4.splat(1 / job.bound);
  for (let i: usize = 0; i < <usize>job.width; i++) {
    const place = i * ELEMENT;
    const h = v128.load(job.hidden + place);
    const edge = v128.load(job.edge + place);
    const share = shareOf(h, one);
    const perSlope = f32x4.div(toLogDet, slopeOf(h, edge, one));
    const twice = f32x4.mul(f32x4.add(h, h), f32x4.sub(one, edge));
    const toHidden = f32x4.add(v128.load(job.toHidden + place), f32x4.mul(perSlope, twice));
    const toPre = f32x4.mul(toHidden, share);
    const toEdge = f32x4.mul(perSlope, share);
    v128.store(job.toHidden + place, toPre);
    addTo(own, job.sumOffset + place, toPre);
    const outer = v128.load(job.outer + place);
    const inner = v128.load(job.inner + place);
    const toOuter = f32x4.add(f32x4.mul(v128.load(job.toStep + place), h), f32x4.mul(toEdge, inner));
    const toInner = f32x4.add(f32x4.mul(toPre, v128.load(job.inBasis + place)), f32x4.mul(toEdge, outer));
    const slopeOuter = f32x4.sub(bound, f32x4.mul(f32x4.mul(outer, outer), inverse));
    const slopeInner = f32x4.sub(bound, f32x4.mul(f32x4.mul(inner, inner), inverse));
    addTo(own, job.sumTriangles + i * (<usize>job.width + 1) * ELEMENT, f32x4.mul(toOuter, slopeOuter));
    addTo(own, job.sumDiagonal + place, f32x4.mul(toInner, slopeInner));
  }
}

/** To q, and to R̃ above its diagonal, which stands below that of the triangles. */
@inline
function throughInner(job: SylvesterJob, own: bool): void {
  const width = widthOf(own);
  for (let j: usize = 0; j < <usize>job.width; j++) {
    const place = j * ELEMENT;
    const q = v128.load(job.inBasis + place);
    let to = f32x4.mul(v128.load(job.inner + place), v128.load(job.toHidden + place));
    let cell = j * <usize>job.width;
    for (let at: usize = 0; at < place; at += ELEMENT, cell++) {
      const toPre = v128.load(job.toHidden + at);
      to = f32x4.add(to, f32x4.mul(parameter(own, job.ownTriangles + cell * width), toPre));
      addTo(own, job.sumTriangles + cell * ELEMENT, f32x4.mul(toPre, q));
    }
    v128.store(job.toStep + place, to);
  }
}
