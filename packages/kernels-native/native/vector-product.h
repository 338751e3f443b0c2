// A matrix and a vector: the matrix is read once, so nothing is packed, and one thread is enough.
#pragma once

#include <cstddef>

#include "lanes.h"

namespace flowzoo {

/** `WIDE` vectors of y, from column j on. */
template <std::size_t WIDE>
inline void columnsOfProduct(const float* x, std::size_t xStep, const float* m, std::size_t row, float* y, const float* bias,
                             std::size_t j, std::size_t inner) {
  Floats sums[WIDE] = {};
  for (std::size_t k = 0; k < inner; k++) {
    const float* from = m + k * row + j;
    for (std::size_t i = 0; i < WIDE; i++) sums[i] += x[k * xStep] * load<Floats>(from + i * LANES);
  }
  for (std::size_t i = 0; i < WIDE; i++) {
    const std::size_t at = j + i * LANES;
    store(y + at, bias == nullptr ? sums[i] : sums[i] + load<Floats>(bias + at));
  }
}

/** y[j] = Σₖ x[k] m[k, j] (+ bias[j]), j < count, where the rows of m lie in one piece, `row` elements from each other. */
inline void vectorTimesMatrix(const float* x, std::size_t xStep, const float* m, std::size_t row, float* y, const float* bias,
                              std::size_t count, std::size_t inner) {
  std::size_t j = 0;
  for (; j + 8 * LANES <= count; j += 8 * LANES) columnsOfProduct<8>(x, xStep, m, row, y, bias, j, inner);
  for (; j + 4 * LANES <= count; j += 4 * LANES) columnsOfProduct<4>(x, xStep, m, row, y, bias, j, inner);
  for (; j + LANES <= count; j += LANES) columnsOfProduct<1>(x, xStep, m, row, y, bias, j, inner);
  if (j == count) return;
  const std::size_t part = count - j;
  Floats sum = {};
  for (std::size_t k = 0; k < inner; k++) sum += x[k * xStep] * loadPart<Floats>(m + k * row + j, part);
  storePart(y + j, bias == nullptr ? sum : sum + loadPart<Floats>(bias + j, part), part);
}

/** y[i] = Σₖ m[i, k] x[k] (+ bias[i · biasStep]), i < count, where x and the rows of m lie in one piece. */
inline void matrixTimesVector(const float* m, std::size_t row, const float* x, float* y, const float* bias,
                              std::size_t biasStep, std::size_t count, std::size_t inner) {
  for (std::size_t i = 0; i < count; i++) {
    const float* from = m + i * row;
    Floats sums[4] = {};
    std::size_t k = 0;
    for (; k + 4 * LANES <= inner; k += 4 * LANES) {
      for (std::size_t n = 0; n < 4; n++) sums[n] += load<Floats>(from + k + n * LANES) * load<Floats>(x + k + n * LANES);
    }
    for (; k + LANES <= inner; k += LANES) sums[0] += load<Floats>(from + k) * load<Floats>(x + k);
    if (k < inner) sums[1] += loadPart<Floats>(from + k, inner - k) * loadPart<Floats>(x + k, inner - k);
    const Floats all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    float sum = 0;
    for (std::size_t lane = 0; lane < LANES; lane++) sum += all[lane];
    y[i] = bias == nullptr ? sum : sum + bias[i * biasStep];
  }
}

}  // namespace flowzoo
