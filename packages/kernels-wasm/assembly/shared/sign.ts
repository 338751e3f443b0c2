/** The magnitude of the first with the sign bit of the second. */
@inline
export function withSignOf(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(magnitude, sign, i32x4.splat(0x7fffffff));
}

/** −|x|. */
@inline
export function minusAbsolute(x: v128): v128 {
  return v128.or(x, i32x4.splat(0x80000000));
}
