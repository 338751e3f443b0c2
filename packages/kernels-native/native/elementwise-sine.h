// Sine and cosine, lane by lane.
#pragma once

#include <cmath>

#include "lanes.h"

namespace flowzoo {

/** Beyond this, n times the first part of π/2 below is no longer exact in float64. */
constexpr float FAR_FROM_ZERO = 1048576;

/** x = n π/2 + r: the rests and the n of one half of a vector. */
struct QuarterTurns {
  HalfFloats rests;
  HalfInts counts;
};

FLOWZOO_INLINE QuarterTurns quarterTurns(HalfFloats x) {
  // 1.5 · 2⁵²: what is added to it is rounded to an integer.
  constexpr double rounder = 6755399441055744;
  const Doubles wide = __builtin_convertvector(x, Doubles);
  const Doubles n = (wide * 0.6366197723675814 + rounder) - rounder;
  // π/2 in two parts, the first of 33 bits; x may lie very near a multiple of π/2.
  const Doubles rest = (wide - n * 1.5707963267341256) - n * 6.077100506506192e-11;
  return {__builtin_convertvector(rest, HalfFloats), __builtin_convertvector(n, HalfInts)};
}

/** sin(x + offset · π/2) for |x| < FAR_FROM_ZERO: the sine for 0, the cosine for 1. */
FLOWZOO_INLINE Floats nearSine(Floats x, std::int32_t offset) {
  const QuarterTurns low = quarterTurns(half<HalfFloats>(x, 0));
  const QuarterTurns high = quarterTurns(half<HalfFloats>(x, 1));
  const Floats r = joined(low.rests, high.rests);
  const Ints turns = joined(low.counts, high.counts) + offset;
  const Floats t = r * r;
  Floats sine = splat(-1.95187895e-4f);
  sine = sine * t + 8.33219197e-3f;
  sine = sine * t - 0.166666552f;
  sine = withSignOf((sine * t) * r + r, r);
  Floats cosine = splat(2.44325638e-5f);
  cosine = cosine * t - 1.38873106e-3f;
  cosine = cosine * t + 4.16666456e-2f;
  cosine = ((cosine * t) * t + t * -0.5f) + 1.0f;
  const Words sign = (reinterpret_cast<Words>(turns) & 2) << 30;
  return floatsOf(wordsOf((turns & 1) != 0 ? cosine : sine) ^ sign);
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
