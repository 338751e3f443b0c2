/**
 * log x in float64, two normal positive numbers at a time, with the method, the constants and the order of roundings of
 * fdlibm (Sun Microsystems 1993), so with the bits of `Math.log` in the engines that use it: x = 2ᵏ (1 + f) and
 * s = f / (2 + f), log(1 + f) = f − s (f − R) or f − (f²/2 − s (f²/2 + R)), where R(s²) is a polynomial.
 */
@inline
export function log(x: v128): v128 {
  const high = v128.and(i64x2.shr_u(x, 32), i64x2.splat(0xfffff));
  if (nearPowerOfTwo(high)) {
    return f64x2.replace_lane(f64x2.splat(logOfOne(f64x2.extract_lane(x, 0))), 1, logOfOne(f64x2.extract_lane(x, 1)));
  }
  const upper = v128.and(i64x2.add(high, i64x2.splat(0x95f64)), i64x2.splat(0x100000));
  const exponent = i64x2.shl(v128.xor(upper, i64x2.splat(0x3ff00000)), 32);
  const mantissa = v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), exponent);
  const k = i64x2.add(i64x2.sub(i64x2.shr_u(x, 52), i64x2.splat(1023)), i64x2.shr_u(upper, 20));
  return logOfParts(f64x2.sub(mantissa, f64x2.splat(1)), asFloat(k), inMiddle(high));
}

@inline
function logOfParts(f: v128, k: v128, middle: v128): v128 {
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const rest = polynomial(f64x2.mul(s, s));
  const halfSquare = f64x2.mul(f64x2.mul(f64x2.splat(0.5), f), f);
  const low = f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10));
  const near = f64x2.sub(halfSquare, f64x2.add(f64x2.mul(s, f64x2.add(halfSquare, rest)), low));
  const far = f64x2.sub(f64x2.mul(s, f64x2.sub(f, rest)), low);
  const inner = f64x2.sub(v128.bitselect(near, far, middle), f);
  return f64x2.sub(f64x2.mul(k, f64x2.splat(6.93147180369123816490e-1)), inner);
}

@inline
function polynomial(z: v128): v128 {
  const w = f64x2.mul(z, z);
  let even = f64x2.add(f64x2.splat(2.222219843214978396e-1), f64x2.mul(w, f64x2.splat(1.531383769920937332e-1)));
  even = f64x2.mul(w, f64x2.add(f64x2.splat(3.999999999940941908e-1), f64x2.mul(w, even)));
  let odd = f64x2.add(f64x2.splat(1.818357216161805012e-1), f64x2.mul(w, f64x2.splat(1.479819860511658591e-1)));
  odd = f64x2.add(f64x2.splat(2.857142874366239149e-1), f64x2.mul(w, odd));
  odd = f64x2.mul(z, f64x2.add(f64x2.splat(6.666666666666735130e-1), f64x2.mul(w, odd)));
  return f64x2.add(odd, even);
}

/** Whether a mantissa with these high bits is so near 1 or 2 that fdlibm takes the short series. */
@inline
function nearPowerOfTwo(high: v128): bool {
  const shifted = v128.and(i64x2.add(high, i64x2.splat(2)), i64x2.splat(0xfffff));
  return v128.any_true(i64x2.lt_s(shifted, i64x2.splat(3)));
}

/** Where fdlibm takes the form with f²/2. */
@inline
function inMiddle(high: v128): v128 {
  return v128.and(i64x2.ge_s(high, i64x2.splat(0x6147a)), i64x2.le_s(high, i64x2.splat(0x6b851)));
}

/** Small integers as float64: added to 1.5 · 2⁵² they stand in its low bits. */
@inline
function asFloat(k: v128): v128 {
  const shifted = i64x2.add(k, f64x2.splat(6755399441055744));
  return f64x2.sub(shifted, f64x2.splat(6755399441055744));
}

/** The same for one number; here the short series for |f| < 2⁻²⁰ as well. */
function logOfOne(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  const high = <i32>(bits >> 32) & 0xfffff;
  const upper = (high + 0x95f64) & 0x100000;
  const k = <f64>(<i32>(bits >> 52) - 1023 + (upper >> 20));
  const f = reinterpret<f64>((bits & 0x000fffffffffffff) | (<i64>(upper ^ 0x3ff00000) << 32)) - 1;
  if ((0xfffff & (2 + high)) >= 3) {
    const middle = i64x2.splat(high >= 0x6147a && high <= 0x6b851 ? -1 : 0);
    return f64x2.extract_lane(logOfParts(f64x2.splat(f), f64x2.splat(k), middle), 0);
  }
  const low = k * 1.90821492927058770002e-10;
  const highPart = k * 6.93147180369123816490e-1;
  if (f == 0) return highPart + low;
  const rest = f * f * (0.5 - 0.33333333333333333 * f);
  return highPart - (rest - low - f);
}
