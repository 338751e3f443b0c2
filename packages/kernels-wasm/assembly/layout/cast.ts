/** What JavaScript's Int32Array makes of a float: towards zero, modulo 2³², 0 for what is not finite. */
@inline
export function toInt32(value: f32): i32 {
  // From 2⁶³ on a float32 is a multiple of 2³², or infinite.
  return value >= 9223372036854775808.0 ? 0 : <i32>(<i64>value);
}

@inline
export function castFloatToInt(x: usize, y: usize, count: i32): void {
  const limit = f32x4.splat(2147483520);
  while (count >= 4) {
    const v = v128.load(x);
    // NaN compares false and is left to the careful way, as is what does not fit.
    if (i32x4.all_true(f32x4.le(f32x4.abs(v), limit))) v128.store(y, i32x4.trunc_sat_f32x4_s(v));
    else for (let lane: usize = 0; lane < 16; lane += 4) store<i32>(y + lane, toInt32(load<f32>(x + lane)));
    x += 16;
    y += 16;
    count -= 4;
  }
  for (; count > 0; count--) {
    store<i32>(y, toInt32(load<f32>(x)));
    x += 4;
    y += 4;
  }
}

@inline
export function castIntToFloat(x: usize, y: usize, count: i32): void {
  if (count >= 8) {
    do {
      v128.store(y, f32x4.convert_i32x4_s(v128.load(x)));
      v128.store(y, f32x4.convert_i32x4_s(v128.load(x, 16)), 16);
      x += 32;
      y += 32;
      count -= 8;
    } while (count >= 8);
  }
  for (; count > 0; count--) {
    store<f32>(y, <f32>load<i32>(x));
    x += 4;
    y += 4;
  }
}

/** true where x ≠ 0; NaN ≠ 0, and −0 = 0. */
@inline
export function castFloatToBool(x: usize, y: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const one = i8x16.splat(1);
  while (count >= 16) {
    const low = i16x8.narrow_i32x4_s(f32x4.ne(v128.load(x), zero), f32x4.ne(v128.load(x, 16), zero));
    const high = i16x8.narrow_i32x4_s(f32x4.ne(v128.load(x, 32), zero), f32x4.ne(v128.load(x, 48), zero));
    v128.store(y, v128.and(i8x16.narrow_i16x8_s(low, high), one));
    x += 64;
    y += 16;
    count -= 16;
  }
  for (; count > 0; count--) {
    store<u8>(y, load<f32>(x) != 0 ? 1 : 0);
    x += 4;
    y += 1;
  }
}

@inline
export function castIntToBool(x: usize, y: usize, count: i32): void {
  for (; count > 0; count--) {
    store<u8>(y, load<i32>(x) != 0 ? 1 : 0);
    x += 4;
    y += 1;
  }
}

@inline
export function castBoolToInt(x: usize, y: usize, count: i32): void {
  if (count >= 8) {
    do {
      const v = v128.load8x8_u(x);
      v128.store(y, i32x4.extend_low_i16x8_u(v));
      v128.store(y, i32x4.extend_high_i16x8_u(v), 16);
      x += 8;
      y += 32;
      count -= 8;
    } while (count >= 8);
  }
  for (; count > 0; count--) {
    store<i32>(y, <i32>load<u8>(x));
    x += 1;
    y += 4;
  }
}

@inline
export function castBoolToFloat(x: usize, y: usize, count: i32): void {
  if (count >= 8) {
    do {
      const v = v128.load8x8_u(x);
      v128.store(y, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v)));
      v128.store(y, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(v)), 16);
      x += 8;
      y += 32;
      count -= 8;
    } while (count >= 8);
  }
  for (; count > 0; count--) {
    store<f32>(y, <f32>load<u8>(x));
    x += 1;
    y += 4;
  }
}
