#include "threads.h"

#include <algorithm>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace flowzoo::threads {
namespace {

// OpenMP's own number is one for each thread as well, so that workers do not change each other's.
thread_local int allowance = 1;
thread_local int now = 0;

}  // namespace

void allow(int count) { allowance = std::max(count, 1); }

int allowed() { return allowance; }

int use(int count) {
  const int wanted = std::clamp(count, 1, allowance);
#ifdef _OPENMP
  if (wanted != now) omp_set_num_threads(wanted);
#endif
  now = wanted;
  return wanted;
}

}  // namespace flowzoo::threads
