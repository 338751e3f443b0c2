// Makes a JavaScript function of a C++ function that takes the heap and numbers, as the functions of a WebAssembly module do,
// and typed arrays that need not lie on the heap.
#pragma once

#include <node_api.h>

#include <tuple>
#include <type_traits>
#include <utility>

#include "heap.h"
#include "threads.h"

namespace flowzoo {

/** One exported function: the group of kernels-wasm that it belongs to, its name there, and what JavaScript calls. */
struct Entry {
  const char* group;
  const char* name;
  napi_callback callback;
};

/** A number that JavaScript gave, as the parameter wants it; whole numbers are taken modulo 2³², as WebAssembly does. */
template <typename Number>
bool read(napi_env env, napi_value value, Number* number) {
  if constexpr (std::is_same_v<Number, std::uint32_t>) {
    return napi_get_value_uint32(env, value, number) == napi_ok;
  } else if constexpr (std::is_same_v<Number, std::int32_t>) {
    return napi_get_value_int32(env, value, number) == napi_ok;
  } else {
    static_assert(std::is_floating_point_v<Number>, "a parameter is uint32_t, int32_t, float or double");
    double wide;
    if (napi_get_value_double(env, value, &wide) != napi_ok) return false;
    *number = static_cast<Number>(wide);
    return true;
  }
}

/** A typed array that JavaScript gave: its elements, which nobody else changes during the call. */
template <typename Element>
struct Values {
  Element* data = nullptr;
  std::uint64_t count = 0;
};

/** The elements of an Int32Array or a Float32Array; none of shared memory, where other threads write. */
template <typename Element>
bool read(napi_env env, napi_value value, Values<Element>* values) {
  static_assert(std::is_same_v<Element, float> || std::is_same_v<Element, std::int32_t>, "int32_t or float");
  constexpr napi_typedarray_type wanted = std::is_same_v<Element, float> ? napi_float32_array : napi_int32_array;
  bool is = false;
  if (napi_is_typedarray(env, value, &is) != napi_ok || !is) return false;
  napi_typedarray_type type;
  std::size_t count;
  void* data;
  napi_value buffer;
  std::size_t offset;
  if (napi_get_typedarray_info(env, value, &type, &count, &data, &buffer, &offset) != napi_ok || type != wanted) return false;
  if (napi_is_arraybuffer(env, buffer, &is) != napi_ok || !is) return false;
  *values = {static_cast<Element*>(data), data == nullptr ? 0 : count};
  return true;
}

template <auto Function, typename Signature = decltype(Function)>
struct Exported;

template <auto Function, typename Result, typename... Parameters>
struct Exported<Function, Result (*)(const Heap&, Parameters...)> {
  static napi_value call(napi_env env, napi_callback_info info) {
    return run(env, info, std::index_sequence_for<Parameters...>());
  }

 private:
  struct End {
    ~End() { threads::endOfCall(); }
  };

  template <std::size_t... I>
  static napi_value run(napi_env env, napi_callback_info info, std::index_sequence<I...>) {
    constexpr std::size_t wanted = sizeof...(Parameters) + 1;
    napi_value values[wanted];
    std::size_t given = wanted;
    void* bytes;
    std::size_t length;
    std::tuple<Parameters...> numbers;
    if (napi_get_cb_info(env, info, &given, values, nullptr, nullptr) != napi_ok || given < wanted ||
        napi_get_arraybuffer_info(env, values[0], &bytes, &length) != napi_ok ||
        !(read(env, values[I + 1], &std::get<I>(numbers)) && ...)) {
      napi_throw_type_error(env, nullptr, "native kernel: the heap and numbers are wanted, and typed arrays in their places");
      return nullptr;
    }
    napi_value result = nullptr;
    const End end;
    try {
      const Heap heap(bytes, length);
      if constexpr (std::is_void_v<Result>) {
        Function(heap, std::get<I>(numbers)...);
      } else {
        napi_create_double(env, Function(heap, std::get<I>(numbers)...), &result);
      }
    } catch (const OutsideHeap& fault) {
      napi_throw_range_error(env, nullptr, fault.what());
    } catch (const std::exception& fault) {
      napi_throw_error(env, nullptr, fault.what());
    }
    return result;
  }
};

/** The entry of a function: `exported<batchedProduct>("products", "batchedProduct")`. */
template <auto Function>
constexpr Entry exported(const char* group, const char* name) {
  return {group, name, Exported<Function>::call};
}

}  // namespace flowzoo
