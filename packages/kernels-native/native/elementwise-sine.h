// Sine and cosine, lane by lane.
#pragma once

#include <cmath>

#include "lanes.h"

namespace flowzoo {

/** Beyond this, n times the first part of π/2 below is no longer exact in float64. */
constexpr float FAR_FROM_ZERO = 1048576;

/** sin(x + offset · π/2) for |x| < FAR_FROM_ZERO: the sine for 0, the cosine for 1. */
FLOWZOO_INLINE Floats nearSine(Floats x, std::int32_t offset) {
  // 1.5 · 2⁵²: what is added to it is rounded to an integer, which then stands in the low bits.
  constexpr double rounder = 6755399441055744;
  const Doubles wide = __builtin_convertvector(x, Doubles);
  const Doubles shifted = wide * 0.6366197723675814 + rounder;
  const Doubles n = shifted - rounder;
  // x = n π/2 + r, with π/2 in two parts, the first of 33 bits; x may lie very near a multiple of π/2.
  const Doubles wideRest = (wide - n * 1.5707963267341256) - n * 6.077100506506192e-11;
  const Floats r = __builtin_convertvector(wideRest, Floats);
  const Ints turns = __builtin_convertvector(reinterpret_cast<Longs>(shifted), Ints) + offset;
  const Floats t = r * r;
  Floats sine = splat(-1.95187895e-4f);
  sine = sine * t + 8.33219197e-3f;
  sine = sine * t - 0.166666552f;
  sine = withSignOf((sine * t) * r + r, r);
  Floats cosine = splat(2.44325638e-5f);
  cosine = cosine * t - 1.38873106e-3f;
  cosine = cosine * t + 4.16666456e-2f;
  cosine = ((cosine * t) * t + t * -0.5f) + 1.0f;
  const Ints sign = (turns & 2) << 30;
  return floatsOf(bitsOf((turns & 1) != 0 ? cosine : sine) ^ sign);
}

/** The same for all x; far ones, infinities and NaN, which are rare, one by one. */
FLOWZOO_INLINE Floats sineOf(Floats x, std::int32_t offset) {
  const Ints far = ~(absolute(x) < FAR_FROM_ZERO);
  Floats y = nearSine(x, offset);
  if (__builtin_expect(any(far), 0)) {
    for (std::size_t i = 0; i < LANES; i++) {
      if (far[i]) y[i] = static_cast<float>(offset == 0 ? std::sin(double{x[i]}) : std::cos(double{x[i]}));
    }
  }
  return y;
}

}  // namespace flowzoo
