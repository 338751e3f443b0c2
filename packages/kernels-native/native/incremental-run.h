// Runs a checked program over one panel of examples.
#pragma once

#include "incremental-maps.h"
#include "incremental-one.h"
#include "incremental-program.h"
#include "incremental-sums.h"

namespace flowzoo::incremental {

/** What the instructions leave open. */
struct Functions {
  std::int32_t activation;
  float slope;
  Affine affine;
};

/** Numbers at the start of the vector, zeros behind: rows of one example have no vectors of their own. */
FLOWZOO_INLINE Floats few(const float* at, std::size_t count) {
  Floats v = {};
  for (std::size_t i = 0; i < count; i++) v[i] = at[i];
  return v;
}

/** FINISH: row = a(row · gate + residual), copy = a(row), for `count` numbers. */
inline void finish(float* row, std::size_t count, const float* gate, const float* residual, float* copy, bool activated,
                   const Functions& functions) {
  for (std::size_t i = 0; i < count; i += LANES) {
    const std::size_t part = std::min(count - i, LANES);
    const auto read = [&](const float* at) { return part == LANES ? load<Floats>(at + i) : few(at + i, part); };
    const auto write = [&](float* at, Floats v) {
      if (part == LANES) return store(at + i, v);
      for (std::size_t n = 0; n < part; n++) at[i + n] = v[n];
    };
    Floats y = read(row);
    if (gate != nullptr) y *= read(gate);
    if (residual != nullptr) y += read(residual);
    const Floats a = activated || copy != nullptr ? activate(y, functions.activation, functions.slope) : y;
    write(row, activated ? a : y);
    if (copy != nullptr) write(copy, a);
  }
}

/** TRANSFORM of a panel of WIDE vectors, or of one example where WIDE is 0. */
template <std::size_t WIDE>
void transform(float* value, const float* parameters, float* logs, const Affine& affine) {
  if constexpr (WIDE == 0) {
    Floats log;
    // What has no scale has no second parameter.
    const float raw = affine.scaled == 0 ? 0 : parameters[1];
    value[0] = mapAffine(affine, splat(value[0]), splat(parameters[0]), splat(raw), &log)[0];
    logs[0] = log[0];
  } else {
    const float* scale = affine.scaled == 0 ? parameters : parameters + ROW<WIDE>;
    for (std::size_t i = 0; i < ROW<WIDE>; i += LANES) {
      Floats log;
      const Floats v = load<Floats>(value + i);
      store(value + i, mapAffine(affine, v, load<Floats>(parameters + i), load<Floats>(scale + i), &log));
      store(logs + i, log);
    }
  }
}

/** One block of a panel of WIDE vectors, or of one example where WIDE is 0; gives back the word where the next one begins. */
template <std::size_t WIDE>
const std::int32_t* runBlock(const std::int32_t* word, const float* weights, float* state, const Functions& functions) {
  constexpr std::size_t STRIDE = WIDE == 0 ? 1 : ROW<WIDE>;
  const auto rows = [state](std::int32_t row) { return row < 0 ? nullptr : state + row * STRIDE; };
  for (; word[0] != END; word += WORDS) {
    float* row = state + word[1] * STRIDE;
    const std::size_t count = word[2];
    switch (word[0]) {
      case START: {
        const float* bias = word[3] < 0 ? nullptr : weights + word[3];
        const float* addend = rows(word[4]);
        if constexpr (WIDE == 0) {
          for (std::size_t r = 0; r < count; r++) {
            row[r] = (bias == nullptr ? 0 : bias[r]) + (addend == nullptr ? 0 : addend[r]);
          }
        } else {
          start<WIDE>(row, count, bias, addend);
        }
        break;
      }
      case GROUPS:
        if constexpr (WIDE == 0) addGroupsOfOne(row, count, rows(word[3]), word[4], weights + word[5]);
        else addGroups<WIDE>(row, count, rows(word[3]), word[4], weights + word[5]);
        break;
      case SINGLES:
        if constexpr (WIDE == 0) addSinglesOfOne(row, count, rows(word[3]), word[4], weights + word[5]);
        else addSingles<WIDE>(row, count, rows(word[3]), word[4], weights + word[5]);
        break;
      case FINISH:
        finish(row, count * STRIDE, rows(word[3]), rows(word[4]), rows(word[5]), word[6] != 0, functions);
        break;
      case TRANSFORM:
        transform<WIDE>(row, rows(word[2]), rows(word[3]), functions.affine);
        break;
    }
  }
  return word + WORDS;
}

}  // namespace flowzoo::incremental
