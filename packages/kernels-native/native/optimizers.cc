// Steps of Adam and Adamax and of the moving average of weights, over flat pieces. Outputs may be inputs.
#include "families.h"

#include "lanes.h"
#include "parallel.h"

namespace flowzoo {
namespace {

/** Numbers from which a step is shared among threads. */
constexpr std::uint64_t LEAST = 262144;

/** What a step reads and writes. */
struct Slots {
  const float *theta, *g, *m, *v;
  float *newTheta, *newM, *newV;
};

Slots slotsOf(const Heap& heap, Address theta, Address g, Address m, Address v, Address newTheta, Address newM,
              Address newV, Count count) {
  return {heap.floats(theta, count),    heap.floats(g, count),    heap.floats(m, count),   heap.floats(v, count),
          heap.floats(newTheta, count), heap.floats(newM, count), heap.floats(newV, count)};
}

/** What becomes of one number of θ, m and v, or of a vector of them. */
template <typename Values>
struct Stepped {
  Values theta, m, v;
};

/** Calls step(θ, g, m, v) on vectors, and on single numbers at the end. */
template <typename Step>
void overSlots(const Slots& of, Count count, const Step& step) {
  inParts(count, LEAST, LANES, [&](std::size_t i, std::size_t end) {
    const auto write = [&](const auto& next) {
      store(of.newTheta + i, next.theta);
      store(of.newM + i, next.m);
      store(of.newV + i, next.v);
    };
    for (; i + LANES <= end; i += LANES) {
      write(step(load<Floats>(of.theta + i), load<Floats>(of.g + i), load<Floats>(of.m + i), load<Floats>(of.v + i)));
    }
    for (; i < end; i++) write(step(of.theta[i], of.g[i], of.m[i], of.v[i]));
  });
}

/** `rate` and `epsilon` hold the bias corrections, `kept` the weight decay. */
void adamStep(const Heap& heap, Address theta, Address g, Address m, Address v, Address newTheta, Address newM,
              Address newV, Count count, float rate, float beta1, float rest1, float beta2, float rest2, float epsilon,
              float kept) {
  const Slots slots = slotsOf(heap, theta, g, m, v, newTheta, newM, newV, count);
  overSlots(slots, count, [=](auto now, auto gradient, auto first, auto second) {
    Stepped<decltype(now)> next;
    next.m = first * beta1 + gradient * rest1;
    next.v = second * beta2 + (gradient * gradient) * rest2;
    next.theta = now * kept - (next.m * rate) / (squareRoot(next.v) + epsilon);
    return next;
  });
}

/** v is the decaying maximum of |g|; NaN in either is NaN. */
void adamaxStep(const Heap& heap, Address theta, Address g, Address m, Address v, Address newTheta, Address newM,
                Address newV, Count count, float rate, float beta1, float rest1, float beta2, float epsilon, float kept) {
  const Slots slots = slotsOf(heap, theta, g, m, v, newTheta, newM, newV, count);
  overSlots(slots, count, [=](auto now, auto gradient, auto first, auto second) {
    Stepped<decltype(now)> next;
    next.m = first * beta1 + gradient * rest1;
    const auto faded = second * beta2;
    const auto size = absolute(gradient);
    next.v = (faded > size) | (faded != faded) ? faded : size;
    next.theta = now * kept - (next.m * rate) / (next.v + epsilon);
    return next;
  });
}

/** average + share · (x − average). */
void averageStep(const Heap& heap, Address average, Address x, Address next, Count count, float share) {
  const float* old = heap.floats(average, count);
  const float* from = heap.floats(x, count);
  float* to = heap.floats(next, count);
  inParts(count, LEAST, LANES, [=](std::size_t i, std::size_t end) {
    for (; i + LANES <= end; i += LANES) {
      const Floats before = load<Floats>(old + i);
      store(to + i, (load<Floats>(from + i) - before) * share + before);
    }
    for (; i < end; i++) to[i] = (from[i] - old[i]) * share + old[i];
  });
}

}  // namespace

std::vector<Entry> optimizerFunctions() {
  constexpr const char* group = "optimizers";
  return {
      exported<adamStep>(group, "adamStep"),
      exported<adamaxStep>(group, "adamaxStep"),
      exported<averageStep>(group, "averageStep"),
  };
}

}  // namespace flowzoo
