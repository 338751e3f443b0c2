// How many threads a call may use. Every Node thread (main or worker) has an allowance of its own.
#pragma once

namespace flowzoo::threads {

/** Sets the allowance of the calling thread. */
void allow(int count);

/** The allowance. */
int allowed();

/**
 * Keeps what the calling thread starts now on this thread, in oneDNN and OpenMP. Work is shared by `share` of pool.h instead:
 * an OpenMP region waits for all of its threads, those too for which there is no free core.
 */
void alone();

/**
 * Holds signals back from the calling thread until its call ends: threads that are born then never take any. Whoever runs
 * kernels of oneDNN that keep a pointer into the heap of C in the stack's register (its sgemm does) must, too: a handler would
 * write its frame there.
 */
void holdSignals();

/** Lets them come again. */
void endOfCall();

/** How a piece of work is shared. */
struct Sharing {
  /** As many as there are threads, or one. */
  int parts;
  /** Whether it is long enough to wake threads that sleep for it alone. */
  bool wakes;
};

/** How work of so many multiplications and additions is shared. */
Sharing forWork(double operations);

}  // namespace flowzoo::threads
