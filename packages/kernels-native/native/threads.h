// How many threads a call may use. Every Node thread (main or worker) has an allowance of its own.
#pragma once

namespace flowzoo::threads {

/** Sets the allowance of the calling thread. */
void allow(int count);

/** The allowance. */
int allowed();

/** Makes OpenMP and oneDNN use `count` threads for what the calling thread starts now, at most the allowance. */
int use(int count);

/** The threads for work of so many multiplications and additions, and `use` of them. */
int useFor(double operations);

}  // namespace flowzoo::threads
