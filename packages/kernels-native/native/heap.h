// The heap of tfjs, and the only way to a pointer into it: a checked one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace flowzoo {

/** A byte offset into the heap, as kernels-wasm hands it to its modules. */
using Address = std::uint32_t;
/** A number of elements. */
using Count = std::uint32_t;

/** An address or a size that does not lie inside the heap; a RangeError in JavaScript. */
struct OutsideHeap : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/** The product of sizes, the largest number where it is too large for 64 bits. */
inline std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product;
  return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}
template <typename... More>
std::uint64_t times(std::uint64_t a, std::uint64_t b, More... more) {
  return times(times(a, b), more...);
}
/** The sum of sizes, the largest number where it is too large for 64 bits. */
inline std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/** The bytes of the heap during one call. */
class Heap {
 public:
  Heap(void* bytes, std::size_t length) : bytes_(static_cast<char*>(bytes)), length_(length) {}

  /** Pointer to `count` elements at an address. Throws OutsideHeap unless all of them lie inside. */
  template <typename Element>
  Element* at(Address address, std::uint64_t count) const {
    const std::uint64_t bytes = times(count, sizeof(Element));
    if (address > length_ || bytes > length_ - address || address % alignof(Element) != 0) refuse(address, bytes);
    return reinterpret_cast<Element*>(bytes_ + address);
  }
  float* floats(Address address, std::uint64_t count) const { return at<float>(address, count); }

  /**
   * Pointer to a matrix: rows at `rowStride` elements from each other, of `columns` elements at `columnStride`. The extent
   * that is checked is that from its first to its last element.
   */
  float* matrix(Address address, std::uint64_t rows, std::uint64_t rowStride, std::uint64_t columns,
                std::uint64_t columnStride) const {
    if (rows == 0 || columns == 0) return floats(address, 0);
    return floats(address, plus(plus(times(rows - 1, rowStride), times(columns - 1, columnStride)), 1));
  }

 private:
  [[noreturn]] void refuse(Address address, std::uint64_t bytes) const {
    throw OutsideHeap("native kernel: " + std::to_string(bytes) + " bytes at " + std::to_string(address) +
                      " do not lie inside the heap of " + std::to_string(length_) + " bytes");
  }

  char* bytes_;
  std::uint64_t length_;
};

}  // namespace flowzoo
