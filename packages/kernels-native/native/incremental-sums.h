// Sums of products for panels of examples: WIDE vectors of examples lie side by side in a row of the state. Every sum takes its
// terms in the same order whatever the panel's width, so an example has the same bits in every one.
#pragma once

#include <algorithm>

#include "lanes.h"

namespace flowzoo::incremental {

/** Floats from one row of a panel to the next. */
template <std::size_t WIDE>
constexpr std::size_t ROW = WIDE * LANES;

/** Keeps the compiler from loading a vector again for each product with it: loads are what there is least of. */
FLOWZOO_INLINE Floats inRegister(Floats v) {
#if defined(__x86_64__) && defined(__AVX512F__)
  __asm__("" : "+v"(v));
#elif defined(__x86_64__)
  __asm__("" : "+x"(v));
#endif
  return v;
}

/** Bytes of source rows that stay in the nearest cache while all groups take them. */
constexpr std::size_t NEAR_BYTES = 32768;

/** Adds the products with source rows `first` to `end` to 4 · MANY rows. */
template <std::size_t WIDE, std::size_t MANY>
FLOWZOO_INLINE void addTile(float* row, const float* source, const float* w, std::size_t first, std::size_t end,
                            std::size_t inner) {
  Floats sums[4 * MANY][WIDE];
#pragma GCC unroll 32
  for (std::size_t r = 0; r < 4 * MANY; r++) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < WIDE; i++) sums[r][i] = load<Floats>(row + r * ROW<WIDE> + i * LANES);
  }
  for (std::size_t k = first; k < end; k++) {
    Floats x[WIDE];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < WIDE; i++) x[i] = inRegister(load<Floats>(source + k * ROW<WIDE> + i * LANES));
#pragma GCC unroll 32
    for (std::size_t r = 0; r < 4 * MANY; r++) {
      const Floats v = splat(w[(r / 4 * inner + k) * 4 + r % 4]);
#pragma GCC unroll 8
      for (std::size_t i = 0; i < WIDE; i++) sums[r][i] += v * x[i];
    }
  }
#pragma GCC unroll 32
  for (std::size_t r = 0; r < 4 * MANY; r++) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < WIDE; i++) store(row + r * ROW<WIDE> + i * LANES, sums[r][i]);
  }
}

/** GROUPS: adds W·source to `count` groups of four rows; w is `[inner, 4]` for each. */
template <std::size_t WIDE>
void addGroups(float* row, std::size_t count, const float* source, std::size_t inner, const float* w) {
  // Sixteen sums or more keep the multipliers busy, and all fit into the registers.
  constexpr std::size_t MANY = WIDE == 1 ? 4 : WIDE == 4 ? 1 : 2;
  constexpr std::size_t STEP = NEAR_BYTES / sizeof(float) / ROW<WIDE>;
  for (std::size_t first = 0; first < inner; first += STEP) {
    const std::size_t end = std::min(first + STEP, inner);
    std::size_t g = 0;
    for (; g + MANY <= count; g += MANY) addTile<WIDE, MANY>(row + g * 4 * ROW<WIDE>, source, w + g * 4 * inner, first, end, inner);
    for (; g < count; g++) addTile<WIDE, 1>(row + g * 4 * ROW<WIDE>, source, w + g * 4 * inner, first, end, inner);
  }
}

/** Adds the products of MANY rows; those of even and of odd steps are summed apart, which shortens the chain. */
template <std::size_t WIDE, std::size_t MANY>
FLOWZOO_INLINE void addRows(float* row, const float* source, std::size_t inner, const float* w) {
  Floats even[MANY][WIDE], odd[MANY][WIDE];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < MANY; r++) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < WIDE; i++) {
      even[r][i] = load<Floats>(row + r * ROW<WIDE> + i * LANES);
      odd[r][i] = Floats{};
    }
  }
  std::size_t k = 0;
  for (; k + 2 <= inner; k += 2) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < WIDE; i++) {
      const Floats x = load<Floats>(source + k * ROW<WIDE> + i * LANES);
      const Floats y = load<Floats>(source + (k + 1) * ROW<WIDE> + i * LANES);
#pragma GCC unroll 8
      for (std::size_t r = 0; r < MANY; r++) {
        even[r][i] += w[r * inner + k] * x;
        odd[r][i] += w[r * inner + k + 1] * y;
      }
    }
  }
  if (k < inner) {
    for (std::size_t i = 0; i < WIDE; i++) {
      const Floats x = load<Floats>(source + k * ROW<WIDE> + i * LANES);
      for (std::size_t r = 0; r < MANY; r++) even[r][i] += w[r * inner + k] * x;
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < MANY; r++) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < WIDE; i++) store(row + r * ROW<WIDE> + i * LANES, even[r][i] + odd[r][i]);
  }
}

/** SINGLES: the same for single rows; w is `[inner]` for each. */
template <std::size_t WIDE>
void addSingles(float* row, std::size_t count, const float* source, std::size_t inner, const float* w) {
  for (; count >= 2; count -= 2, row += 2 * ROW<WIDE>, w += 2 * inner) addRows<WIDE, 2>(row, source, inner, w);
  if (count > 0) addRows<WIDE, 1>(row, source, inner, w);
}

/** START: row = weights (or 0) + addend rows (or 0). */
template <std::size_t WIDE>
void start(float* row, std::size_t count, const float* weights, const float* addend) {
  for (std::size_t r = 0; r < count; r++) {
    const Floats bias = splat(weights == nullptr ? 0 : weights[r]);
    for (std::size_t i = 0; i < ROW<WIDE>; i += LANES) {
      const std::size_t at = r * ROW<WIDE> + i;
      store(row + at, addend == nullptr ? bias : bias + load<Floats>(addend + at));
    }
  }
}

}  // namespace flowzoo::incremental
