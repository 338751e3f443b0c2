/**
 * Rounds float32 values to IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits), to nearest, ties to even. Values of
 * 65520 and more become infinity; NaN stays NaN.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) halves[i] = roundToFloat16(bits[i]!);
  return halves;
}

/** Widens IEEE 754 binary16 values to float32, exactly. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = widenFloat16(halves[i]!);
  return new Float32Array(bits.buffer);
}

/** Rounds float32 values to bfloat16, the upper half of a float32, to nearest, ties to even. NaN stays NaN. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const value = bits[i]!;
    const isNotNumber = (value & 0x7fffffff) > 0x7f800000;
    // The quiet bit keeps a NaN whose payload lies in the lower half from turning into infinity.
    halves[i] = isNotNumber ? (value >>> 16) | 0x40 : roundShift(value, 16);
  }
  return halves;
}

/** Widens bfloat16 values to float32, exactly. */
export function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

function roundToFloat16(value: number): number {
  const sign = (value >>> 16) & 0x8000;
  const magnitude = value & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff);
  if (magnitude === 0x7f800000) return sign | 0x7c00;
  const exponent = (magnitude >>> 23) - 127;
  if (exponent > 15) return sign | 0x7c00;
  // Shifting the exponent's bias from 127 to 15 leaves one number to round; a carry moves into the exponent by itself,
  // and out of the largest finite value into infinity.
  if (exponent >= -14) return sign | roundShift(magnitude - (112 << 23), 13);
  // Below half of the smallest subnormal 2⁻²⁴ everything is zero.
  if (exponent < -25) return sign;
  return sign | roundShift((magnitude & 0x7fffff) | 0x800000, -exponent - 1);
}

function widenFloat16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal is fraction × 2⁻²⁴: its leading bit becomes the hidden bit of a float32.
  const leading = 31 - Math.clz32(fraction);
  return sign | ((leading + 103) << 23) | ((fraction << (23 - leading)) & 0x7fffff);
}

/** value / 2^shift rounded to nearest, ties to even; value is an unsigned 32-bit integer. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
