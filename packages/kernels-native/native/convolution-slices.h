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

/** Rows of one image; those of the whole that the slice reads or writes are clipped to what there is. */
inline Slice rowsOf(const Geometry& g, bool ofInput, std::int32_t from, std::int32_t to) {
  const std::int32_t reach = (g.filterHeight - 1) * g.dilationHeight;
  std::int32_t xFrom = from, xTo = to, yFrom = from, yTo = to;
  if (ofInput) {
    // Output rows whose filter touches x rows from … to.
    const std::int32_t first = from + g.top - reach;
    yFrom = first <= 0 ? 0 : (first + g.strideHeight - 1) / g.strideHeight;
    yTo = std::min((to - 1 + g.top) / g.strideHeight + 1, g.outHeight);
  } else {
    xFrom = std::max(from * g.strideHeight - g.top, 0);
    xTo = std::min((to - 1) * g.strideHeight - g.top + reach + 1, g.height);
  }
  Slice slice{g, std::size_t(xFrom) * g.width * g.channels, std::size_t(yFrom) * g.outWidth * g.outChannels};
  slice.geometry.height = xTo - xFrom;
  slice.geometry.outHeight = yTo - yFrom;
  slice.geometry.top = g.top + xFrom - yFrom * g.strideHeight;
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
