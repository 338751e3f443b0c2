import { loadPart, storePart } from '../shared/vector';

/** dx = dy where y is above 0 (or NaN), else 0. */
export function openOnly(y: usize, dy: usize, dx: usize, count: i32): void {
  const end = y + (<usize>(count & ~3) << 2);
  for (; y != end; y += 16, dy += 16, dx += 16) v128.store(dx, masked(v128.load(y), v128.load(dy)));
  const rest = count & 3;
  if (rest > 0) storePart(dx, masked(loadPart(y, rest), loadPart(dy, rest)), rest);
}

@inline
function masked(y: v128, dy: v128): v128 {
  return v128.andnot(dy, f32x4.le(y, f32x4.splat(0)));
}
