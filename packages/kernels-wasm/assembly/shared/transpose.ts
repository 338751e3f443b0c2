/**
 * Transposes the 4×4 block of 4-byte elements at `x` (rows `xRow` bytes apart) to `y` (rows `yRow` bytes apart).
 */
@inline
export function transposeBlock(x: usize, y: usize, xRow: usize, yRow: usize): void {
  const r0 = v128.load(x);
  const r1 = v128.load(x + xRow);
  const r2 = v128.load(x + 2 * xRow);
  const r3 = v128.load(x + 3 * xRow);
  const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(y + yRow, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(y + 2 * yRow, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(y + 3 * yRow, v128.shuffle<i64>(high01, high23, 1, 3));
}
