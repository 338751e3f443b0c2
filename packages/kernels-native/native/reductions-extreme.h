// The largest and the smallest of many floats; NaN where one is among them. Of zeros with both signs it is one or the other.
#pragma once

#include "lanes.h"

namespace flowzoo {

/** Kept beside the extreme, whose comparisons pass NaNs over: the largest magnitude as an integer, which is a NaN's if there is one. */
FLOWZOO_INLINE Ints largestBits(Ints bits, Floats x) {
  const Ints next = bitsOf(x) & 0x7fffffff;
  return next > bits ? next : bits;
}

/** NaN where the bits are those of one. */
FLOWZOO_INLINE Floats withOdd(Floats best, Ints bits) { return bits > 0x7f800000 ? floatsOf(bits) : best; }

struct Largest {
  template <typename Vector>
  FLOWZOO_INLINE Vector choose(Vector best, Vector x) {
    return x > best ? x : best;
  }
  FLOWZOO_INLINE float one(float best, float x) { return x > best || x != x ? x : best; }
};

struct Smallest {
  template <typename Vector>
  FLOWZOO_INLINE Vector choose(Vector best, Vector x) {
    return x < best ? x : best;
  }
  FLOWZOO_INLINE float one(float best, float x) { return x < best || x != x ? x : best; }
};

/** Of all lanes; NaN where one is. */
template <typename Extreme, typename Vector>
FLOWZOO_INLINE float extremeOfLanes(Vector v) {
  if constexpr (sizeof(Vector) == 8) {
    return Extreme::one(v[0], v[1]);
  } else {
    using Half = typename VectorOf<float, sizeof(Vector) / 2>::Type;
    const Half low = half<Half>(v, 0);
    const Half high = half<Half>(v, 1);
    return extremeOfLanes<Extreme, Half>(high != high ? high : Extreme::choose(low, high));
  }
}

/** Of `count` contiguous floats and of `best`. */
template <typename Extreme>
float extremeOfRun(const float* x, std::size_t count, float best) {
  std::size_t i = 0;
  if (count >= 2 * LANES) {
    Floats a = splat(best);
    Floats b = a;
    Ints bits = largestBits(Ints{}, a);
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
      const Floats first = load<Floats>(x + i);
      const Floats second = load<Floats>(x + i + LANES);
      a = Extreme::choose(a, first);
      b = Extreme::choose(b, second);
      bits = largestBits(largestBits(bits, first), second);
    }
    best = extremeOfLanes<Extreme>(withOdd(Extreme::choose(a, b), bits));
  }
  for (; i < count; i++) best = Extreme::one(best, x[i]);
  return best;
}

/** Of LANES runs of `count` floats that follow each other. */
template <typename Extreme>
FLOWZOO_INLINE Floats extremeOfShortRuns(const float* x, std::size_t count) {
  float best[LANES];
  for (std::size_t l = 0; l < LANES; l++) best[l] = x[l * count];
  for (std::size_t j = 1; j < count; j++) {
    for (std::size_t l = 0; l < LANES; l++) best[l] = Extreme::one(best[l], x[l * count + j]);
  }
  return load<Floats>(best);
}

/** y[j] of x[r][j] over `rows` rows for COUNT vectors of columns; the rows lie `step` floats apart. */
template <typename Extreme, std::size_t COUNT>
FLOWZOO_INLINE void extremeOfVectors(const float* x, float* y, std::size_t rows, std::size_t step) {
  Floats best[COUNT];
  Ints bits[COUNT] = {};
  for (std::size_t v = 0; v < COUNT; v++) best[v] = load<Floats>(x + v * LANES);
  for (std::size_t r = 0; r < rows; r++, x += step) {
    for (std::size_t v = 0; v < COUNT; v++) {
      const Floats next = load<Floats>(x + v * LANES);
      best[v] = Extreme::choose(best[v], next);
      bits[v] = largestBits(bits[v], next);
    }
  }
  for (std::size_t v = 0; v < COUNT; v++) store(y + v * LANES, withOdd(best[v], bits[v]));
}

}  // namespace flowzoo
