// Sums in float64, rounded once at the end.
#pragma once

#include "lanes.h"

namespace flowzoo {

FLOWZOO_INLINE Doubles widened(const float* x) { return __builtin_convertvector(load<Floats>(x), Doubles); }

/** Of all lanes: halves are joined until one number is left. */
template <typename Vector>
FLOWZOO_INLINE double folded(const Vector& v) {
  if constexpr (sizeof(Vector) == 16) {
    return v[0] + v[1];
  } else {
    using Half = typename VectorOf<double, sizeof(Vector) / 2>::Type;
    return folded<Half>(load<Half>(&v) + load<Half>(reinterpret_cast<const char*>(&v) + sizeof(Half)));
  }
}

/** Of `count` contiguous floats; four vectors of partial results, joined at the end. */
inline double sumOfRun(const float* x, std::size_t count) {
  double total = 0;
  std::size_t i = 0;
  if (count >= LANES) {
    Doubles a = widened(x);
    i = LANES;
    if (count >= 4 * LANES) {
      Doubles b = widened(x + LANES);
      Doubles c = widened(x + 2 * LANES);
      Doubles d = widened(x + 3 * LANES);
      for (i = 4 * LANES; i + 4 * LANES <= count; i += 4 * LANES) {
        a += widened(x + i);
        b += widened(x + i + LANES);
        c += widened(x + i + 2 * LANES);
        d += widened(x + i + 3 * LANES);
      }
      a = (a + b) + (c + d);
    }
    for (; i + LANES <= count; i += LANES) a += widened(x + i);
    total = folded(a);
  }
  for (; i < count; i++) total += x[i];
  return total;
}

/** Of LANES runs of `count` floats that follow each other, side by side: the work at the end of a run is more than a short run. */
FLOWZOO_INLINE Floats sumsOfShortRuns(const float* x, std::size_t count, double scale) {
  double total[LANES];
  for (std::size_t l = 0; l < LANES; l++) total[l] = x[l * count];
  for (std::size_t j = 1; j < count; j++) {
    for (std::size_t l = 0; l < LANES; l++) total[l] += x[l * count + j];
  }
  return __builtin_convertvector(load<Doubles>(total) * scale, Floats);
}

/** y[j] of x[r][j] over `rows` rows for COUNT vectors of columns; the rows lie `step` floats apart. */
template <std::size_t COUNT>
FLOWZOO_INLINE void sumsOfRows(const float* x, float* y, std::size_t rows, std::size_t step, double scale) {
  Doubles total[COUNT];
  for (std::size_t v = 0; v < COUNT; v++) total[v] = widened(x + v * LANES);
  for (std::size_t r = 1; r < rows; r++) {
    x += step;
    for (std::size_t v = 0; v < COUNT; v++) total[v] += widened(x + v * LANES);
  }
  for (std::size_t v = 0; v < COUNT; v++) store(y + v * LANES, __builtin_convertvector(total[v] * scale, Floats));
}

/** The same for a few columns, fewer than LANES. */
inline void sumsOfNarrowRows(const float* x, float* y, std::size_t rows, std::size_t step, std::size_t columns, double scale) {
  double total[LANES];
  for (std::size_t j = 0; j < columns; j++) total[j] = 0;
  for (std::size_t r = 0; r < rows; r++, x += step) {
    for (std::size_t j = 0; j < columns; j++) total[j] += x[j];
  }
  for (std::size_t j = 0; j < columns; j++) y[j] = static_cast<float>(total[j] * scale);
}

}  // namespace flowzoo
