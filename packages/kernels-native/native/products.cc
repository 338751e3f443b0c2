// Products of matrices, by oneDNN's sgemm.
#include <dnnl.h>


#include <cstring>
#include <memory>
#include <string>

#include "families.h"
#include "onednn.h"
#include "plan-cache.h"
#include "threads.h"

namespace flowzoo {
namespace {

/** A factor as BLAS sees it: whether its columns, not its rows, lie in one piece, and the distance between those. */
struct Factor {
  char transposed;
  dnnl_dim_t leading;
};

/** Strides count elements. One of them is 1, unless the axis has one element. */
Factor factorOf(Count rows, Count rowStride, Count columns, Count columnStride) {
  if (columnStride == 1 || columns == 1) {
    // A distance that no element uses must still be at least a row.
    return {'N', static_cast<dnnl_dim_t>(rows == 1 || rowStride < columns ? columns : rowStride)};
  }
  if (rowStride != 1 && rows != 1) throw OutsideHeap("native kernel: neither rows nor columns lie in one piece");
  return {'T', static_cast<dnnl_dim_t>(columnStride < rows ? rows : columnStride)};
}

/** Adds a row to every row. */
void addToRows(float* c, const float* bias, Count rows, Count columns) {
  for (Count i = 0; i < rows; i++, c += columns) {
    for (Count j = 0; j < columns; j++) c[j] += bias[j];
  }
}

/** Sizes of a product whose second factor is transposed, and how many threads it uses. */
struct TransposedKey {
  Count rows, columns, inner, aLeading, bLeading, bias;
  int threads;
  bool operator==(const TransposedKey& other) const { return std::memcmp(this, &other, sizeof(TransposedKey)) == 0; }
};

std::unique_ptr<onednn::Plan> makeTransposed(const TransposedKey& key) {
  using dnnl::memory;
  const auto type = memory::data_type::f32;
  const memory::desc a({key.rows, key.inner}, type, memory::dims{key.aLeading, 1});
  const memory::desc b({key.inner, key.columns}, type, memory::dims{1, key.bLeading});
  const memory::desc c({key.rows, key.columns}, type, memory::format_tag::ab);
  const memory::desc bias =
      key.bias ? memory::desc({1, key.columns}, type, memory::format_tag::ab) : memory::desc();
  try {
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::matmul::primitive_desc chosen(onednn::engine(), a, b, bias, c);
#else
    const dnnl::matmul::primitive_desc chosen({a, b, bias, c}, onednn::engine());
#endif
    if (std::string(chosen.impl_info_str()).find("brg") != 0) return nullptr;
    std::vector<onednn::Operand> operands = {
        {DNNL_ARG_SRC, a, a}, {DNNL_ARG_WEIGHTS, b, b}, {DNNL_ARG_DST, c, c, true}};
    if (key.bias) operands.push_back({DNNL_ARG_BIAS, bias, bias});
    return std::make_unique<onednn::Plan>(dnnl::matmul(chosen), operands);
  } catch (const dnnl::error&) {
    return nullptr;
  }
}

/**
 * a bᵀ (+ bias), as every gradient with respect to an input is: there the primitive is faster than sgemm, measured 1.35
 * times for 200×1000×1000 and 1.0 to 1.25 times for others. Returns false where there is none.
 */
bool transposedProduct(const float* a, const float* b, float* c, const float* bias, const TransposedKey& key) {
  thread_local PlanCache<TransposedKey, onednn::Plan> plans(256);
  onednn::Plan* plan = plans.find(key, [&] { return makeTransposed(key); });
  if (plan == nullptr) return false;
  std::vector<float*> places = {const_cast<float*>(a), const_cast<float*>(b), c};
  if (bias != nullptr) places.push_back(const_cast<float*>(bias));
  plan->run(places);
  return true;
}

struct Factors {
  Factor first, second;
};

void product(const Factors& f, const float* a, const float* b, float* c, const float* bias, Count rows, Count columns,
             Count inner) {
  dnnl_sgemm(f.first.transposed, f.second.transposed, rows, columns, inner, 1, a, f.first.leading, b, f.second.leading, 0,
             c, columns);
  if (bias != nullptr) addToRows(c, bias, rows, columns);
}

/** As `batchedProduct` of kernels-wasm: c[n] = a[n] b[n] (+ bias), n < batches. The working memory is not used. */
void batchedProduct(const Heap& heap, Address a, Count aRow, Count aColumn, Count aBatch, Address b, Count bRow,
                    Count bColumn, Count bBatch, Address c, Address bias, Count rows, Count columns, Count inner,
                    Count batches, Address) {
  if (rows == 0 || columns == 0 || batches == 0) return;
  const std::uint64_t size = times(rows, columns);
  float* to = heap.floats(c, times(batches, size));
  const float* row = bias == 0 ? nullptr : heap.floats(bias, columns);
  if (inner == 0) {
    for (std::uint64_t i = 0; i < batches * size; i++) to[i] = row == nullptr ? 0 : row[i % columns];
    return;
  }
  const auto extent = [batches](Count n, Count step, Count m, Count other, Count batchStep) {
    const std::uint64_t within = plus(times(n - 1, step), times(m - 1, other));
    return plus(plus(times(batches - 1, batchStep), within), 1);
  };
  const float* left = heap.floats(a, extent(rows, aRow, inner, aColumn, aBatch));
  const float* right = heap.floats(b, extent(inner, bRow, columns, bColumn, bBatch));
  const Factors f = {factorOf(rows, aRow, inner, aColumn), factorOf(inner, bRow, columns, bColumn)};
  const double operations = 2.0 * rows * columns * inner;
  if (batches == 1) {
    const int used = threads::useFor(operations);
    const TransposedKey key{rows,       columns, inner, static_cast<Count>(f.first.leading), static_cast<Count>(f.second.leading),
                            row != nullptr, used};
    const bool isTransposed = f.first.transposed == 'N' && f.second.transposed == 'T' && operations > 4e5;
    if (isTransposed && transposedProduct(left, right, to, row, key)) return;
    product(f, left, right, to, row, rows, columns, inner);
    return;
  }
  // Many products go to the threads whole; oneDNN uses one thread inside.
  const int used = threads::useFor(operations * batches);
  const std::int64_t last = batches;
#pragma omp parallel for num_threads(used) schedule(static) if (used > 1)
  for (std::int64_t n = 0; n < last; n++) {
    product(f, left + n * aBatch, right + n * bBatch, to + n * size, row, rows, columns, inner);
  }
}

}  // namespace

std::vector<Entry> productFunctions() { return {exported<batchedProduct>("products", "batchedProduct")}; }

}  // namespace flowzoo
