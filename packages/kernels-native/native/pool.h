// Threads that help the calling thread. Work is cut into parts by the number of threads alone, so its bits do not depend on
// who runs a part; and a part that no helper has begun is run by the caller, which waits for nobody who has not started: a
// helper that finds no free core costs next to nothing.
#pragma once

#include <functional>

#include "threads.h"

namespace flowzoo::threads {

/**
 * Calls `run(i)` once for each i < parts and returns when all have returned. Helpers are those of the calling thread of
 * JavaScript, one less than its allowance; those that sleep are woken where the work is long enough (`wakes`) or one piece
 * of work follows the other, since waking takes as long as a small product. Throws what the first failing part threw.
 */
void share(Sharing how, const std::function<void(int)>& run);

}  // namespace flowzoo::threads
