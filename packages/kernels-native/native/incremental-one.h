// The same sums for one example: the lanes are four rows of a group, or steps of a sum.
#pragma once

#include "lanes.h"

namespace flowzoo::incremental {

typedef float Four __attribute__((vector_size(16)));
/** Steps of a group's sums in one vector. */
constexpr std::size_t STEPS = LANES / 4;

/** Numbers N · STEPS to (N + 1) · STEPS − 1 of a vector, each four times. */
template <std::size_t N, std::size_t... I>
FLOWZOO_INLINE Floats fourTimes(Floats x, std::index_sequence<I...>) {
#if defined(__has_builtin) && __has_builtin(__builtin_shufflevector)
  return __builtin_shufflevector(x, x, (N * STEPS + I / 4)...);
#else
  return Floats{x[N * STEPS + I / 4]...};
#endif
}
template <std::size_t N>
FLOWZOO_INLINE Floats fourTimes(Floats x) {
  return fourTimes<N>(x, std::make_index_sequence<LANES>());
}

/** GROUPS of one example. */
inline void addGroupsOfOne(float* row, std::size_t count, const float* source, std::size_t inner, const float* w) {
  for (; count > 0; count--, row += 4, w += 4 * inner) {
    Floats a = {}, b = {}, c = {}, d = {};
    std::size_t k = 0;
    for (; k + LANES <= inner; k += LANES) {
      const Floats x = load<Floats>(source + k);
      const float* at = w + 4 * k;
      a += fourTimes<0>(x) * load<Floats>(at);
      b += fourTimes<1>(x) * load<Floats>(at + LANES);
      c += fourTimes<2>(x) * load<Floats>(at + 2 * LANES);
      d += fourTimes<3>(x) * load<Floats>(at + 3 * LANES);
    }
    const Floats all = (a + b) + (c + d);
    Four sum = load<Four>(row);
    for (; k < inner; k++) sum += source[k] * load<Four>(w + 4 * k);
    for (std::size_t n = 0; n < STEPS; n++) sum += load<Four>(reinterpret_cast<const float*>(&all) + 4 * n);
    store(row, sum);
  }
}

/** SINGLES of one example; the sums are short. */
inline void addSinglesOfOne(float* row, std::size_t count, const float* source, std::size_t inner, const float* w) {
  for (; count > 0; count--, row++, w += inner) {
    Four sums = {};
    std::size_t k = 0;
    for (; k + 4 <= inner; k += 4) sums += load<Four>(source + k) * load<Four>(w + k);
    float sum = *row + ((sums[0] + sums[1]) + (sums[2] + sums[3]));
    for (; k < inner; k++) sum += source[k] * w[k];
    *row = sum;
  }
}

}  // namespace flowzoo::incremental
