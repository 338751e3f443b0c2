#include "processor.h"

namespace flowzoo {

std::string missingInstructions() {
#if defined(__x86_64__) && defined(__AVX512F__)
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
    return "AVX-512, which this one has not: npm rebuild @flowzoo/kernels-native";
#endif
#if defined(__x86_64__) && defined(__AVX2__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
    return "AVX2, which this one has not: npm rebuild @flowzoo/kernels-native";
#endif
  return "";
}

std::vector<std::string> instructions() {
#if defined(__AVX512F__)
  return {"avx512", "fma"};
#elif defined(__AVX2__)
  return {"avx2", "fma"};
#elif defined(__ARM_NEON)
  return {"neon"};
#else
  return {};
#endif
}

}  // namespace flowzoo
