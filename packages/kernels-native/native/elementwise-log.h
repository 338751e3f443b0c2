// log x, log(1 + x) and the error function, lane by lane and without a branch, by the formulas of kernels-wasm.
#pragma once

#include <limits>

#include "elementwise-exp.h"

namespace flowzoo {

/** Bits of √½: mantissas are taken from [√½, √2), where log is small when they are near 1. */
constexpr std::int32_t ROOT = 0x3f3504f3;
constexpr std::int32_t ONE = 0x3f800000;

/** k ln 2 + log(1 + f) for √½ − 1 ≤ f ≤ √2 − 1; ln 2 in two parts, the first of 9 bits, so that k times it is exact. */
FLOWZOO_INLINE Floats logOfParts(Floats f, Floats k) {
  const Floats square = f * f;
  Floats p = splat(-0.0763476789f);
  p = p * f + 0.12761572f;
  p = p * f - 0.131598547f;
  p = p * f + 0.142016709f;
  p = p * f - 0.166234002f;
  p = p * f + 0.200012386f;
  p = p * f - 0.250008196f;
  p = p * f + 0.333333313f;
  p = (p * square) * f;
  p = k * -2.1219444e-4f + p;
  p = square * -0.5f + p;
  return k * 0.693359375f + (f + p);
}

/** log x = k ln 2 + log(1 + f) with x = 2ᵏ (1 + f); −∞ at 0, ∞ at ∞, NaN below 0 and for NaN. */
FLOWZOO_INLINE Floats logOf(Floats x) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto denormal = x < std::numeric_limits<float>::min();
  const Ints bits = reinterpret_cast<Ints>(wordsOf(denormal ? x * 8388608.0f : x) + (ONE - ROOT));
  const Ints bias = denormal ? Ints{} + (127 + 23) : Ints{} + 127;
  const Floats k = __builtin_convertvector((bits >> 23) - bias, Floats);
  const Floats mantissa = floatsOf((bits & 0x007fffff) + ROOT);
  const Floats edge = x == 0.0f ? splat(-infinity) : (x == infinity ? x : splat(std::numeric_limits<float>::quiet_NaN()));
  return ((x > 0.0f) & (x < infinity)) ? logOfParts(mantissa - 1.0f, k) : edge;
}

/**
 * log(1 + x). With 2ᵏ the power nearest to 1 + x, f = 2⁻ᵏ x + (2⁻ᵏ − 1) is exact or rounded once: for small x it is x
 * itself, where 1 + x in float32 would have lost it. Above 10¹⁵ 1 + x is x, and its 2⁻ᵏ may be denormal: log x.
 */
FLOWZOO_INLINE Floats logOnePlusOf(Floats x) {
  const Floats sum = x + 1.0f;
  const auto inside = (sum > 0.0f) & (sum < 1e15f);
  const Floats near = inside ? x : Floats{};
  const Ints exponent = (bitsOf(near + 1.0f) + (ONE - ROOT)) & INT32_C(-0x800000);
  const Floats inverse = floatsOf(2 * ONE - exponent);
  const Floats f = near * inverse + (inverse - 1.0f);
  const Floats k = __builtin_convertvector((exponent >> 23) - 127, Floats);
  // The sign is that of x, also where x is −0.
  return inside ? withSignOf(logOfParts(f, k), x) : logOf(sum);
}

/** Below 7/8 a polynomial in x². */
FLOWZOO_INLINE Floats innerErf(Floats a) {
  const Floats t = a * a;
  Floats p = splat(7.79689508e-5f);
  p = p * t - 8.01289512e-4f;
  p = p * t + 5.19003393e-3f;
  p = p * t - 2.68551167e-2f;
  p = p * t + 0.112836204f;
  p = p * t - 0.376126289f;
  p = p * t + 0.128379166f;
  return p * a + a;
}

/** 1 − e⁻ᵖ with a polynomial p for −log erfc, whose error counts for little because erfc is small here. */
FLOWZOO_INLINE Floats outerErf(Floats a) {
  Floats p = splat(2.00994822e-4f);
  p = p * a - 3.09227756e-3f;
  p = p * a + 2.24201642e-2f;
  p = p * a - 0.104327418f;
  p = p * a - 0.636737287f;
  p = p * a - 1.12793612f;
  p = p * a - 1.33566631e-4f;
  const Floats power = wholePower(p);
  const Floats scale = twoToPower(power);
  // 1 − 2ⁿ(1 + rest), with the exact part first.
  return (1.0f - scale) - expMinusOneOfRest(restOf(p, power)) * scale;
}

/** The error function; from 4 on it is 1. */
FLOWZOO_INLINE Floats erfOf(Floats x) {
  const Floats a = atMost(absolute(x), 4);
  return withSignOf(a >= 0.875f ? outerErf(a) : innerErf(a), x);
}

}  // namespace flowzoo
