// Functions of single elements: y[i] = f(x[i]); y may be x. Names and bounds of error are those of kernels-wasm.
#include "families.h"

#include "elementwise-exp.h"
#include "elementwise-log.h"
#include "elementwise-sine.h"
#include "parallel.h"

namespace flowzoo {
namespace {

/** Elements from which a function is shared among threads. */
constexpr std::uint64_t LEAST = 262144;

template <typename F>
void map(const Heap& heap, Address x, Address y, Count count, F f) {
  const float* from = heap.floats(x, count);
  float* to = heap.floats(y, count);
  inParts(count, LEAST, LANES, [&](std::size_t i, std::size_t end) {
    for (; i + LANES <= end; i += LANES) store(to + i, f(load<Floats>(from + i)));
    if (i < end) storePart(to + i, f(loadPart<Floats>(from + i, end - i)), end - i);
  });
}

/** A function from lanes to lanes as one from the heap to the heap. */
#define FLOWZOO_MAP(name, expression)                             \
  void name(const Heap& heap, Address x, Address y, Count count) { \
    map(heap, x, y, count, [](Floats v) { return expression; });   \
  }

FLOWZOO_MAP(vectorExp, expOf(v))
FLOWZOO_MAP(vectorExpMinusOne, expMinusOneOf(v))
FLOWZOO_MAP(vectorLog, logOf(v))
FLOWZOO_MAP(vectorLogOnePlus, logOnePlusOf(v))
FLOWZOO_MAP(vectorTanh, tanhOf(v))
FLOWZOO_MAP(vectorSigmoid, sigmoidOf(v))
FLOWZOO_MAP(vectorSoftplus, softplusOf(v))
FLOWZOO_MAP(vectorErf, erfOf(v))
FLOWZOO_MAP(vectorSelu, seluOf(v))
FLOWZOO_MAP(vectorSine, sineOf(v, 0))
FLOWZOO_MAP(vectorCosine, sineOf(v, 1))
FLOWZOO_MAP(vectorReciprocal, 1.0f / v)
FLOWZOO_MAP(vectorSquareRoot, squareRoot(v))
FLOWZOO_MAP(vectorInverseSquareRoot, 1.0f / squareRoot(v))
/** −1, 0 or 1, and 0 for NaN, as tfjs has it. */
FLOWZOO_MAP(vectorSign, __builtin_convertvector((v < 0.0f) - (v > 0.0f), Floats))

}  // namespace

std::vector<Entry> elementFunctions() {
  constexpr const char* group = "elementwise";
  return {
      exported<vectorExp>(group, "vectorExp"),
      exported<vectorExpMinusOne>(group, "vectorExpMinusOne"),
      exported<vectorLog>(group, "vectorLog"),
      exported<vectorLogOnePlus>(group, "vectorLogOnePlus"),
      exported<vectorTanh>(group, "vectorTanh"),
      exported<vectorSigmoid>(group, "vectorSigmoid"),
      exported<vectorSoftplus>(group, "vectorSoftplus"),
      exported<vectorErf>(group, "vectorErf"),
      exported<vectorSelu>(group, "vectorSelu"),
      exported<vectorSine>(group, "vectorSine"),
      exported<vectorCosine>(group, "vectorCosine"),
      exported<vectorReciprocal>(group, "vectorReciprocal"),
      exported<vectorSquareRoot>(group, "vectorSquareRoot"),
      exported<vectorInverseSquareRoot>(group, "vectorInverseSquareRoot"),
      exported<vectorSign>(group, "vectorSign"),
  };
}

}  // namespace flowzoo
