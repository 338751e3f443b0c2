// Products of matrices, by oneDNN's sgemm.
#include <dnnl.h>

#include "families.h"
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

/** As `batchedProduct` of kernels-wasm: c[n] = a[n] b[n] (+ bias), n < batches. The working memory is not used. */
void batchedProduct(const Heap& heap, Address a, Count aRow, Count aColumn, Count aBatch, Address b, Count bRow,
                    Count bColumn, Count bBatch, Address c, Address bias, Count rows, Count columns, Count inner,
                    Count batches, Address) {
  if (rows == 0 || columns == 0 || batches == 0) return;
  const std::uint64_t size = times(rows, columns);
  float* to = heap.floats(c, times(batches, size));
  const float* row = bias == 0 ? nullptr : heap.floats(bias, columns);
  const auto last = [&](Count step) { return times(batches - 1, step); };
  if (inner == 0) {
    for (std::uint64_t i = 0; i < batches * size; i++) to[i] = row == nullptr ? 0 : row[i % columns];
    return;
  }
  const auto extent = [](std::uint64_t n, Count step, std::uint64_t m, Count other) {
    return plus(plus(times(n - 1, step), times(m - 1, other)), 1);
  };
  const float* left = heap.floats(a, plus(last(aBatch), extent(rows, aRow, inner, aColumn)));
  const float* right = heap.floats(b, plus(last(bBatch), extent(inner, bRow, columns, bColumn)));
  const Factor first = factorOf(rows, aRow, inner, aColumn);
  const Factor second = factorOf(inner, bRow, columns, bColumn);
  threads::useFor(2.0 * rows * columns * inner);
  for (Count n = 0; n < batches; n++) {
    dnnl_sgemm(first.transposed, second.transposed, rows, columns, inner, 1, left, first.leading, right,
               second.leading, 0, to, columns);
    if (row != nullptr) addToRows(to, row, rows, columns);
    left += aBatch;
    right += bBatch;
    to += size;
  }
}

}  // namespace

std::vector<Entry> productFunctions() { return {exported<batchedProduct>("products", "batchedProduct")}; }

}  // namespace flowzoo
