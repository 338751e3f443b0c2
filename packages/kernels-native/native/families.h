// Every family of kernels, one source each; a new one is declared here and listed in addon.cc.
#pragma once

#include <vector>

#include "function.h"

namespace flowzoo {

std::vector<Entry> productFunctions();
std::vector<Entry> convolutionFunctions();
std::vector<Entry> elementFunctions();
std::vector<Entry> elementPairFunctions();
std::vector<Entry> optimizerFunctions();
std::vector<Entry> reductionFunctions();
std::vector<Entry> incrementalFunctions();
std::vector<Entry> waveNetFunctions();

}  // namespace flowzoo
