// Sums and extremes over runs of contiguous numbers and over rows. Steps are in bytes, as in kernels-wasm.
#include "families.h"

#include "parallel.h"
#include "reductions-extreme.h"
#include "reductions-sum.h"

namespace flowzoo {
namespace {

/** Numbers from which a reduction is shared among threads. */
constexpr std::uint64_t LEAST = 524288;

/** y[k], k < n, is made of `runs` runs of `count` numbers, `xRun` bytes apart; those of k + 1 lie `x1` bytes further. */
struct Runs {
  Address x, y;
  Count n, x1, runs, xRun, count;
};

/** y[b][j], b < n, is made of `rows` rows of `columns`, `xRow` bytes apart; those of b + 1 lie `x1` bytes further. */
struct Rows {
  Address x, y;
  Count n, x1, rows, xRow, columns;
};

/** The floats from the first to the last element read. */
const float* input(const Heap& heap, Address x, Count n, Count step, Count m, Count otherStep, Count count) {
  const std::uint64_t bytes = plus(times(n - 1, step), times(m - 1, otherStep));
  if ((step | otherStep) % 4 != 0) throw OutsideHeap("native kernel: a step is not a multiple of 4 bytes");
  return heap.floats(x, plus(bytes / 4, count));
}

template <typename Each>
void overRuns(const Heap& heap, const Runs& of, const Each& each) {
  if (of.n == 0 || of.runs == 0 || of.count == 0) return;
  const float* x = input(heap, of.x, of.n, of.x1, of.runs, of.xRun, of.count);
  float* y = heap.floats(of.y, of.n);
  const std::uint64_t size = times(of.runs, of.count);
  inParts(of.n, LEAST / size + 2, LANES, [&](std::size_t k, std::size_t end) { each(x, y, k, end); });
}

/** `scale` is what each sum is multiplied with before it is rounded. */
void sumRuns(const Heap& heap, Address x, Address y, Count n, Count x1, Count runs, Count xRun, Count count, double scale) {
  const std::size_t step = x1 / 4;
  overRuns(heap, {x, y, n, x1, runs, xRun, count}, [&](const float* from, float* to, std::size_t k, std::size_t end) {
    if (runs == 1 && count < 2 * LANES && step == count) {
      for (; k + HALF <= end; k += HALF) sumsOfShortRuns(from + k * step, to + k, count, scale);
    }
    for (; k < end; k++) {
      const float* run = from + k * step;
      double total = sumOfRun(run, count);
      for (Count r = 1; r < runs; r++) total += sumOfRun(run += xRun / 4, count);
      to[k] = static_cast<float>(total * scale);
    }
  });
}

template <typename Extreme>
void extremeOfRuns(const Heap& heap, const Runs& of) {
  const std::size_t step = of.x1 / 4;
  overRuns(heap, of, [&](const float* x, float* y, std::size_t k, std::size_t end) {
    if (of.runs == 1 && of.count < 2 * LANES && step == of.count) {
      for (; k + LANES <= end; k += LANES) store(y + k, extremeOfShortRuns<Extreme>(x + k * step, of.count));
    }
    for (; k < end; k++) {
      const float* run = x + k * step;
      float best = *run;
      for (Count r = 0; r < of.runs; r++, run += of.xRun / 4) best = extremeOfRun<Extreme>(run, of.count, best);
      y[k] = best;
    }
  });
}

/** Calls wide(x, y) for four vectors of columns, one(x, y) for one and narrow(x, y, columns) for the rest. */
template <typename Wide, typename One, typename Narrow>
void overRows(const Heap& heap, const Rows& of, const Wide& wide, const One& one, const Narrow& narrow) {
  if (of.n == 0 || of.rows == 0 || of.columns == 0) return;
  const float* x = input(heap, of.x, of.n, of.x1, of.rows, of.xRow, of.columns);
  float* y = heap.floats(of.y, times(of.n, of.columns));
  const auto columns = [&](Count b, std::size_t j, std::size_t end) {
    const float* from = x + b * std::size_t{of.x1 / 4};
    float* to = y + b * std::size_t{of.columns};
    for (; j + 4 * LANES <= end; j += 4 * LANES) wide(from + j, to + j);
    for (; j + LANES <= end; j += LANES) one(from + j, to + j);
    if (j < end) narrow(from + j, to + j, end - j);
  };
  if (of.n == 1) {
    inParts(of.columns, LEAST / of.rows + 2, 4 * LANES, [&](std::size_t j, std::size_t end) { columns(0, j, end); });
    return;
  }
  inParts(of.n, LEAST / times(of.rows, of.columns) + 2, 1, [&](std::size_t b, std::size_t end) {
    for (; b < end; b++) columns(b, 0, of.columns);
  });
}

void sumRows(const Heap& heap, Address x, Address y, Count n, Count x1, Count rows, Count xRow, Count columns, double scale) {
  const std::size_t step = xRow / 4;
  overRows(
      heap, {x, y, n, x1, rows, xRow, columns},
      [&](const float* from, float* to) { sumsOfRows<8>(from, to, rows, step, scale); },
      [&](const float* from, float* to) { sumsOfRows<2>(from, to, rows, step, scale); },
      [&](const float* from, float* to, std::size_t rest) { sumsOfNarrowRows(from, to, rows, step, rest, scale); });
}

template <typename Extreme>
void extremeOfRows(const Heap& heap, const Rows& of) {
  const std::size_t step = of.xRow / 4;
  overRows(
      heap, of, [&](const float* x, float* y) { extremeOfVectors<Extreme, 4>(x, y, of.rows, step); },
      [&](const float* x, float* y) { extremeOfVectors<Extreme, 1>(x, y, of.rows, step); },
      [&](const float* x, float* y, std::size_t columns) {
        for (std::size_t j = 0; j < columns; j++) {
          float best = x[j];
          for (Count r = 1; r < of.rows; r++) best = Extreme::one(best, x[r * step + j]);
          y[j] = best;
        }
      });
}

void largestRuns(const Heap& heap, Address x, Address y, Count n, Count x1, Count runs, Count xRun, Count count) {
  extremeOfRuns<Largest>(heap, {x, y, n, x1, runs, xRun, count});
}
void smallestRuns(const Heap& heap, Address x, Address y, Count n, Count x1, Count runs, Count xRun, Count count) {
  extremeOfRuns<Smallest>(heap, {x, y, n, x1, runs, xRun, count});
}
void largestRows(const Heap& heap, Address x, Address y, Count n, Count x1, Count rows, Count xRow, Count columns) {
  extremeOfRows<Largest>(heap, {x, y, n, x1, rows, xRow, columns});
}
void smallestRows(const Heap& heap, Address x, Address y, Count n, Count x1, Count rows, Count xRow, Count columns) {
  extremeOfRows<Smallest>(heap, {x, y, n, x1, rows, xRow, columns});
}

}  // namespace

std::vector<Entry> reductionFunctions() {
  constexpr const char* group = "reductions";
  return {
      exported<sumRuns>(group, "sumRuns"),           exported<sumRows>(group, "sumRows"),
      exported<largestRuns>(group, "largestRuns"),   exported<largestRows>(group, "largestRows"),
      exported<smallestRuns>(group, "smallestRuns"), exported<smallestRows>(group, "smallestRows"),
  };
}

}  // namespace flowzoo
