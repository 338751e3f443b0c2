// Powers in float64, lane by lane, rounded once.
#pragma once

#include <cmath>

#include "lanes.h"

namespace flowzoo {

/** log x for normal positive x, relative error 2⁻³⁸: x = 2ᵏ m, log m = 2 artanh s with s = (m − 1) / (m + 1). */
FLOWZOO_INLINE Doubles wideLog(const Doubles& x) {
  constexpr std::int64_t root = INT64_C(0x3fe6a09e667f3bcd);
  constexpr std::int64_t one = INT64_C(0x3ff0000000000000);
  const Longs bits = reinterpret_cast<Longs>(x) + (one - root);
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
FLOWZOO_INLINE Doubles wideExp(const Doubles& t) {
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
  return reinterpret_cast<Doubles>(reinterpret_cast<Longs>(p) + (reinterpret_cast<Longs>(power) << 52));
}

/** xʸ; a lane that is not of positive finite x and finite y goes to the library, whose 1^NaN and 1^∞ tfjs calls NaN. */
FLOWZOO_INLINE Floats powerOf(Floats x, Floats y) {
  constexpr std::int32_t infinity = 0x7f800000;
  const Ints ordinary = (bitsOf(x) > 0) & (bitsOf(x) < infinity) & (bitsOf(absolute(y)) < infinity);
  Doubles exponent = __builtin_convertvector(y, Doubles) * wideLog(__builtin_convertvector(x, Doubles));
  // Beyond e^±200 every result is 0 or ∞ in float32.
  exponent = exponent > 200.0 ? Doubles{} + 200.0 : exponent < -200.0 ? Doubles{} - 200.0 : exponent;
  Floats result = __builtin_convertvector(wideExp(exponent), Floats);
  if (__builtin_expect(any(~ordinary), 0)) {
    for (std::size_t i = 0; i < LANES; i++) {
      if (ordinary[i]) continue;
      const double base = x[i];
      const double of = y[i];
      const bool undefined = std::isnan(of) || (std::isinf(of) && std::fabs(base) == 1);
      result[i] = undefined ? std::nanf("") : static_cast<float>(std::pow(base, of));
    }
  }
  return result;
}

}  // namespace flowzoo
