// What the addon was compiled for, and whether this processor has it.
#pragma once

#include <string>
#include <vector>

namespace flowzoo {

/** The instruction set that this processor lacks and the addon was compiled for, or nothing. */
std::string missingInstructions();

/** The vector instructions that the addon uses, for the report. */
std::vector<std::string> instructions();

}  // namespace flowzoo
