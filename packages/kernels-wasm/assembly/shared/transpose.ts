/** Row 0 of the transpose of the 4×4 matrix with the rows a, b, c, d: their first lanes. */
@inline
export function transposed0(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 0, 4, 1, 5), 0, 2);
}

/** Row 1 of that transpose. */
@inline
export function transposed1(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 0, 4, 1, 5), 1, 3);
}

/** Row 2 of that transpose. */
@inline
export function transposed2(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(v128.shuffle<i32>(a, b, 2, 6, 3, 7), v128.shuffle<i32>(c, d, 2, 6, 3, 7), 0, 2);
}

/** Row 3 of that transpose. */
@inline
export function transposed3(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(v128.shuffle<i32>(a, b, 2, 6, 3, 7), v128.shuffle<i32>(c, d, 2, 6, 3, 7), 1, 3);
}

/** Transposes the 4×4 block of 4-byte elements at `x` (rows `xRow` bytes apart) to `y` (rows `yRow` bytes apart). */
@inline
export function transposeBlock(x: usize, y: usize, xRow: usize, yRow: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + xRow);
  const c = v128.load(x + 2 * xRow);
  const d = v128.load(x + 3 * xRow);
  v128.store(y, transposed0(a, b, c, d));
  v128.store(y + yRow, transposed1(a, b, c, d));
  v128.store(y + 2 * yRow, transposed2(a, b, c, d));
  v128.store(y + 3 * yRow, transposed3(a, b, c, d));
}
