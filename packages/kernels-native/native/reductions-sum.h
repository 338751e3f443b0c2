// Sums in float64, rounded once at the end. They begin with 0, so that a sum of −0 is 0, as tfjs has it.
#pragma once

#include "lanes.h"

namespace flowzoo {

FLOWZOO_INLINE Doubles widened(const float* x) { return __builtin_convertvector(load<HalfFloats>(x), Doubles); }

/** Of all lanes: halves are joined until one number is left. */
template <typename Vector>
FLOWZOO_INLINE double folded(Vector v) {
  if constexpr (sizeof(Vector) == 16) {
    return v[0] + v[1];
  } else {
    using Half = typename VectorOf<double, sizeof(Vector) / 2>::Type;
    return folded<Half>(half<Half>(v, 0) + half<Half>(v, 1));
  }
}

/** Of `count` contiguous floats: eight vectors of partial results, joined at the end. */
inline double sumOfRun(const float* x, std::size_t count) {
  constexpr std::size_t parts = 8;
  double total = 0;
  std::size_t i = 0;
  if (count >= HALF) {
    Doubles sum = {};
    if (count >= parts * HALF) {
      Doubles part[parts] = {};
      for (; i + parts * HALF <= count; i += parts * HALF) {
        for (std::size_t v = 0; v < parts; v++) part[v] += widened(x + i + v * HALF);
      }
      sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
    }
    for (; i + HALF <= count; i += HALF) sum += widened(x + i);
    total = folded(sum);
  }
  for (; i < count; i++) total += x[i];
  return total;
}

/** y[k] of HALF runs of `count` floats that follow each other: the work at the end of a run is more than a short run. */
FLOWZOO_INLINE void sumsOfShortRuns(const float* x, float* y, std::size_t count, double scale) {
  double total[HALF] = {};
  for (std::size_t j = 0; j < count; j++) {
    for (std::size_t l = 0; l < HALF; l++) total[l] += x[l * count + j];
  }
  for (std::size_t l = 0; l < HALF; l++) y[l] = static_cast<float>(total[l] * scale);
}

/** y[j] of x[r][j] over `rows` rows for COUNT half vectors of columns; the rows lie `step` floats apart. */
template <std::size_t COUNT>
FLOWZOO_INLINE void sumsOfRows(const float* x, float* y, std::size_t rows, std::size_t step, double scale) {
  Doubles total[COUNT] = {};
  for (std::size_t r = 0; r < rows; r++, x += step) {
    for (std::size_t v = 0; v < COUNT; v++) total[v] += widened(x + v * HALF);
  }
  for (std::size_t v = 0; v < COUNT; v++) store(y + v * HALF, __builtin_convertvector(total[v] * scale, HalfFloats));
}

/** The same for a few columns, fewer than LANES. */
inline void sumsOfNarrowRows(const float* x, float* y, std::size_t rows, std::size_t step, std::size_t columns,
                             double scale) {
  double total[LANES] = {};
  for (std::size_t r = 0; r < rows; r++, x += step) {
    for (std::size_t j = 0; j < columns; j++) total[j] += x[j];
  }
  for (std::size_t j = 0; j < columns; j++) y[j] = static_cast<float>(total[j] * scale);
}

}  // namespace flowzoo
