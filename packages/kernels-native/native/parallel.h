// One loop on several threads, where it is long enough.
#pragma once

#include <algorithm>
#include <cstdint>

#include "threads.h"

namespace flowzoo {

/**
 * Calls `run(from, to)` for parts of 0 … count, each but the last a multiple of `grain` long; on one thread below `least`
 * elements, since starting threads takes as long as some ten thousand of them.
 */
template <typename Run>
void inParts(std::uint64_t count, std::uint64_t least, std::uint64_t grain, const Run& run) {
  const int wanted = count < least ? 1 : threads::use(threads::allowed());
#ifdef _OPENMP
  if (wanted > 1) {
    const std::uint64_t part = (count / wanted / grain + 1) * grain;
#pragma omp parallel for schedule(static) num_threads(wanted)
    for (int i = 0; i < wanted; i++) {
      const std::uint64_t from = part * i;
      if (from < count) run(from, std::min(from + part, count));
    }
    return;
  }
#endif
  run(0, count);
}

}  // namespace flowzoo
