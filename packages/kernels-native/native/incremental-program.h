// The program of a masked network that is run feature by feature: layers-autoregressive compiles it (src/incremental/program.ts
// there says what the instructions mean), and here it is checked before anything of it is run.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "function.h"

namespace flowzoo::incremental {

constexpr std::uint64_t WORDS = 8;
enum Operation : std::int32_t { END = 0, START = 1, GROUPS = 2, SINGLES = 3, FINISH = 4, TRANSFORM = 5 };

/** Instructions, the weights that they name, and how many rows the state has. */
struct Program {
  Values<std::int32_t> words;
  Values<float> weights;
  std::int64_t rows;
  /** Rows that a TRANSFORM reads from `parameters` on. */
  std::int64_t parameterCount;
};

/** A program that would leave its state or its weights; a RangeError in JavaScript. */
[[noreturn]] inline void refuse(std::uint64_t instruction, const char* what) {
  throw OutsideHeap("native kernel: instruction " + std::to_string(instruction) + " of a sampler " + what);
}

/** Refuses every instruction that reads or writes outside the state or the weights. */
class Check {
 public:
  explicit Check(const Program& program) : program_(program) {
    const auto& [words, weights, rows, parameterCount] = program;
    if (words.count == 0 || words.count % WORDS != 0) refuse(0, "is not whole");
    for (at_ = 0; at_ < words.count / WORDS; at_++) instruction(words.data + at_ * WORDS);
    if (words.data[words.count - WORDS] != END) refuse(at_ - 1, "is the last one and no end");
  }

 private:
  void instruction(const std::int32_t* word) const {
    const std::int64_t row = word[1], count = word[2];
    switch (word[0]) {
      case END:
        return;
      case START:
        rows(row, count);
        if (word[3] != -1) weights(word[3], count);
        if (word[4] != -1) rows(word[4], count);
        return;
      case GROUPS:
      case SINGLES: {
        const std::int64_t each = word[0] == GROUPS ? 4 : 1, inner = word[4];
        rows(row, each * count);
        rows(word[3], inner);
        if (inner < 1) refuse(at_, "adds nothing");
        // Both factors are below 2³³, so the product is one of 64 bits.
        if (count > 0 && inner > static_cast<std::int64_t>(program_.weights.count) / (each * count)) {
          refuse(at_, "names weights that are not there");
        }
        weights(word[5], each * count * inner);
        return;
      }
      case FINISH:
        rows(row, count);
        for (const int beside : {3, 4, 5}) {
          if (word[beside] != -1) rows(word[beside], count);
        }
        return;
      case TRANSFORM:
        rows(row, 1);
        rows(count, program_.parameterCount);
        rows(word[3], 1);
        return;
      default:
        refuse(at_, "is none that there is");
    }
  }

  void rows(std::int64_t first, std::int64_t count) const {
    if (first < 0 || count < 0 || count > program_.rows - first) refuse(at_, "names rows that are not there");
  }
  void weights(std::int64_t first, std::int64_t count) const {
    if (first < 0 || count < 0 || count > static_cast<std::int64_t>(program_.weights.count) - first) {
      refuse(at_, "names weights that are not there");
    }
  }

  const Program& program_;
  std::uint64_t at_ = 0;
};

}  // namespace flowzoo::incremental
