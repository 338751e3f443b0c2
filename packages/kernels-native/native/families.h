// Every family of kernels, one source each; a new one is declared here and listed in addon.cc.
#pragma once

#include <vector>

#include "function.h"

namespace flowzoo {

std::vector<Entry> productFunctions();

}  // namespace flowzoo
