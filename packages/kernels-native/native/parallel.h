// One loop on several threads, where it is long enough.
#pragma once

#include <algorithm>
#include <cstdint>

#include "pool.h"
#include "threads.h"

namespace flowzoo {

/** The length of each of so many parts of a whole but the last: the next multiple of `grain`. */
inline std::uint64_t partOf(std::uint64_t count, int parts, std::uint64_t grain) {
  const std::uint64_t even = (count + parts - 1) / parts;
  return (even + grain - 1) / grain * grain;
}

/**
 * Calls `run(from, to)` for parts of 0 … count, each but the last a multiple of `grain` long; on one thread below `least`
 * elements; for twice as many a thread that sleeps is woken.
 */
template <typename Run>
void inParts(std::uint64_t count, std::uint64_t least, std::uint64_t grain, const Run& run) {
  const int parts = count < least ? 1 : threads::allowed();
  if (parts < 2) {
    run(0, count);
    return;
  }
  const std::uint64_t part = partOf(count, parts, grain);
  threads::share({parts, count >= 2 * least}, [&](int i) {
    const std::uint64_t from = part * i;
    if (from < count) run(from, std::min(from + part, count));
  });
}

}  // namespace flowzoo
