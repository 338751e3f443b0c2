// How many threads a call may use. Every Node thread (main or worker) has an allowance of its own.
#pragma once

namespace flowzoo::threads {

/** Sets the allowance of the calling thread. */
void allow(int count);

/** The allowance. */
int allowed();

/** Makes OpenMP and oneDNN use `count` threads for what the calling thread starts now, at most the allowance. */
int use(int count);

/**
 * Holds signals back from the calling thread until its call ends: `use` of more than one thread does, since threads that are
 * born then never take any, and so must whoever runs kernels of oneDNN that keep a pointer into the heap of C in the stack's
 * register (its sgemm does): a handler would write its frame there.
 */
void holdSignals();

/** Lets them come again. */
void endOfCall();

/** The threads for work of so many multiplications and additions, and `use` of them. */
int useFor(double operations);

}  // namespace flowzoo::threads
