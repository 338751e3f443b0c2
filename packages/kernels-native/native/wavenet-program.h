// The program of a WaveNet that draws step by step: layers-autoregressive writes it (src/wavenet/cached/words.ts there says what
// each word is), and here it is checked before anything of it is run.
#pragma once

#include <string>

#include "function.h"

namespace flowzoo::wavenet {

enum Word : std::size_t {
  COUNT, FEATURES, KERNEL, SKIPS, HIDDEN, OUTPUTS, LEVELS, LAYERS, CHANNELS, STARTED,
  INPUT_WEIGHT, INPUT_BIAS, SKIP_BIAS, FIRST_WEIGHT, FIRST_BIAS, SECOND_WEIGHT, SECOND_BIAS,
  PREVIOUS, RESIDUAL, SKIP_SUMS, WINDOW, SUMS, GATED, HIDDEN_ROWS, PARAMETERS, CHANCES,
  CONDITION, GLOBAL_WIDTH, LOCAL_WIDTH, UNIFORMS, DRAWN
};
constexpr std::size_t HEADER = 32;
enum LayerWord : std::size_t {
  CONVOLUTION, BIAS, BASE, STARTS, GLOBAL_WEIGHT, LOCAL_WEIGHT, SKIP_WEIGHT, RESIDUAL_WEIGHT, RESIDUAL_BIAS, RING, DILATION, SLOT
};
constexpr std::size_t LAYER_WORDS = 12;

enum Operation : std::int32_t { TELL_ALL = 0, TELL_FRAME = 1, STEP = 2, DRAW = 3 };

/** Refuses a program whose addresses and widths leave its floats. */
class Check {
 public:
  Check(const Values<std::int32_t>& words, const Values<float>& floats, std::int32_t operation, std::uint64_t steps)
      : words_(words), floats_(floats) {
    if (words.count < HEADER) refuse("is not whole");
    const auto [count, features, skips, hidden, outputs] = widths();
    const std::uint64_t channels = at(CHANNELS, 1), levels = at(LEVELS, 1), kernel = at(KERNEL, 2);
    if (kernel > 3) refuse("has a kernel that there is not");
    if (levels > outputs) refuse("has more levels than outputs");
    const std::uint64_t layers = at(LAYERS, 0);
    if (words.count != HEADER + layers * LAYER_WORDS) refuse("has another number of layers");
    if (operation < TELL_ALL || operation > DRAW) refuse("is asked for what it does not do");
    const std::uint64_t width = operation < STEP ? fours(operation == TELL_ALL ? GLOBAL_WIDTH : LOCAL_WIDTH) : 0;
    if (operation < STEP) {
      place(CONDITION, times(count, width));
    } else {
      place(INPUT_WEIGHT, times(channels, features));
      place(INPUT_BIAS, features);
      place(SKIP_BIAS, skips);
      place(FIRST_WEIGHT, times(skips, hidden));
      place(FIRST_BIAS, hidden);
      place(SECOND_WEIGHT, times(hidden, outputs));
      place(SECOND_BIAS, outputs);
      place(PREVIOUS, count);
      place(RESIDUAL, times(count, features));
      place(SKIP_SUMS, times(count, skips));
      place(WINDOW, times(count, kernel, features));
      place(SUMS, times(count, 2, features));
      place(GATED, times(count, features));
      place(HIDDEN_ROWS, times(count, hidden));
      place(PARAMETERS, times(count, outputs));
    }
    if (operation == DRAW) {
      place(UNIFORMS, times(steps, count));
      place(DRAWN, times(steps, count));
    }
    for (std::uint64_t layer = 0; layer < layers; layer++) {
      const std::size_t own = HEADER + layer * LAYER_WORDS;
      place(own + BASE, times(count, 2, features));
      if (operation < STEP) {
        place(own + (operation == TELL_ALL ? GLOBAL_WEIGHT : LOCAL_WEIGHT), times(width, 2, features));
        if (operation == TELL_ALL) place(own + BIAS, times(2, features));
        else place(own + STARTS, times(count, 2, features));
        continue;
      }
      place(own + STARTS, times(count, 2, features));
      place(own + CONVOLUTION, times(kernel, features, 2, features));
      place(own + SKIP_WEIGHT, times(features, skips));
      if (words.data[own + RESIDUAL_WEIGHT] != -1) {
        place(own + RESIDUAL_WEIGHT, times(features, features));
        place(own + RESIDUAL_BIAS, features);
      }
      const std::uint64_t span = times(kernel - 1, at(own + DILATION, 1));
      place(own + RING, times(span, count, features));
      if (at(own + SLOT, 0) >= span) refuse("is at a place that its ring has not");
    }
  }

 private:
  struct Widths {
    std::uint64_t count, features, skips, hidden, outputs;
  };
  Widths widths() const { return {at(COUNT, 1), fours(FEATURES), fours(SKIPS), fours(HIDDEN), fours(OUTPUTS)}; }

  std::uint64_t at(std::size_t word, std::int32_t least) const {
    if (words_.data[word] < least) refuse("has a word that is too small");
    return words_.data[word];
  }
  std::uint64_t fours(std::size_t word) const {
    const std::uint64_t width = at(word, 4);
    if (width % 4 != 0) refuse("has a width that is no multiple of four");
    return width;
  }
  void place(std::size_t word, std::uint64_t count) const {
    if (plus(at(word, 0), count) > floats_.count) refuse("names floats that are not there");
  }
  [[noreturn]] static void refuse(const char* what) {
    throw OutsideHeap(std::string("native kernel: the program of a WaveNet ") + what);
  }

  const Values<std::int32_t>& words_;
  const Values<float>& floats_;
};

}  // namespace flowzoo::wavenet
