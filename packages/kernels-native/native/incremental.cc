// The sequential direction of masked autoregressive flows: a program of layers-autoregressive over many examples.
#include <cmath>
#include <memory>
#include <vector>

#include "families.h"
#include "incremental-run.h"
#include "pool.h"
#include "threads.h"

namespace flowzoo {
namespace {

using namespace incremental;

/** Vectors of examples in a panel, at most: with fewer rows in registers, their weights would be read too often. */
constexpr std::size_t WIDEST = 4;
/** Bytes of state that a thread works on at once; at least one panel. Examples beyond it come later. */
constexpr std::size_t STATE_BYTES = std::size_t{1} << 24;

/** Columns of a matrix `[batch, width]` that lie in rows of the state. */
struct Spread {
  float* values;
  const std::int32_t* order;
  std::size_t width;
  std::size_t row;
};

/** Columns that are moved at once: enough for the processor to see where it goes on, few enough to stay near. */
constexpr std::size_t COLUMNS = 64;

/** Puts some examples into a panel, zeros where there are no more. */
void gather(const Spread& spread, std::size_t first, std::size_t count, float* state, std::size_t stride) {
  float* rows = state + spread.row * stride;
  const float* from = spread.values + first * spread.width;
  for (std::size_t start = 0; start < spread.width; start += COLUMNS) {
    const std::size_t end = std::min(start + COLUMNS, spread.width);
    for (std::size_t lane = 0; lane < count; lane++) {
      for (std::size_t k = start; k < end; k++) rows[k * stride + lane] = from[lane * spread.width + spread.order[k]];
    }
    for (std::size_t lane = count; lane < stride; lane++) {
      for (std::size_t k = start; k < end; k++) rows[k * stride + lane] = 0;
    }
  }
}

/** The way back. */
void scatter(const Spread& spread, std::size_t first, std::size_t count, const float* state, std::size_t stride) {
  const float* rows = state + spread.row * stride;
  float* to = spread.values + first * spread.width;
  for (std::size_t start = 0; start < spread.width; start += COLUMNS) {
    const std::size_t end = std::min(start + COLUMNS, spread.width);
    for (std::size_t lane = 0; lane < count; lane++) {
      for (std::size_t k = start; k < end; k++) to[lane * spread.width + spread.order[k]] = rows[k * stride + lane];
    }
  }
}

/** Everything that a call was given, checked. */
struct Call {
  Program program;
  Functions functions;
  std::vector<Spread> given;
  std::vector<Spread> found;
};

/** Panels of WIDE vectors, examples `first` to `end`, block by block: the weights of a block stay near for all of them. */
template <std::size_t WIDE>
void runPanels(const Call& call, std::size_t first, std::size_t end, float* state) {
  constexpr std::size_t STRIDE = WIDE == 0 ? 1 : ROW<WIDE>;
  const std::size_t panels = (end - first + STRIDE - 1) / STRIDE;
  const std::size_t size = call.program.rows * STRIDE;
  const auto each = [&](const auto& run) {
    for (std::size_t panel = 0; panel < panels; panel++) {
      const std::size_t start = first + panel * STRIDE;
      run(state + panel * size, start, std::min(STRIDE, end - start));
    }
  };
  each([&](float* rows, std::size_t start, std::size_t count) {
    for (const Spread& spread : call.given) gather(spread, start, count, rows, STRIDE);
  });
  const std::int32_t* const last = call.program.words.data + call.program.words.count;
  for (const std::int32_t* word = call.program.words.data; word < last;) {
    const std::int32_t* next = word;
    each([&](float* rows, std::size_t, std::size_t) {
      next = runBlock<WIDE>(word, call.program.weights.data, rows, call.functions);
    });
    word = next;
  }
  each([&](float* rows, std::size_t start, std::size_t count) {
    for (const Spread& spread : call.found) scatter(spread, start, count, rows, STRIDE);
  });
}

/** Examples that a thread has in its state at once. */
std::size_t examplesAtOnce(const Call& call, std::size_t most) {
  const std::size_t panels = STATE_BYTES / sizeof(float) / ROW<WIDEST> / call.program.rows;
  return std::min(std::max<std::size_t>(panels, 1) * ROW<WIDEST>, (most + LANES - 1) / LANES * LANES);
}

/** Examples `first` to `end` on one thread: whole panels of the widest kind, then one that is as wide as it must be. */
void runExamples(const Call& call, std::size_t first, std::size_t end, std::size_t step, float* state) {
  for (; first < end; first += step) {
    const std::size_t stop = std::min(first + step, end);
    const std::size_t whole = first + (stop - first) / ROW<WIDEST> * ROW<WIDEST>;
    if (whole > first) runPanels<WIDEST>(call, first, whole, state);
    switch ((stop - whole + LANES - 1) / LANES) {
      case 0:
        break;
      case 1:
        runPanels<1>(call, whole, stop, state);
        break;
      case 2:
        runPanels<2>(call, whole, stop, state);
        break;
      case 3:
        runPanels<3>(call, whole, stop, state);
        break;
      default:
        runPanels<4>(call, whole, stop, state);
    }
  }
}

/** Memory that begins where a vector may begin; kept for the next call of this thread unless it is large. */
class State {
 public:
  explicit State(std::size_t floats) {
    if (floats > kept_.size) kept_ = Kept(floats);
  }
  ~State() {
    if (kept_.size * sizeof(float) > 4 * STATE_BYTES) kept_ = Kept();
  }
  State(const State&) = delete;
  float* data() const { return kept_.first; }

 private:
  struct Kept {
    Kept() = default;
    explicit Kept(std::size_t floats)
        : bytes(new char[floats * sizeof(float) + 64]),
          first(reinterpret_cast<float*>((reinterpret_cast<std::uintptr_t>(bytes.get()) + 63) / 64 * 64)),
          size(floats) {}
    std::unique_ptr<char[]> bytes;
    float* first = nullptr;
    std::size_t size = 0;
  };
  static thread_local Kept kept_;
};
thread_local State::Kept State::kept_;

void runBatch(const Call& call, std::size_t batch) {
  const std::size_t rows = call.program.rows;
  if (batch == 1) {
    const State state(rows);
    runPanels<0>(call, 0, 1, state.data());
    return;
  }
  const threads::Sharing how = threads::forWork(2.0 * call.program.weights.count * batch);
  // Whole vectors for each thread, and as few of them as have work.
  const std::size_t part = ((batch + how.parts - 1) / how.parts + LANES - 1) / LANES * LANES;
  const int wanted = static_cast<int>((batch + part - 1) / part);
  const std::size_t step = examplesAtOnce(call, part);
  const std::size_t size = step * rows;
  const State state(size * wanted);
  float* const data = state.data();
  threads::share({wanted, how.wakes},
                 [&](int i) { runExamples(call, part * i, std::min(part * (i + 1), batch), step, data + size * i); });
}

/** The columns that a spread names, each a column of the matrix. */
Spread spreadOf(const Values<std::int32_t>& orders, std::uint64_t from, float* values, std::int64_t width, std::int64_t row,
                std::int64_t rows) {
  if (width < 0 || row < 0 || width > rows - row) throw OutsideHeap("native kernel: a sampler's rows are not there");
  if (from > orders.count || static_cast<std::uint64_t>(width) > orders.count - from) {
    throw OutsideHeap("native kernel: a sampler's order is too short");
  }
  const std::int32_t* order = orders.data + from;
  for (std::int64_t k = 0; k < width; k++) {
    if (order[k] < 0 || order[k] >= width) throw OutsideHeap("native kernel: a sampler's order names no column");
  }
  return {values, order, static_cast<std::size_t>(width), static_cast<std::size_t>(row)};
}

/**
 * Runs a program on `[batch, size]` at `input`; values and log-derivatives, of the same shape, go to two other places. `orders`
 * has the order of the features and then those of the contexts, of which each has three words in `contexts`: the address of its
 * `[batch, width]`, the width, and its first row.
 */
void incrementalSampler(const Heap& heap, Values<std::int32_t> words, Values<float> weights, Values<float> settings,
                        Values<std::int32_t> orders, Values<std::int32_t> contexts, Address input, Address value,
                        Address logDerivative, Count batch, Count size, Count rows, Count logRow, std::int32_t activation,
                        float slope) {
  if (settings.count != AFFINE_SETTINGS) throw OutsideHeap("native kernel: a transformer has another number of settings");
  if (activation < 0 || activation >= ACTIVATIONS) throw OutsideHeap("native kernel: an activation that there is not");
  if (contexts.count % 3 != 0) throw OutsideHeap("native kernel: each context has three words");
  Call call{{words, weights, rows, 1}, {activation, slope, {}}, {}, {}};
  std::memcpy(&call.functions.affine, settings.data, sizeof(Affine));
  if (call.functions.affine.scaled != 0) call.program.parameterCount = 2;
  const std::uint64_t count = times(batch, size);
  call.given.push_back(spreadOf(orders, 0, heap.floats(input, count), size, 0, rows));
  std::uint64_t used = size;
  for (std::uint64_t i = 0; i < contexts.count; i += 3) {
    const std::int32_t width = contexts.data[i + 1];
    float* values = heap.floats(static_cast<Address>(contexts.data[i]), width < 0 ? 0 : times(batch, width));
    call.given.push_back(spreadOf(orders, used, values, width, contexts.data[i + 2], rows));
    used += width;
  }
  call.found.push_back(spreadOf(orders, 0, heap.floats(value, count), size, 0, rows));
  call.found.push_back(spreadOf(orders, 0, heap.floats(logDerivative, count), size, logRow, rows));
  const Check check(call.program);
  if (batch > 0 && size > 0) runBatch(call, batch);
}

}  // namespace

std::vector<Entry> incrementalFunctions() { return {exported<incrementalSampler>("samplers", "incremental")}; }

}  // namespace flowzoo
