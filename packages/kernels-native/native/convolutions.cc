// Convolutions and their gradients, each one primitive of oneDNN. Every function answers 1, or 0 where oneDNN has nothing
// better than a plain loop for this geometry: the caller then uses WebAssembly.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <string>

#include "convolution-slices.h"
#include "families.h"
#include "onednn.h"
#include "plan-cache.h"
#include "pool.h"
#include "threads.h"

namespace flowzoo {
namespace {

using dnnl::memory;
using Dims = memory::dims;
using Tag = memory::format_tag;

enum class Part : std::int32_t { forward, filter, input };

struct Key {
  Geometry geometry;
  Part part;
  std::int32_t depthwise;
  std::int32_t bias;
  bool operator==(const Key& other) const { return std::memcmp(this, &other, sizeof(Key)) == 0; }
};
static_assert(std::has_unique_object_representations_v<Key>, "keys are compared by their bytes");

/** Primitives hold generated code of some 100 kB at most; their working memory is shared. */
constexpr std::size_t MOST_PLANS = 256;

/** Floats of shares in a gradient that are kept from one call to the next. */
constexpr std::size_t MOST_KEPT = std::size_t{16} << 20;

/** Throws where a number is negative; `top` and `left` may be. */
Geometry geometryAt(const Heap& heap, Address address) {
  Geometry g;
  std::memcpy(&g, heap.at<std::int32_t>(address, sizeof(Geometry) / 4), sizeof(Geometry));
  std::array<std::int32_t, 13> sizes;
  std::memcpy(sizes.data(), &g, sizeof(sizes));
  if (std::any_of(sizes.begin(), sizes.end(), [](std::int32_t size) { return size < 0; }))
    throw OutsideHeap("native kernel: a convolution has a negative size");
  return g;
}

bool isEmpty(const Geometry& g) {
  return sizeOfX(g) == 0 || sizeOfY(g) == 0 || g.filterHeight == 0 || g.filterWidth == 0 || g.strideHeight == 0 ||
         g.strideWidth == 0 || g.dilationHeight == 0 || g.dilationWidth == 0;
}

/** Padding behind the image that makes the output as large as it is. */
std::int64_t behind(std::int32_t size, std::int32_t out, std::int32_t filter, std::int32_t stride, std::int32_t dilation,
                    std::int32_t before) {
  return (out - 1LL) * stride + (filter - 1LL) * dilation + 1 - size - before;
}

struct Problem {
  memory::desc x, filter, bias, y, anyFilter;
  Dims strides, dilations, before, after;
};

Problem problemOf(const Key& key) {
  const Geometry& g = key.geometry;
  const auto type = memory::data_type::f32;
  const Dims filter = key.depthwise ? Dims{g.channels, 1, 1, g.filterHeight, g.filterWidth}
                                    : Dims{g.outChannels, g.channels, g.filterHeight, g.filterWidth};
  return {
      memory::desc({g.batch, g.channels, g.height, g.width}, type, Tag::nhwc),
      memory::desc(filter, type, key.depthwise ? Tag::hwigo : Tag::hwio),
      key.bias ? memory::desc({g.outChannels}, type, Tag::x) : memory::desc(),
      memory::desc({g.batch, g.outChannels, g.outHeight, g.outWidth}, type, Tag::nhwc),
      memory::desc(filter, type, Tag::any),
      {g.strideHeight, g.strideWidth},
      {g.dilationHeight - 1, g.dilationWidth - 1},
      {g.top, g.left},
      {behind(g.height, g.outHeight, g.filterHeight, g.strideHeight, g.dilationHeight, g.top),
       behind(g.width, g.outWidth, g.filterWidth, g.strideWidth, g.dilationWidth, g.left)},
  };
}

// oneDNN 3 has no descriptors of operations: their parameters go to the primitive's descriptor.
#if DNNL_VERSION_MAJOR >= 3
dnnl::convolution_forward::primitive_desc forwardOf(const Problem& p) {
  return {onednn::engine(), dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, p.x, p.anyFilter,
          p.bias, p.y, p.strides, p.dilations, p.before, p.after};
}
dnnl::convolution_backward_weights::primitive_desc filterOf(const Problem& p) {
  return {onednn::engine(), dnnl::algorithm::convolution_direct, p.x, p.anyFilter, p.y, p.strides, p.dilations, p.before,
          p.after, forwardOf(p)};
}
dnnl::convolution_backward_data::primitive_desc inputOf(const Problem& p) {
  return {onednn::engine(), dnnl::algorithm::convolution_direct, p.x, p.anyFilter, p.y, p.strides, p.dilations, p.before,
          p.after, forwardOf(p)};
}
#else
dnnl::convolution_forward::primitive_desc forwardOf(const Problem& p) {
  return {{dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, p.x, p.anyFilter, p.bias, p.y, p.strides,
           p.dilations, p.before, p.after},
          onednn::engine()};
}
dnnl::convolution_backward_weights::primitive_desc filterOf(const Problem& p) {
  return {{dnnl::algorithm::convolution_direct, p.x, p.anyFilter, p.y, p.strides, p.dilations, p.before, p.after},
          onednn::engine(),
          forwardOf(p)};
}
dnnl::convolution_backward_data::primitive_desc inputOf(const Problem& p) {
  return {{dnnl::algorithm::convolution_direct, p.x, p.anyFilter, p.y, p.strides, p.dilations, p.before, p.after},
          onednn::engine(),
          forwardOf(p)};
}
#endif

/** Whether an implementation is worth it: reference loops are not, nor is a product for each channel of its own. */
bool isFast(const std::string& implementation, bool depthwise) {
  return implementation.find("ref") == std::string::npos &&
         !(depthwise && implementation.find("gemm") != std::string::npos && implementation.find("brgemm") != 0);
}

std::unique_ptr<onednn::Plan> makePlan(const Key& key) {
  const Geometry& g = key.geometry;
  if (g.top < 0 || g.left < 0) return nullptr;
  // Measured for a filter of 7×7 over one channel: 4 GF/s, a sixth of WebAssembly's.
  if (key.part == Part::input && g.channels == 1 && !key.depthwise) return nullptr;
  try {
    const Problem p = problemOf(key);
    std::vector<onednn::Operand> operands;
    const auto plan = [&](const auto& chosen, auto primitive) -> std::unique_ptr<onednn::Plan> {
      const std::string implementation = chosen.impl_info_str();
      if (!isFast(implementation, key.depthwise != 0)) return nullptr;
      return std::make_unique<onednn::Plan>(std::move(primitive), operands, implementation);
    };
    if (key.part == Part::forward) {
      const auto chosen = forwardOf(p);
      operands = {{DNNL_ARG_SRC, p.x, chosen.src_desc()},
                  {DNNL_ARG_WEIGHTS, p.filter, chosen.weights_desc()},
                  {DNNL_ARG_DST, p.y, chosen.dst_desc(), true}};
      if (key.bias) operands.push_back({DNNL_ARG_BIAS, p.bias, chosen.bias_desc()});
      return plan(chosen, dnnl::convolution_forward(chosen));
    }
    if (key.part == Part::filter) {
      const auto chosen = filterOf(p);
      operands = {{DNNL_ARG_SRC, p.x, chosen.src_desc()},
                  {DNNL_ARG_DIFF_DST, p.y, chosen.diff_dst_desc()},
                  {DNNL_ARG_DIFF_WEIGHTS, p.filter, chosen.diff_weights_desc(), true}};
      return plan(chosen, dnnl::convolution_backward_weights(chosen));
    }
    const auto chosen = inputOf(p);
    operands = {{DNNL_ARG_DIFF_DST, p.y, chosen.diff_dst_desc()},
                {DNNL_ARG_WEIGHTS, p.filter, chosen.weights_desc()},
                {DNNL_ARG_DIFF_SRC, p.x, chosen.diff_src_desc(), true}};
    return plan(chosen, dnnl::convolution_backward_data(chosen));
  } catch (const dnnl::error&) {
    // oneDNN does not take this geometry.
    return nullptr;
  }
}

/** Where the tensors of a convolution lie, gradients in the places of what they are gradients of; `bias` may be null. */
struct Places {
  float *x, *filter, *y, *bias;
};

/** One convolution on the calling thread; false where oneDNN has nothing good for it. */
bool convolveOnce(const Key& key, const Places& at) {
  threads::alone();
  thread_local PlanCache<Key, onednn::Plan> plans(MOST_PLANS);
  onednn::Plan* plan = plans.find(key, [&] { return makePlan(key); });
  if (plan == nullptr) return false;
  std::vector<float*> places;
  if (key.part == Part::forward) places = {at.x, at.filter, at.y};
  if (key.part == Part::filter) places = {at.x, at.y, at.filter};
  if (key.part == Part::input) places = {at.y, at.filter, at.x};
  if (key.bias) places.push_back(at.bias);
  plan->run(places);
  return true;
}

double run(const Geometry& g, Part part, bool depthwise, const Places& at) {
  const Key key{g, part, depthwise, at.bias != nullptr};
  const double operations =
      2.0 * sizeOfY(g) * g.filterHeight * g.filterWidth * (depthwise ? 1 : static_cast<double>(g.channels));
  // Two plans cost more than one, so that half of the operations count as much as those of a product.
  const threads::Sharing how = threads::forWork(operations / 2);
  const std::vector<Slice> slices = how.parts < 2 ? std::vector<Slice>() : slicesOf(g, part == Part::input, how.parts);
  if (slices.size() < 2) return convolveOnce(key, at);
  const std::uint64_t filterSize = sizeOfFilter(g, depthwise);
  // Each slice has a share in every number of the filter's gradient; the first is put where the sum will be.
  thread_local std::vector<float> shares;
  if (part == Part::filter) shares.resize(filterSize * (slices.size() - 1));
  float* const others = shares.data();
  std::atomic<bool> done{true};
  threads::share({static_cast<int>(slices.size()), how.wakes}, [&](int i) {
    const Slice& slice = slices[i];
    float* filter = part == Part::filter && i > 0 ? others + filterSize * (i - 1) : at.filter;
    if (!convolveOnce({slice.geometry, part, depthwise, key.bias}, {at.x + slice.x, filter, at.y + slice.y, at.bias})) done = false;
  });
  if (!done || part != Part::filter) return done;
  for (std::size_t i = 1; i < slices.size(); i++) {
    const float* other = others + filterSize * (i - 1);
    for (std::uint64_t j = 0; j < filterSize; j++) at.filter[j] += other[j];
  }
  if (shares.size() > MOST_KEPT) std::vector<float>().swap(shares);
  return 1;
}

double forward(const Heap& heap, Address geometry, Address x, Address filter, Address bias, Address y, bool depthwise) {
  const Geometry g = geometryAt(heap, geometry);
  if (isEmpty(g)) return 0;
  return run(g, Part::forward, depthwise,
             {heap.floats(x, sizeOfX(g)), heap.floats(filter, sizeOfFilter(g, depthwise)), heap.floats(y, sizeOfY(g)),
              bias == 0 ? nullptr : heap.floats(bias, g.outChannels)});
}

double towardsFilter(const Heap& heap, Address geometry, Address x, Address dy, Address gradient, bool depthwise) {
  const Geometry g = geometryAt(heap, geometry);
  if (isEmpty(g)) return 0;
  return run(g, Part::filter, depthwise,
             {heap.floats(x, sizeOfX(g)), heap.floats(gradient, sizeOfFilter(g, depthwise)), heap.floats(dy, sizeOfY(g)), nullptr});
}

double towardsInput(const Heap& heap, Address geometry, Address dy, Address filter, Address gradient, bool depthwise) {
  const Geometry g = geometryAt(heap, geometry);
  if (isEmpty(g)) return 0;
  return run(g, Part::input, depthwise,
             {heap.floats(gradient, sizeOfX(g)), heap.floats(filter, sizeOfFilter(g, depthwise)), heap.floats(dy, sizeOfY(g)), nullptr});
}

// The working memory, the last parameter of the functions for all channels, is not used.

double convolve(const Heap& heap, Address geometry, Address x, Address filter, Address bias, Address y, Address) {
  return forward(heap, geometry, x, filter, bias, y, false);
}
double filterGradient(const Heap& heap, Address geometry, Address x, Address dy, Address gradient, Address) {
  return towardsFilter(heap, geometry, x, dy, gradient, false);
}
double inputGradient(const Heap& heap, Address geometry, Address dy, Address filter, Address gradient, Address) {
  return towardsInput(heap, geometry, dy, filter, gradient, false);
}
double wholeInputGradient(const Heap& heap, Address geometry, Address dy, Address filter, Address gradient) {
  return towardsInput(heap, geometry, dy, filter, gradient, false);
}
double depthwise(const Heap& heap, Address geometry, Address x, Address filter, Address bias, Address y) {
  return forward(heap, geometry, x, filter, bias, y, true);
}
double depthwiseFilter(const Heap& heap, Address geometry, Address x, Address dy, Address gradient) {
  return towardsFilter(heap, geometry, x, dy, gradient, true);
}
double depthwiseInput(const Heap& heap, Address geometry, Address dy, Address filter, Address gradient) {
  return towardsInput(heap, geometry, dy, filter, gradient, true);
}

}  // namespace

std::vector<Entry> convolutionFunctions() {
  return {exported<convolve>("convolutions", "convolve"),
          exported<filterGradient>("convolutions", "filterGradient"),
          exported<inputGradient>("convolutions", "inputGradient"),
          exported<wholeInputGradient>("convolutions", "wholeInputGradient"),
          exported<depthwise>("convolutions", "depthwise"),
          exported<depthwiseFilter>("convolutions", "depthwiseFilter"),
          exported<depthwiseInput>("convolutions", "depthwiseInput")};
}

}  // namespace flowzoo
