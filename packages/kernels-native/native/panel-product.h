// out = start + W·x for rows of numbers, W in panels of 32, then 16, then 4 outputs. Each sum is made input by input, a product
// and a sum rounded apart (who includes this has to switch their contraction off), as WebAssembly and TypeScript do it.
#pragma once

#include "lanes.h"

namespace flowzoo::panels {

typedef float Four __attribute__((vector_size(16)));

/** Rows of floats: where the first is, and how far the next. */
template <typename Float>
struct Rows {
  Float* first;
  std::size_t step;
  Float* at(std::size_t row) const { return first + row * step; }
};

/** PANELS panels of VECTORS vectors for SIGNALS signals. */
template <typename Vector, std::size_t VECTORS, std::size_t SIGNALS, std::size_t PANELS>
FLOWZOO_INLINE void tile(Rows<float> out, Rows<const float> start, const float* w, Rows<const float> x, std::size_t inner) {
  constexpr std::size_t WIDTH = sizeof(Vector) / sizeof(float), PANEL = VECTORS * WIDTH;
  Vector sums[SIGNALS][PANELS][VECTORS];
#pragma GCC unroll 16
  for (std::size_t s = 0; s < SIGNALS; s++) {
#pragma GCC unroll 8
    for (std::size_t p = 0; p < PANELS; p++) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < VECTORS; v++) sums[s][p][v] = load<Vector>(start.at(s) + p * PANEL + v * WIDTH);
    }
  }
  for (std::size_t k = 0; k < inner; k++) {
    Vector weights[PANELS][VECTORS];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < PANELS; p++) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < VECTORS; v++) weights[p][v] = load<Vector>(w + (p * inner + k) * PANEL + v * WIDTH);
    }
#pragma GCC unroll 16
    for (std::size_t s = 0; s < SIGNALS; s++) {
      const float value = x.at(s)[k];
#pragma GCC unroll 8
      for (std::size_t p = 0; p < PANELS; p++) {
#pragma GCC unroll 8
        for (std::size_t v = 0; v < VECTORS; v++) sums[s][p][v] = sums[s][p][v] + value * weights[p][v];
      }
    }
  }
#pragma GCC unroll 16
  for (std::size_t s = 0; s < SIGNALS; s++) {
#pragma GCC unroll 8
    for (std::size_t p = 0; p < PANELS; p++) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < VECTORS; v++) store(out.at(s) + p * PANEL + v * WIDTH, sums[s][p][v]);
    }
  }
}

/** One panel for all signals, as many at once as the registers hold. */
template <typename Vector, std::size_t VECTORS>
void panel(Rows<float> out, Rows<const float> start, const float* w, Rows<const float> x, std::size_t inner, std::size_t count) {
  constexpr std::size_t SUMS = sizeof(Vector) == 64 ? 16 : 8;
  constexpr std::size_t MOST = VECTORS >= SUMS ? 1 : SUMS / VECTORS < 8 ? SUMS / VECTORS : 8;
  std::size_t s = 0;
  const auto run = [&](auto signals) {
    constexpr std::size_t SIGNALS = decltype(signals)::value;
    for (; s + SIGNALS <= count; s += SIGNALS) {
      tile<Vector, VECTORS, SIGNALS, 1>({out.at(s), out.step}, {start.at(s), start.step}, w, {x.at(s), x.step}, inner);
    }
  };
  run(std::integral_constant<std::size_t, MOST>());
  if constexpr (MOST > 4) run(std::integral_constant<std::size_t, 4>());
  if constexpr (MOST > 2) run(std::integral_constant<std::size_t, 2>());
  if constexpr (MOST > 1) run(std::integral_constant<std::size_t, 1>());
}

/** `inner` is at least 1, `outputs` a multiple of four. Rows of `out` may be those of `start`. */
inline void product(Rows<float> out, Rows<const float> start, const float* w, Rows<const float> x, std::size_t inner,
                    std::size_t outputs, std::size_t count) {
  constexpr std::size_t WIDE = 32 / LANES, HALF_WIDE = 16 / LANES;
  // One signal alone has too few sums in a panel: four panels go together where registers are many.
  constexpr std::size_t TOGETHER = LANES == 16 ? 4 : 1;
  std::size_t done = 0;
  const auto skip = [&](std::size_t width) {
    done += width;
    w += inner * width;
    out.first += width;
    start.first += width;
  };
  if (count == 1) {
    for (; outputs - done >= 32 * TOGETHER; skip(32 * TOGETHER)) tile<Floats, WIDE, 1, TOGETHER>(out, start, w, x, inner);
    if constexpr (TOGETHER > 2) {
      for (; outputs - done >= 64; skip(64)) tile<Floats, WIDE, 1, 2>(out, start, w, x, inner);
    }
  }
  for (; outputs - done >= 32; skip(32)) panel<Floats, WIDE>(out, start, w, x, inner, count);
  for (; outputs - done >= 16; skip(16)) panel<Floats, HALF_WIDE>(out, start, w, x, inner, count);
  for (; outputs > done; skip(4)) panel<Four, 1>(out, start, w, x, inner, count);
}

}  // namespace flowzoo::panels
