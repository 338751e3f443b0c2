// Functions of the elements of two tensors, row by row with the broadcasting of kernels-wasm: the steps say by how many
// elements a and b move with each row, and whether they move inside a row (1) or are the same all along it (0).
#include "families.h"

#include "elementwise-power.h"
#include "parallel.h"

namespace flowzoo {
namespace {

/** Elements from which a function is shared among threads. */
constexpr std::uint64_t LEAST = 524288;

struct Rows {
  Address a, b, y;
  Count rows, columns, aRow, bRow, aColumn, bColumn;
};

/** The lanes' masks as bytes, 0 or 1; by way of 16 bits, for which there are instructions everywhere. */
FLOWZOO_INLINE auto bytesOf(Ints mask) {
  const auto words = __builtin_convertvector(mask, VectorOf<std::int16_t, VECTOR_BYTES / 2>::Type);
  return __builtin_convertvector(words, VectorOf<std::int8_t, VECTOR_BYTES / 4>::Type) & 1;
}

template <typename F, bool aMoves, bool bMoves, typename Result>
FLOWZOO_INLINE void combineRow(const float* a, const float* b, Result* y, std::size_t i, std::size_t end) {
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

template <typename F, typename Result>
void combine(const Heap& heap, const Rows& of) {
  if (of.rows == 0 || of.columns == 0) return;
  const float* a = heap.matrix(of.a, of.rows, of.aRow, of.columns, of.aColumn);
  const float* b = heap.matrix(of.b, of.rows, of.bRow, of.columns, of.bColumn);
  Result* y = heap.at<Result>(of.y, times(of.rows, of.columns));
  const auto row = [&](std::size_t r, std::size_t from, std::size_t to) {
    const float* left = a + r * of.aRow;
    const float* right = b + r * of.bRow;
    Result* result = y + r * of.columns;
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

#define FLOWZOO_COMBINE(name, Result, expression)                                                                   \
  struct name##Of {                                                                                                 \
    FLOWZOO_INLINE auto of(Floats a, Floats b) { return expression; }                                               \
  };                                                                                                                \
  void name(const Heap& heap, Address a, Address b, Address y, Count rows, Count columns, Count aRow, Count bRow,   \
            Count aColumn, Count bColumn) {                                                                         \
    combine<name##Of, Result>(heap, {a, b, y, rows, columns, aRow, bRow, aColumn, bColumn});                        \
  }

/** A function of two vectors, and a comparison, as one on the heap. */
#define FLOWZOO_JOIN(name, expression) FLOWZOO_COMBINE(name, float, expression)
#define FLOWZOO_COMPARE(name, expression) FLOWZOO_COMBINE(name, std::uint8_t, bytesOf(expression))

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

FLOWZOO_JOIN(rowsAdd, a + b)
FLOWZOO_JOIN(rowsSubtract, a - b)
FLOWZOO_JOIN(rowsMultiply, a * b)
FLOWZOO_JOIN(rowsDivide, a / b)
FLOWZOO_JOIN(rowsMaximum, larger(a, b))
FLOWZOO_JOIN(rowsMinimum, smaller(a, b))
FLOWZOO_JOIN(rowsSquaredDifference, (a - b) * (a - b))
FLOWZOO_JOIN(rowsPower, powerOf(a, b))
FLOWZOO_COMPARE(rowsGreater, a > b)
FLOWZOO_COMPARE(rowsGreaterEqual, a >= b)
FLOWZOO_COMPARE(rowsLess, a < b)
FLOWZOO_COMPARE(rowsLessEqual, a <= b)
FLOWZOO_COMPARE(rowsEqual, a == b)
FLOWZOO_COMPARE(rowsNotEqual, a != b)

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
