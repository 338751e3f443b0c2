// Products of matrices, each one primitive of oneDNN. Its sgemm is as fast, but not safe against signals: see `holdSignals`.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>

#include "families.h"
#include "onednn.h"
#include "parallel.h"
#include "plan-cache.h"
#include "threads.h"
#include "vector-product.h"

namespace flowzoo {
namespace {

/** Whether the columns of a factor, not its rows, lie in one piece, and the distance between those that do. */
struct Factor {
  std::int32_t transposed;
  std::int32_t leading;
};

/** Strides count elements. One of them is 1, unless the axis has one element. */
Factor factorOf(Count rows, Count rowStride, Count columns, Count columnStride) {
  // A distance that no element uses must still be at least a row.
  if (columnStride == 1 || columns == 1) return {0, static_cast<std::int32_t>(rows == 1 || rowStride < columns ? columns : rowStride)};
  if (rowStride != 1 && rows != 1) throw OutsideHeap("native kernel: neither rows nor columns lie in one piece");
  return {1, static_cast<std::int32_t>(columnStride < rows ? rows : columnStride)};
}

/** Sizes and strides of products. */
struct Key {
  Count rows, columns, inner, batches, aBatch, bBatch, cLeading;
  std::int32_t aTransposed, bTransposed, aLeading, bLeading, bias;
  bool operator==(const Key& other) const { return std::memcmp(this, &other, sizeof(Key)) == 0; }
};
static_assert(std::has_unique_object_representations_v<Key>, "keys are compared by their bytes");

constexpr std::size_t MOST_PLANS = 256;

std::unique_ptr<onednn::Plan> makePlan(const Key& key) {
  using dnnl::memory;
  using Dims = memory::dims;
  const auto type = memory::data_type::f32;
  const auto factor = [&](Count rows, Count columns, bool transposed, std::int64_t leading, std::int64_t step) {
    const std::int64_t batches = step == 0 ? 1 : key.batches;
    // A matrix that all share is one of a batch of one.
    const std::int64_t distance = step == 0 ? (transposed ? columns : rows) * leading : step;
    return memory::desc({batches, rows, columns}, type, transposed ? Dims{distance, 1, leading} : Dims{distance, leading, 1});
  };
  const memory::desc a = factor(key.rows, key.inner, key.aTransposed, key.aLeading, key.aBatch);
  const memory::desc b = factor(key.inner, key.columns, key.bTransposed, key.bLeading, key.bBatch);
  const std::int64_t cLeading = key.cLeading;
  const memory::desc c({key.batches, key.rows, key.columns}, type, Dims{key.rows * cLeading, cLeading, 1});
  const memory::desc bias =
      key.bias ? memory::desc({1, 1, key.columns}, type, memory::format_tag::abc) : memory::desc();
  try {
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::matmul::primitive_desc chosen(onednn::engine(), a, b, bias, c);
#else
    const dnnl::matmul::primitive_desc chosen({a, b, bias, c}, onednn::engine());
#endif
    const std::string implementation = chosen.impl_info_str();
    if (implementation.find("ref") != std::string::npos) return nullptr;
    std::vector<onednn::Operand> operands = {
        {DNNL_ARG_SRC, a, a}, {DNNL_ARG_WEIGHTS, b, b}, {DNNL_ARG_DST, c, c, true}};
    if (key.bias) operands.push_back({DNNL_ARG_BIAS, bias, bias});
    return std::make_unique<onednn::Plan>(dnnl::matmul(chosen), operands, implementation);
  } catch (const dnnl::error&) {
    return nullptr;
  }
}

/** Where the matrices of a product lie; `bias` may be null. */
struct Places {
  float *a, *b, *c, *bias;
};

/** One product on the calling thread; false where oneDNN has none of these sizes. */
bool multiply(const Key& key, const Places& at) {
  threads::alone();
  thread_local PlanCache<Key, onednn::Plan> plans(MOST_PLANS);
  onednn::Plan* plan = plans.find(key, [&] { return makePlan(key); });
  if (plan == nullptr) return false;
  std::vector<float*> places = {at.a, at.b, at.c};
  if (at.bias != nullptr) places.push_back(at.bias);
  plan->run(places);
  return true;
}

/** What one step along an axis is in each of the factors. */
struct Steps {
  std::size_t aRow, bColumn, aBatch, bBatch;
};

/** Rows and columns of a part, multiples of the tiles of oneDNN's kernels. */
constexpr std::uint64_t ROWS = 16, COLUMNS = 64;

/**
 * One product in parts: of the batches, or of the longer side of the result, so that the smaller factor is what every part
 * reads whole.
 */
bool multiplyInParts(const Key& whole, const Places& at, const Steps& steps, threads::Sharing how) {
  const bool byBatch = whole.batches > 1, byRow = whole.rows >= whole.columns;
  const std::uint64_t count = byBatch ? whole.batches : byRow ? whole.rows : whole.columns;
  const std::uint64_t length = partOf(count, how.parts, byBatch ? 1 : byRow ? ROWS : COLUMNS);
  std::atomic<bool> done{true};
  threads::share(how, [&](int i) {
    const std::uint64_t from = length * i;
    if (from >= count) return;
    const auto size = static_cast<Count>(std::min(length, count - from));
    Key key = whole;
    Places part = at;
    if (byBatch) {
      key.batches = size;
      // A part of one batch has no distance to the next.
      if (size == 1) key.aBatch = key.bBatch = 0;
      part.a += from * steps.aBatch;
      part.b += from * steps.bBatch;
      part.c += from * whole.rows * whole.cLeading;
    } else if (byRow) {
      key.rows = size;
      part.a += from * steps.aRow;
      part.c += from * whole.cLeading;
    } else {
      key.columns = size;
      part.b += from * steps.bColumn;
      part.c += from;
      if (part.bias != nullptr) part.bias += from;
    }
    if (!multiply(key, part)) done = false;
  });
  return done;
}

/**
 * As `batchedProduct` of kernels-wasm: c[n] = a[n] b[n] (+ bias), n < batches; the working memory is not used. Answers 1, or 0
 * where oneDNN has no product of these sizes.
 */
double batchedProduct(const Heap& heap, Address a, Count aRow, Count aColumn, Count aBatch, Address b, Count bRow,
                      Count bColumn, Count bBatch, Address c, Address bias, Count rows, Count columns, Count inner,
                      Count batches, Address) {
  float* to = heap.floats(c, times(batches, rows, columns));
  float* row = bias == 0 ? nullptr : heap.floats(bias, columns);
  if (rows == 0 || columns == 0 || batches == 0 || inner == 0) return 0;
  const auto extent = [batches](Count n, Count step, Count m, Count other, Count batchStep) {
    const std::uint64_t within = plus(times(n - 1, step), times(m - 1, other));
    return plus(plus(times(batches - 1, batchStep), within), 1);
  };
  float* left = heap.floats(a, extent(rows, aRow, inner, aColumn, aBatch));
  float* right = heap.floats(b, extent(inner, bRow, columns, bColumn, bBatch));
  if (batches == 1 && rows == 1 && bColumn == 1) {
    vectorTimesMatrix(left, aColumn, right, bRow, to, row, columns, inner);
    return 1;
  }
  if (batches == 1 && rows == 1 && bRow == 1 && aColumn == 1) {
    matrixTimesVector(right, bColumn, left, to, row, 1, columns, inner);
    return 1;
  }
  // The bias of one column is one number.
  if (batches == 1 && columns == 1 && aColumn == 1 && bRow == 1) {
    matrixTimesVector(left, aRow, right, to, row, 0, rows, inner);
    return 1;
  }
  if (batches == 1 && columns == 1 && aRow == 1 && row == nullptr) {
    vectorTimesMatrix(right, bRow, left, aColumn, to, nullptr, rows, inner);
    return 1;
  }
  const Factor first = factorOf(rows, aRow, inner, aColumn);
  const Factor second = factorOf(inner, bRow, columns, bColumn);
  const Key key{rows,    columns,          inner,             batches,       batches > 1 ? aBatch : 0, batches > 1 ? bBatch : 0,
                columns, first.transposed, second.transposed, first.leading, second.leading,           row != nullptr};
  const Places at{left, right, to, row};
  const threads::Sharing how = threads::forWork(2.0 * rows * columns * inner * batches);
  return how.parts < 2 ? multiply(key, at) : multiplyInParts(key, at, {aRow, bColumn, aBatch, bBatch}, how);
}

}  // namespace

std::vector<Entry> productFunctions() { return {exported<batchedProduct>("products", "batchedProduct")}; }

}  // namespace flowzoo
