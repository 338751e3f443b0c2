// Sizes of a convolution, and how it is cut into smaller ones that share nothing but the filter.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "heap.h"
#include "parallel.h"

namespace flowzoo {

/** As `Geometry` in assembly/convolutions/geometry.ts of kernels-wasm. */
struct Geometry {
  std::int32_t batch, height, width, channels, outHeight, outWidth, outChannels, filterHeight, filterWidth, strideHeight,
      strideWidth, dilationHeight, dilationWidth, top, left;
};

inline std::uint64_t sizeOfX(const Geometry& g) { return times(g.batch, g.height, g.width, g.channels); }
inline std::uint64_t sizeOfY(const Geometry& g) { return times(g.batch, g.outHeight, g.outWidth, g.outChannels); }
inline std::uint64_t sizeOfFilter(const Geometry& g, bool depthwise) {
  return times(g.filterHeight, g.filterWidth, depthwise ? 1 : g.channels, g.outChannels);
}

/** A part of a convolution: its sizes, and where its images begin among those of the whole, in elements. */
struct Slice {
  Geometry geometry;
  std::size_t x, y;
};

/** Rows of one image; those of the whole that the slice reads or writes are clipped to what there is. No rows: all zeros. */
inline Slice rowsOf(const Geometry& g, bool ofInput, std::int32_t from, std::int32_t to) {
  // Sizes that contradict each other may be as large as they like.
  const std::int64_t stride = g.strideHeight, reach = (g.filterHeight - 1LL) * g.dilationHeight;
  std::int64_t xFrom = from, xTo = to, yFrom = from, yTo = to;
  if (ofInput) {
    // Output rows whose filter touches x rows from … to.
    const std::int64_t first = xFrom + g.top - reach;
    yFrom = first <= 0 ? 0 : (first + stride - 1) / stride;
    yTo = std::min<std::int64_t>((xTo - 1 + g.top) / stride + 1, g.outHeight);
  } else {
    xFrom = std::max<std::int64_t>(yFrom * stride - g.top, 0);
    xTo = std::min<std::int64_t>((yTo - 1) * stride - g.top + reach + 1, g.height);
  }
  if (xTo <= xFrom || yTo <= yFrom) return {};
  Slice slice{g, std::size_t(xFrom) * g.width * g.channels, std::size_t(yFrom) * g.outWidth * g.outChannels};
  slice.geometry.height = static_cast<std::int32_t>(xTo - xFrom);
  slice.geometry.outHeight = static_cast<std::int32_t>(yTo - yFrom);
  slice.geometry.top = static_cast<std::int32_t>(g.top + xFrom - yFrom * stride);
  return slice;
}

/**
 * A convolution in at most so many parts of its images, or of the rows of its only one: input rows where the gradient with
 * respect to the images is wanted, else output rows. One part, or none, where that is all it can be cut into.
 */
inline std::vector<Slice> slicesOf(Geometry g, bool ofInput, int parts) {
  std::vector<Slice> slices;
  const bool byImage = g.batch > 1;
  // Signals lie along the width: their steps are cut as rows.
  if (!byImage && g.height == 1 && g.outHeight == 1 && g.filterHeight == 1 && g.top == 0) {
    std::swap(g.height, g.width);
    std::swap(g.outHeight, g.outWidth);
    std::swap(g.filterHeight, g.filterWidth);
    std::swap(g.strideHeight, g.strideWidth);
    std::swap(g.dilationHeight, g.dilationWidth);
    std::swap(g.top, g.left);
  }
  const std::int32_t count = byImage ? g.batch : ofInput ? g.height : g.outHeight;
  const auto length = static_cast<std::int32_t>(partOf(count, parts, 1));
  for (std::int32_t from = 0; from < count; from += length) {
    const std::int32_t to = std::min(from + length, count);
    if (byImage) {
      slices.push_back({g, std::size_t(from) * g.height * g.width * g.channels,
                        std::size_t(from) * g.outHeight * g.outWidth * g.outChannels});
      slices.back().geometry.batch = to - from;
      continue;
    }
    slices.push_back(rowsOf(g, ofInput, from, to));
    const Geometry& part = slices.back().geometry;
    // Rows that nothing touches are not worth a case of their own.
    if (part.height < 1 || part.outHeight < 1 || part.top < 0) return {};
  }
  return slices;
}

}  // namespace flowzoo
