// Functions of the elements of two tensors, row by row with the broadcasting of kernels-wasm: the steps say by how many
// elements a and b move with each row, and whether they move inside a row (1) or are the same all along it (0).
#include "families.h"

#include "elementwise-power.h"
#include "parallel.h"

namespace flowzoo {
namespace {

/** Elements from which a function is shared among threads. */
constexpr std::uint64_t LEAST = 131072;

struct Rows {
  Address a, b, y;
  Count rows, columns, aRow, bRow, aColumn, bColumn;
};

/** What a function gives for each element: a float, or a bool of one byte. */
template <typename F>
using Result = std::conditional_t<std::is_same_v<decltype(F::of(Floats{}, Floats{})), Floats>, float, std::uint8_t>;

template <typename F, bool aMoves, bool bMoves>
FLOWZOO_INLINE void combineRow(const float* a, const float* b, Result<F>* y, std::size_t i, std::size_t end) {
  const Floats fixedA = splat(*a);
  const Floats fixedB = splat(*b);
  for (; i + LANES <= end; i += LANES) {
    store(y + i, F::of(aMoves ? load<Floats>(a + i) : fixedA, bMoves ? load<Floats>(b + i) : fixedB));
  }
  if (i == end) return;
  const std::size_t rest = end - i;
  storePart(y + i,
            F::of(aMoves ? loadPart<Floats>(a + i, rest) : fixedA, bMoves ? loadPart<Floats>(b + i, rest) : fixedB), rest);
}

template <typename F>
void combine(const Heap& heap, const Rows& of) {
  if (of.rows == 0 || of.columns == 0) return;
  const float* a = heap.matrix(of.a, of.rows, of.aRow, of.columns, of.aColumn);
  const float* b = heap.matrix(of.b, of.rows, of.bRow, of.columns, of.bColumn);
  Result<F>* y = heap.at<Result<F>>(of.y, times(of.rows, of.columns));
  const auto row = [&](std::size_t r, std::size_t from, std::size_t to) {
    const float* left = a + r * of.aRow;
    const float* right = b + r * of.bRow;
    Result<F>* result = y + r * of.columns;
    if (of.aColumn == 0) combineRow<F, false, true>(left, right, result, from, to);
    else if (of.bColumn == 0) combineRow<F, true, false>(left, right, result, from, to);
    else combineRow<F, true, true>(left, right, result, from, to);
  };
  if (of.rows == 1) {
    inParts(of.columns, LEAST, LANES, [&](std::size_t from, std::size_t to) { row(0, from, to); });
    return;
  }
  inParts(of.rows, LEAST / of.columns + 2, 1, [&](std::size_t r, std::size_t end) {
    for (; r < end; r++) row(r, 0, of.columns);
  });
}

/** The lanes' masks as bytes, 0 or 1. */
FLOWZOO_INLINE Bytes asBools(Ints mask) {
  return reinterpret_cast<Bytes>(__builtin_convertvector(mask, SignedBytes)) & 1;
}

#define FLOWZOO_COMBINE(name, Value, expression)                                                                     \
  struct name##Of {                                                                                                  \
    FLOWZOO_INLINE Value of(Floats a, Floats b) { return expression; }                                 \
  };                                                                                                                 \
  void name(const Heap& heap, Address a, Address b, Address y, Count rows, Count columns, Count aRow, Count bRow,    \
            Count aColumn, Count bColumn) {                                                                          \
    combine<name##Of>(heap, {a, b, y, rows, columns, aRow, bRow, aColumn, bColumn});                                 \
  }

/** The larger of two; NaN where either is, and 0 of zeros with both signs. */
FLOWZOO_INLINE Floats larger(Floats a, Floats b) {
  const Floats ordered = a > b ? a : a == b ? floatsOf(bitsOf(a) & bitsOf(b)) : b;
  return a != a ? a : ordered;
}

/** The smaller of two; NaN where either is, and −0 of zeros with both signs. */
FLOWZOO_INLINE Floats smaller(Floats a, Floats b) {
  const Floats ordered = a < b ? a : a == b ? floatsOf(bitsOf(a) | bitsOf(b)) : b;
  return a != a ? a : ordered;
}

FLOWZOO_COMBINE(rowsAdd, Floats, a + b)
FLOWZOO_COMBINE(rowsSubtract, Floats, a - b)
FLOWZOO_COMBINE(rowsMultiply, Floats, a * b)
FLOWZOO_COMBINE(rowsDivide, Floats, a / b)
FLOWZOO_COMBINE(rowsMaximum, Floats, larger(a, b))
FLOWZOO_COMBINE(rowsMinimum, Floats, smaller(a, b))
FLOWZOO_COMBINE(rowsSquaredDifference, Floats, (a - b) * (a - b))
FLOWZOO_COMBINE(rowsPower, Floats, powerOf(a, b))
FLOWZOO_COMBINE(rowsGreater, Bytes, asBools(a > b))
FLOWZOO_COMBINE(rowsGreaterEqual, Bytes, asBools(a >= b))
FLOWZOO_COMBINE(rowsLess, Bytes, asBools(a < b))
FLOWZOO_COMBINE(rowsLessEqual, Bytes, asBools(a <= b))
FLOWZOO_COMBINE(rowsEqual, Bytes, asBools(a == b))
FLOWZOO_COMBINE(rowsNotEqual, Bytes, asBools(a != b))

/** y[i] = condition[i] ? a[i] : b[i]; conditions are bytes, values have four bytes of any kind. */
void vectorSelect(const Heap& heap, Address condition, Address a, Address b, Address y, Count count) {
  const std::uint8_t* conditions = heap.at<std::uint8_t>(condition, count);
  const std::uint32_t* left = heap.at<std::uint32_t>(a, count);
  const std::uint32_t* right = heap.at<std::uint32_t>(b, count);
  std::uint32_t* to = heap.at<std::uint32_t>(y, count);
  inParts(count, LEAST, LANES, [&](std::size_t i, std::size_t end) {
    // y may be a or b, but never a shifted one, so the compiler may take many elements at once.
#pragma GCC ivdep
    for (; i < end; i++) {
      const std::uint32_t ifTrue = left[i];
      const std::uint32_t ifFalse = right[i];
      to[i] = conditions[i] != 0 ? ifTrue : ifFalse;
    }
  });
}

}  // namespace

std::vector<Entry> elementPairFunctions() {
  constexpr const char* group = "elementwise";
  return {
      exported<rowsAdd>(group, "rowsAdd"),
      exported<rowsSubtract>(group, "rowsSubtract"),
      exported<rowsMultiply>(group, "rowsMultiply"),
      exported<rowsDivide>(group, "rowsDivide"),
      exported<rowsMaximum>(group, "rowsMaximum"),
      exported<rowsMinimum>(group, "rowsMinimum"),
      exported<rowsSquaredDifference>(group, "rowsSquaredDifference"),
      exported<rowsPower>(group, "rowsPower"),
      exported<rowsGreater>(group, "rowsGreater"),
      exported<rowsGreaterEqual>(group, "rowsGreaterEqual"),
      exported<rowsLess>(group, "rowsLess"),
      exported<rowsLessEqual>(group, "rowsLessEqual"),
      exported<rowsEqual>(group, "rowsEqual"),
      exported<rowsNotEqual>(group, "rowsNotEqual"),
      exported<vectorSelect>(group, "vectorSelect"),
  };
}

}  // namespace flowzoo
