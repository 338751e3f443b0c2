// The addon: `{ functions: { group: { name: (heap, ...numbers) => … } }, samplers: { name: … }, setThreads(count), features,
// version }`.
#include <node_api.h>

#include <string>
#include <vector>

#include "families.h"
#include "processor.h"
#include "threads.h"

namespace flowzoo {
namespace {

/** Of the functions and their arguments; the same number stands in src/addon.ts. */
constexpr std::int32_t VERSION = 2;

constexpr auto FAMILIES = {productFunctions,     convolutionFunctions, elementFunctions,
                           elementPairFunctions, optimizerFunctions,   reductionFunctions};

constexpr auto SAMPLERS = {incrementalFunctions, waveNetFunctions};

napi_value setThreads(napi_env env, napi_callback_info info) {
  napi_value value;
  std::size_t given = 1;
  std::int32_t count = 0;
  if (napi_get_cb_info(env, info, &given, &value, nullptr, nullptr) != napi_ok || given < 1 ||
      napi_get_value_int32(env, value, &count) != napi_ok || count < 1) {
    napi_throw_range_error(env, nullptr, "native kernels need at least one thread");
    return nullptr;
  }
  threads::allow(count);
  return nullptr;
}

void add(napi_env env, napi_value object, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, object, name, function);
}

napi_value list(napi_env env, const std::vector<std::string>& names) {
  napi_value array;
  napi_create_array_with_length(env, names.size(), &array);
  for (std::size_t i = 0; i < names.size(); i++) {
    napi_value name;
    napi_create_string_utf8(env, names[i].c_str(), names[i].size(), &name);
    napi_set_element(env, array, i, name);
  }
  return array;
}

napi_value functions(napi_env env) {
  napi_value groups;
  napi_create_object(env, &groups);
  for (const auto family : FAMILIES) {
    for (const Entry& entry : family()) {
      napi_value group;
      bool there = false;
      napi_has_named_property(env, groups, entry.group, &there);
      if (there) {
        napi_get_named_property(env, groups, entry.group, &group);
      } else {
        napi_create_object(env, &group);
        napi_set_named_property(env, groups, entry.group, group);
      }
      add(env, group, entry.name, entry.callback);
    }
  }
  return groups;
}

napi_value samplers(napi_env env) {
  napi_value object;
  napi_create_object(env, &object);
  for (const auto family : SAMPLERS) {
    for (const Entry& entry : family()) add(env, object, entry.name, entry.callback);
  }
  return object;
}

}  // namespace
}  // namespace flowzoo

NAPI_MODULE_INIT() {
  using namespace flowzoo;
  const std::string missing = missingInstructions();
  if (!missing.empty()) {
    napi_throw_error(env, nullptr, ("the addon was compiled for a processor with " + missing).c_str());
    return nullptr;
  }
  napi_set_named_property(env, exports, "functions", functions(env));
  napi_set_named_property(env, exports, "samplers", samplers(env));
  napi_set_named_property(env, exports, "features", list(env, instructions()));
  add(env, exports, "setThreads", setThreads);
  napi_value version;
  napi_create_int32(env, VERSION, &version);
  napi_set_named_property(env, exports, "version", version);
  return exports;
}
