// WaveNets step by step, every feature computed once, with the bits of the WebAssembly and of the TypeScript of
// layers-autoregressive: products and sums are rounded apart.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "families.h"
#include "pool.h"
#include "threads.h"
#include "wavenet-program.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "elementwise-exp.h"
#include "panel-product.h"

namespace flowzoo {
namespace {

using namespace wavenet;
using panels::product;
using panels::Rows;

/** Calls `run(place, count)` for the vectors of a row of floats; the last may be shorter. */
template <typename Run>
void inVectors(std::size_t width, const Run& run) {
  std::size_t i = 0;
  for (; i + LANES <= width; i += LANES) run(i, [](const float* at) { return load<Floats>(at); }, [](float* at, Floats v) { store(at, v); });
  if (i == width) return;
  const std::size_t part = width - i;
  run(i, [part](const float* at) { return loadPart<Floats>(at, part); }, [part](float* at, Floats v) { storePart(at, v, part); });
}

/** A row that is too short for a call of memmove; `width` is a multiple of four. */
void copy(const float* from, std::size_t width, float* to) {
  std::size_t i = 0;
  for (; i + LANES <= width; i += LANES) store(to + i, load<Floats>(from + i));
  for (; i < width; i += 4) store(to + i, load<panels::Four>(from + i));
}

/** Place of the first of the largest numbers; `count` is a multiple of four. */
std::size_t largest(const float* values, std::size_t count) {
  float top = values[0];
  std::size_t i = 0;
  if (count >= LANES) {
    Floats tops = load<Floats>(values);
    for (i = LANES; i + LANES <= count; i += LANES) {
      const Floats v = load<Floats>(values + i);
      tops = v > tops ? v : tops;
    }
    for (std::size_t lane = 0; lane < LANES; lane++) top = std::max(top, tops[lane]);
  }
  for (; i < count; i++) top = std::max(top, values[i]);
  const float* found = std::find(values, values + count, top);
  // Where the first is NaN.
  return found == values + count ? 0 : found - values;
}

/** A checked program, and which of its signals are run. */
class Signals {
 public:
  Signals(const Values<std::int32_t>& words, const Values<float>& floats, std::size_t first, std::size_t end)
      : words_(words.data), floats_(floats.data), first_(first), count_(end - first), chances_(words_[OUTPUTS]) {
    started_ = words_[STARTED] != 0;
    for (std::size_t layer = 0; layer < layers(); layer++) slots_.push_back(own(layer)[SLOT]);
  }

  void condition(bool isFrame) {
    const std::size_t width = 2 * at(FEATURES), inner = at(isFrame ? LOCAL_WIDTH : GLOBAL_WIDTH);
    for (std::size_t layer = 0; layer < layers(); layer++) {
      const std::int32_t* word = own(layer);
      const Rows<float> base = rows(word[BASE], width);
      const Rows<const float> x = constRows(words_[CONDITION], inner);
      if (isFrame) product(rows(word[STARTS], width), {base.first, width}, floats_ + word[LOCAL_WEIGHT], x, inner, width, count_);
      else product(base, {floats_ + word[BIAS], 0}, floats_ + word[GLOBAL_WEIGHT], x, inner, width, count_);
    }
  }

  /** False where a signal was what it cannot be. */
  bool step() {
    if (!runLayers()) return false;
    runOutput();
    return true;
  }

  bool draw(std::size_t steps, float temperature) {
    const bool isScalar = words_[CHANNELS] == 1;
    const double scale = 2.0 / (words_[LEVELS] - 1);
    float* const previous = floats_ + words_[PREVIOUS] + first_;
    for (std::size_t step = 0; step < steps; step++) {
      const std::size_t row = step * at(COUNT) + first_;
      const float* uniforms = floats_ + words_[UNIFORMS] + row;
      float* drawn = floats_ + words_[DRAWN] + row;
      if (!runLayers()) return false;
      if (std::any_of(drawn, drawn + count_, [](float level) { return level < 0; })) runOutput();
      for (std::size_t s = 0; s < count_; s++) {
        if (drawn[s] < 0) drawn[s] = static_cast<float>(choose(rows(words_[PARAMETERS], at(OUTPUTS)).at(s), uniforms[s], temperature));
        previous[s] = isScalar ? static_cast<float>(drawn[s] * scale - 1) : drawn[s];
      }
    }
    return true;
  }

  /** Where the rings are now. */
  void keepPlaces(std::int32_t* words) const {
    words[STARTED] = started_ ? 1 : 0;
    for (std::size_t layer = 0; layer < slots_.size(); layer++) words[HEADER + layer * LAYER_WORDS + SLOT] = slots_[layer];
  }

 private:
  std::size_t at(std::size_t word) const { return words_[word]; }
  std::size_t layers() const { return at(LAYERS); }
  const std::int32_t* own(std::size_t layer) const { return words_ + HEADER + layer * LAYER_WORDS; }
  Rows<float> rows(std::int32_t place, std::size_t width) const { return {floats_ + place + first_ * width, width}; }
  Rows<const float> constRows(std::int32_t place, std::size_t width) const { return {floats_ + place + first_ * width, width}; }

  bool runLayers() {
    const std::size_t features = at(FEATURES), kernel = at(KERNEL), skips = at(SKIPS);
    const Rows<float> residual = rows(words_[RESIDUAL], features), sums = rows(words_[SUMS], 2 * features);
    const Rows<float> gated = rows(words_[GATED], features), skipSums = rows(words_[SKIP_SUMS], skips);
    const Rows<float> window = rows(words_[WINDOW], kernel * features);
    const Rows<const float> gatedRows{gated.first, features};
    if (!embed(residual)) return false;
    for (std::size_t s = 0; s < count_; s++) copy(floats_ + words_[SKIP_BIAS], skips, skipSums.at(s));
    for (std::size_t layer = 0; layer < layers(); layer++) {
      const std::int32_t* word = own(layer);
      fillWindow(word, &slots_[layer], window, residual);
      product(sums, constRows(word[STARTS], 2 * features), floats_ + word[CONVOLUTION], {window.first, window.step},
              kernel * features, 2 * features, count_);
      gate(gated, sums);
      product(skipSums, {skipSums.first, skips}, floats_ + word[SKIP_WEIGHT], gatedRows, features, skips, count_);
      if (word[RESIDUAL_WEIGHT] < 0) continue;
      const float* bias = floats_ + word[RESIDUAL_BIAS];
      for (std::size_t s = 0; s < count_; s++) {
        for (std::size_t i = 0; i < features; i++) residual.at(s)[i] += bias[i];
      }
      product(residual, {residual.first, features}, floats_ + word[RESIDUAL_WEIGHT], gatedRows, features, features, count_);
    }
    return true;
  }

  void runOutput() {
    const std::size_t skips = at(SKIPS), hidden = at(HIDDEN), outputs = at(OUTPUTS);
    const Rows<float> sums = rows(words_[SKIP_SUMS], skips), between = rows(words_[HIDDEN_ROWS], hidden);
    rectify(sums.first, skips * count_);
    product(between, {floats_ + words_[FIRST_BIAS], 0}, floats_ + words_[FIRST_WEIGHT], {sums.first, skips}, skips, hidden, count_);
    rectify(between.first, hidden * count_);
    product(rows(words_[PARAMETERS], outputs), {floats_ + words_[SECOND_BIAS], 0}, floats_ + words_[SECOND_WEIGHT],
            {between.first, hidden}, hidden, outputs, count_);
  }

  static void rectify(float* values, std::size_t count) {
    for (std::size_t i = 0; i < count; i++) values[i] = values[i] < 0 ? 0 : values[i];
  }

  /** The residual stream from what the signals were; before the first step from nothing. */
  bool embed(Rows<float> residual) {
    const std::size_t features = at(FEATURES);
    const float* const bias = floats_ + words_[INPUT_BIAS];
    const float* const weight = floats_ + words_[INPUT_WEIGHT];
    const float* const previous = floats_ + words_[PREVIOUS] + first_;
    const bool isScalar = words_[CHANNELS] == 1, isFirst = !started_;
    started_ = true;
    for (std::size_t s = 0; s < count_; s++) {
      float* to = residual.at(s);
      if (isFirst) {
        copy(bias, features, to);
        continue;
      }
      const float value = previous[s];
      if (!isScalar && !(value >= 0 && value < words_[CHANNELS])) return false;
      const float* row = isScalar ? weight : weight + features * static_cast<std::size_t>(value);
      const float factor = isScalar ? value : 1;
      for (std::size_t i = 0; i < features; i++) to[i] = bias[i] + factor * row[i];
    }
    return true;
  }

  /** Puts the taps of each signal side by side, and the newest into the ring where the oldest was. */
  void fillWindow(const std::int32_t* word, std::int32_t* slot, Rows<float> window, Rows<float> residual) const {
    const std::size_t features = at(FEATURES), dilation = word[DILATION], span = (at(KERNEL) - 1) * dilation;
    const std::size_t place = *slot;
    const auto ring = [&](std::size_t step) {
      return rows(word[RING], features).first + step % span * at(COUNT) * features;
    };
    for (std::size_t s = 0; s < count_; s++) {
      float* to = window.at(s);
      for (std::size_t tap = 0; tap + 1 < at(KERNEL); tap++, to += features) {
        copy(ring(place + tap * dilation) + s * features, features, to);
      }
      copy(residual.at(s), features, to);
      copy(residual.at(s), features, ring(place) + s * features);
    }
    *slot = static_cast<std::int32_t>((place + 1) % span);
  }

  /** tanh(first half) · σ(second half) of each row. */
  void gate(Rows<float> gated, Rows<float> sums) const {
    const std::size_t features = at(FEATURES);
    for (std::size_t s = 0; s < count_; s++) {
      const float* from = sums.at(s);
      inVectors(features, [&](std::size_t i, const auto& read, const auto& write) {
        write(gated.at(s) + i, tanhOf(read(from + i)) * sigmoidOf(read(from + features + i)));
      });
    }
  }

  /** The first level whose cumulative probability exceeds the uniform; the most likely one for temperature 0. */
  std::size_t choose(const float* logits, float uniform, float temperature) {
    const std::size_t outputs = at(OUTPUTS);
    const std::size_t best = largest(logits, outputs);
    if (temperature == 0) return best;
    const float top = logits[best];
    inVectors(outputs, [&](std::size_t i, const auto& read, const auto& write) {
      write(chances_.data() + i, expOf((read(logits + i) - top) / temperature));
    });
    double even = 0, odd = 0;
    for (std::size_t k = 0; k < outputs; k += 4) {
      even += static_cast<double>(chances_[k]) + chances_[k + 2];
      odd += static_cast<double>(chances_[k + 1]) + chances_[k + 3];
    }
    double left = static_cast<double>(uniform) * (even + odd);
    for (std::size_t k = 0; k < outputs; k++) {
      left -= chances_[k];
      if (left < 0) return k;
    }
    // Rounding may leave a last crumb; the most likely level is never of probability zero.
    return best;
  }

  const std::int32_t* words_;
  float* floats_;
  std::size_t first_, count_;
  std::vector<float> chances_;
  std::vector<std::int32_t> slots_;
  bool started_ = false;
};

/** Multiplications and additions of one step of one signal, without the output layers. */
double operations(const std::int32_t* words) {
  const double features = words[FEATURES];
  return 2 * words[LAYERS] * features * (2 * features * words[KERNEL] + features + words[SKIPS]);
}

/**
 * Runs a program: conditions (operation 0 for all steps, 1 for those of a frame), one step (2), or `steps` steps whose levels
 * are drawn (3). Signals do not depend on each other, so each thread takes some of them through all steps.
 */
void waveNetSampler(const Heap&, Values<std::int32_t> words, Values<float> floats, std::int32_t operation, Count steps,
                    float temperature) {
  const Check check(words, floats, operation, steps);
  const std::size_t count = words.data[COUNT];
  const double work = operation < STEP ? 0 : operations(words.data) * count * (operation == DRAW ? steps : 1);
  const threads::Sharing how = threads::forWork(work);
  const std::size_t part = (count + how.parts - 1) / how.parts;
  const int wanted = static_cast<int>((count + part - 1) / part);
  std::vector<Signals> signals;
  for (int i = 0; i < wanted; i++) signals.emplace_back(words, floats, part * i, std::min(part * (i + 1), count));
  std::atomic<bool> right = true;
  threads::share({wanted, how.wakes}, [&](int i) {
    if (operation < STEP) signals[i].condition(operation == TELL_FRAME);
    else if (!(operation == STEP ? signals[i].step() : signals[i].draw(steps, temperature))) right = false;
  });
  signals.front().keepPlaces(words.data);
  if (!right) throw OutsideHeap("native kernel: a signal of a WaveNet was a level that there is not");
}

}  // namespace

std::vector<Entry> waveNetFunctions() { return {exported<waveNetSampler>("samplers", "waveNet")}; }

}  // namespace flowzoo
