// Powers in float64, lane by lane, rounded once.
#pragma once

#include <cmath>

#include "lanes.h"

namespace flowzoo {

/** log x for normal positive x, relative error 2⁻³⁸: x = 2ᵏ m, log m = 2 artanh s with s = (m − 1) / (m + 1). */
FLOWZOO_INLINE Doubles wideLog(Doubles x) {
  constexpr std::int64_t root = INT64_C(0x3fe6a09e667f3bcd);
  constexpr std::int64_t one = INT64_C(0x3ff0000000000000);
  const Longs bits = reinterpret_cast<Longs>(reinterpret_cast<LongWords>(x) + (one - root));
  const Doubles k = __builtin_convertvector((bits >> 52) - 1023, Doubles);
  const Doubles m = reinterpret_cast<Doubles>((bits & INT64_C(0x000fffffffffffff)) + root);
  const Doubles s = (m - 1.0) / (m + 1.0);
  const Doubles t = s * s;
  Doubles p = Doubles{} + 1.0 / 15;
  p = p * t + 1.0 / 13;
  p = p * t + 1.0 / 11;
  p = p * t + 1.0 / 9;
  p = p * t + 1.0 / 7;
  p = p * t + 1.0 / 5;
  p = p * t + 1.0 / 3;
  return k * 0.6931471805599453 + ((p * t) * (s + s) + (s + s));
}

/** eᵗ for |t| ≤ 200, relative error 2⁻³⁵. */
FLOWZOO_INLINE Doubles wideExp(Doubles t) {
  constexpr double rounder = 6755399441055744;
  const Doubles power = t * 1.4426950408889634 + rounder;
  const Doubles r = t - (power - rounder) * 0.6931471805599453;
  Doubles p = Doubles{} + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  return reinterpret_cast<Doubles>(reinterpret_cast<LongWords>(p) + (reinterpret_cast<LongWords>(power) << 52));
}

/** e^(y log x) for positive finite x and finite y. */
FLOWZOO_INLINE HalfFloats widePower(HalfFloats x, HalfFloats y) {
  const Doubles exponent = __builtin_convertvector(y, Doubles) * wideLog(__builtin_convertvector(x, Doubles));
  // Beyond e^±200 every result is 0 or ∞ in float32.
  const Doubles lower = exponent > 200.0 ? Doubles{} + 200.0 : exponent;
  return __builtin_convertvector(wideExp(lower < -200.0 ? Doubles{} - 200.0 : lower), HalfFloats);
}

/** xʸ for any two, by the library, whose 1^NaN and 1^∞ tfjs calls NaN. */
inline float anyPower(double x, double y) {
  const bool undefined = std::isnan(y) || (std::isinf(y) && std::fabs(x) == 1);
  return undefined ? std::nanf("") : static_cast<float>(std::pow(x, y));
}

/** xʸ; lanes that are not of positive finite x and finite y, which are rare, one by one. */
FLOWZOO_INLINE Floats powerOf(Floats x, Floats y) {
  constexpr std::int32_t infinity = 0x7f800000;
  const Ints ordinary = (bitsOf(x) > 0) & (bitsOf(x) < infinity) & (bitsOf(absolute(y)) < infinity);
  Floats result = joined(widePower(half<HalfFloats>(x, 0), half<HalfFloats>(y, 0)),
                         widePower(half<HalfFloats>(x, 1), half<HalfFloats>(y, 1)));
  if (__builtin_expect(any(~ordinary), 0)) {
    for (std::size_t i = 0; i < LANES; i++) {
      if (!ordinary[i]) result[i] = anyPower(x[i], y[i]);
    }
  }
  return result;
}

}  // namespace flowzoo
