// Vectors of floats as wide as the processor's registers, by the vector extensions of GCC and Clang: + - * / < work lane by
// lane, and `mask ? a : b` chooses by lane.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace flowzoo {

#if defined(__AVX512F__)
constexpr std::size_t VECTOR_BYTES = 64;
#elif defined(__AVX2__)
constexpr std::size_t VECTOR_BYTES = 32;
#else
constexpr std::size_t VECTOR_BYTES = 16;
#endif

/** Numbers of 32 bits in one vector. */
constexpr std::size_t LANES = VECTOR_BYTES / 4;

typedef float Floats __attribute__((vector_size(VECTOR_BYTES)));
typedef std::int32_t Ints __attribute__((vector_size(VECTOR_BYTES)));
/** For arithmetic on the bits of floats, which may wrap around where they are those of NaN. */
typedef std::uint32_t Words __attribute__((vector_size(VECTOR_BYTES)));
/** One register of doubles or 64-bit integers, and as many numbers of 32 bits. */
typedef double Doubles __attribute__((vector_size(VECTOR_BYTES)));
typedef std::int64_t Longs __attribute__((vector_size(VECTOR_BYTES)));
typedef std::uint64_t LongWords __attribute__((vector_size(VECTOR_BYTES)));
typedef float HalfFloats __attribute__((vector_size(VECTOR_BYTES / 2)));
typedef std::int32_t HalfInts __attribute__((vector_size(VECTOR_BYTES / 2)));
constexpr std::size_t HALF = LANES / 2;

/** A vector of another size. */
template <typename Number, std::size_t BYTES>
struct VectorOf {
  typedef Number Type __attribute__((vector_size(BYTES)));
};

#define FLOWZOO_INLINE static inline __attribute__((always_inline))

template <typename Vector>
FLOWZOO_INLINE Vector load(const void* at) {
  Vector v;
  std::memcpy(&v, at, sizeof v);
  return v;
}

template <typename Vector>
FLOWZOO_INLINE void store(void* at, Vector v) {
  std::memcpy(at, &v, sizeof v);
}

/** The first `count` numbers, other lanes 0: never reads past the end of a tensor. */
template <typename Vector>
FLOWZOO_INLINE Vector loadPart(const void* at, std::size_t count) {
  Vector v = {};
  std::memcpy(&v, at, count * sizeof v[0]);
  return v;
}

template <typename Vector>
FLOWZOO_INLINE void storePart(void* at, Vector v, std::size_t count) {
  std::memcpy(at, &v, count * sizeof v[0]);
}

/** Half `i`, 0 or 1, of a vector. */
template <typename Half, typename Vector>
FLOWZOO_INLINE Half half(const Vector& v, std::size_t i) {
  return load<Half>(reinterpret_cast<const char*>(&v) + i * sizeof(Half));
}

template <typename Half, std::size_t... I>
FLOWZOO_INLINE auto joined(Half low, Half high, std::index_sequence<I...>) {
#if defined(__has_builtin) && __has_builtin(__builtin_shufflevector)
  return __builtin_shufflevector(low, high, I...);
#else
  using Number = std::remove_reference_t<decltype(low[0])>;
  return typename VectorOf<Number, 2 * sizeof(Half)>::Type{(I < HALF ? low : high)[I % HALF]...};
#endif
}

/** Two halves as one vector. */
template <typename Half>
FLOWZOO_INLINE auto joined(Half low, Half high) {
  return joined(low, high, std::make_index_sequence<LANES>());
}

FLOWZOO_INLINE Floats splat(float x) { return x - Floats{}; }

FLOWZOO_INLINE Ints bitsOf(Floats v) { return reinterpret_cast<Ints>(v); }
FLOWZOO_INLINE Words wordsOf(Floats v) { return reinterpret_cast<Words>(v); }
FLOWZOO_INLINE Floats floatsOf(Ints v) { return reinterpret_cast<Floats>(v); }
FLOWZOO_INLINE Floats floatsOf(Words v) { return reinterpret_cast<Floats>(v); }

FLOWZOO_INLINE Floats absolute(Floats x) { return floatsOf(bitsOf(x) & 0x7fffffff); }
FLOWZOO_INLINE Floats minusAbsolute(Floats x) { return floatsOf(bitsOf(x) | INT32_MIN); }

/** The magnitude of the first with the sign bit of the second. */
FLOWZOO_INLINE Floats withSignOf(Floats magnitude, Floats sign) {
  return floatsOf((bitsOf(magnitude) & 0x7fffffff) | (bitsOf(sign) & INT32_MIN));
}

/** x where it is within the limit, else the limit; NaN stays. */
FLOWZOO_INLINE Floats atMost(Floats x, float limit) { return x > limit ? splat(limit) : x; }
FLOWZOO_INLINE Floats atLeast(Floats x, float limit) { return x < limit ? splat(limit) : x; }

FLOWZOO_INLINE Floats squareRoot(Floats x) {
  for (std::size_t i = 0; i < LANES; i++) x[i] = __builtin_sqrtf(x[i]);
  return x;
}

// The same for one number, for loops that end with single ones.
FLOWZOO_INLINE float absolute(float x) { return __builtin_fabsf(x); }
FLOWZOO_INLINE float squareRoot(float x) { return __builtin_sqrtf(x); }

/** Whether any lane of a mask is set. */
FLOWZOO_INLINE bool any(Ints mask) {
  std::int32_t all = 0;
  for (std::size_t i = 0; i < LANES; i++) all |= mask[i];
  return all != 0;
}

}  // namespace flowzoo
