/** Whether the magnitude of any lane is above the limit, or NaN. */
@inline
export function anyBeyond(x: v128, limit: f32): bool {
  // Magnitudes of floats are ordered as integers, NaN above them all: one comparison and no special case.
  return v128.any_true(i32x4.gt_s(v128.and(x, i32x4.splat(0x7fffffff)), f32x4.splat(limit)));
}

/** Whether any lane is not a normal number in [2⁻¹²⁶, limit): negative, zero, denormal, too large, infinite or NaN. */
@inline
export function anyOutside(x: v128, limit: f32): bool {
  const smallest = i32x4.splat(0x00800000);
  return v128.any_true(i32x4.ge_u(i32x4.sub(x, smallest), i32x4.sub(f32x4.splat(limit), smallest)));
}
