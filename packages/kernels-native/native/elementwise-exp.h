// The functions made of eˣ, lane by lane and without a branch. The formulas are those of kernels-wasm, where the compiler
// joins a product and a sum into one rounding the last bits differ.
#pragma once

#include "lanes.h"

namespace flowzoo {

/** 1.5 · 2²³: a small number added to it is rounded to an integer, which then stands in the low bits. */
constexpr float ROUNDER = 12582912;

/** n in x = n ln 2 + r, in the low bits of a float of another magnitude: shifted left by 23 it is an exponent. */
FLOWZOO_INLINE Floats wholePower(Floats x) { return x * 1.44269504f + ROUNDER; }

/** r in x = n ln 2 + r; ln 2 is subtracted in two parts, the first of 9 bits, so that r keeps its digits. */
FLOWZOO_INLINE Floats restOf(Floats x, Floats power) {
  const Floats n = power - ROUNDER;
  const Floats r = n * -0.693359375f + x;
  return n * 2.1219444e-4f + r;
}

/** eʳ − 1 for |r| ≤ ln 2 / 2; the polynomial's relative error is 2⁻³¹. */
FLOWZOO_INLINE Floats expMinusOneOfRest(Floats r) {
  Floats p = splat(1.99442657e-4f);
  p = p * r + 1.39335648e-3f;
  p = p * r + 8.33320804e-3f;
  p = p * r + 4.16664816e-2f;
  p = p * r + 1.66666672e-1f;
  p = p * r + 0.5f;
  return p * (r * r) + r;
}

/** 2ⁿ for integers −126 ≤ n ≤ 127. */
FLOWZOO_INLINE Floats twoTo(Ints n) { return floatsOf((reinterpret_cast<Words>(n) + 127) << 23); }

/** 2ⁿ and 2⁻ⁿ for what wholePower gives. */
FLOWZOO_INLINE Floats twoToPower(Floats power) { return floatsOf((wordsOf(power) << 23) + 0x3f800000); }
FLOWZOO_INLINE Floats twoToMinusPower(Floats power) { return floatsOf(0x3f800000 - (wordsOf(power) << 23)); }

/** v · 2ⁿ in two steps, for n from −252 to 254: right among the denormals and up to the overflow. */
FLOWZOO_INLINE Floats scaled(Floats v, Floats power) {
  const Ints n = bitsOf(power) - 0x4b400000;
  const Ints half = n >> 1;
  return v * twoTo(half) * twoTo(n - half);
}

/** eˣ, with the argument split as x = n ln 2 + r, |r| ≤ ln 2 / 2. */
FLOWZOO_INLINE Floats expOf(Floats x) {
  const Floats clamped = atMost(atLeast(x, -104), 89);
  const Floats power = wholePower(clamped);
  return scaled(expMinusOneOfRest(restOf(clamped, power)) + 1.0f, power);
}

/** eˣ − 1 = 2ⁿ((eʳ − 1) + (1 − 2⁻ⁿ)): the sum in brackets is rounded once, and for n = 0 not at all. */
FLOWZOO_INLINE Floats expMinusOneOf(Floats x) {
  const Floats clamped = atMost(atLeast(x, -80), 89);
  const Floats power = wholePower(clamped);
  // 2⁻ⁿ does not count above n = 115; later it would leave the ordinary numbers.
  const Floats inverse = twoToMinusPower(atMost(power, ROUNDER + 115));
  const Floats sum = expMinusOneOfRest(restOf(clamped, power)) + (1.0f - inverse);
  return withSignOf(scaled(sum, power), x);
}

/** tanh x = e / (e + 2) with e = e²|ˣ| − 1; from |x| = 10 on it is 1. */
FLOWZOO_INLINE Floats tanhOf(Floats x) {
  const Floats a = atMost(absolute(x), 10);
  const Floats twice = a + a;
  const Floats power = wholePower(twice);
  const Floats scale = twoToPower(power);
  const Floats e = expMinusOneOfRest(restOf(twice, power)) * scale + (scale - 1.0f);
  return withSignOf(e / (e + 2.0f), x);
}

/** eˣ − 1 for x ≤ 0 and NaN; for other x it is 0. */
FLOWZOO_INLINE Floats expMinusOneOfNegative(Floats x) {
  const Floats clamped = atMost(atLeast(x, -30), 0);
  const Floats power = wholePower(clamped);
  const Floats sum = expMinusOneOfRest(restOf(clamped, power)) + (1.0f - twoToMinusPower(power));
  return sum * twoToPower(power);
}

/** scale · x where x ≥ 0, else scale · α (eˣ − 1), with the two constants of Klambauer et al. 2017. */
FLOWZOO_INLINE Floats seluOf(Floats x) {
  return x >= 0.0f ? x * 1.0507009873554805f : expMinusOneOfNegative(x) * 1.7580993408473768f;
}

/** 1 / (1 + e⁻ˣ), from e = e⁻|ˣ| ≤ 1 on both sides, so that nothing overflows and small results keep their digits. */
FLOWZOO_INLINE Floats sigmoidOf(Floats x) {
  const Floats e = expOf(minusAbsolute(x));
  return (x >= 0.0f ? splat(1) : e) / (e + 1.0f);
}

/** log(1 + e) for 0 ≤ e ≤ 1: 2 artanh(w / 2) with w = 2e / (2 + e) ≤ 2/3, so no exponent has to be split off. */
FLOWZOO_INLINE Floats logOnePlusUnit(Floats e) {
  const Floats w = (e + e) / (e + 2.0f);
  const Floats t = w * w;
  Floats p = splat(0.1401335f / 256);
  p = p * t + 0.139993146f / 64;
  p = p * t + 0.200108677f / 16;
  p = p * t + 0.333332062f / 4;
  return (p * t) * w + w;
}

/** log(1 + eˣ) = max(x, 0) + log(1 + e⁻|ˣ|). */
FLOWZOO_INLINE Floats softplusOf(Floats x) { return atLeast(x, 0) + logOnePlusUnit(expOf(minusAbsolute(x))); }

}  // namespace flowzoo
