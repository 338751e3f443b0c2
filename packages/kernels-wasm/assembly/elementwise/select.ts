/** y[i] = condition[i] ? a[i] : b[i] for i < count; conditions are bytes, 0 or 1, values have four bytes of any kind. */
@inline
export function choose(condition: usize, a: usize, b: usize, y: usize, count: i32): void {
  const zero = i32x4.splat(0);
  for (; count >= 4; count -= 4) {
    const bytes = v128.load32_zero(condition);
    const wide = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
    v128.store(y, v128.bitselect(v128.load(b), v128.load(a), i32x4.eq(wide, zero)));
    condition += 4;
    a += 16;
    b += 16;
    y += 16;
  }
  for (; count > 0; count--) {
    store<u32>(y, load<u8>(condition) != 0 ? load<u32>(a) : load<u32>(b));
    condition += 1;
    a += 4;
    b += 4;
    y += 4;
  }
}

/** The same for values of one byte. */
@inline
export function chooseBytes(condition: usize, a: usize, b: usize, y: usize, count: i32): void {
  for (; count > 0; count--) {
    store<u8>(y, load<u8>(condition) != 0 ? load<u8>(a) : load<u8>(b));
    condition += 1;
    a += 1;
    b += 1;
    y += 1;
  }
}
