// What the kernels on oneDNN share.
#pragma once

#include <dnnl.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "heap.h"

namespace flowzoo::onednn {

/** The processor, and the stream of the calling thread. */
const dnnl::engine& engine();
dnnl::stream& stream();

/**
 * Working memory of the calling thread outside the heap, aligned for vectors, valid until its next call. Kept and grown;
 * what is larger than 256 MB is given back by `release`.
 */
char* workspace(std::size_t bytes);
void release();

/** One tensor of a primitive: where it comes from or goes to on the heap, and the layout that the primitive wants. */
struct Operand {
  int argument;
  dnnl::memory::desc given;
  dnnl::memory::desc wanted;
  bool isOutput = false;
};

/**
 * A primitive with the reorders around it. Tensors whose layout is another than the primitive's go through working memory
 * at each call: nothing of their values is kept, since weights change in place.
 */
class Plan {
 public:
  Plan(dnnl::primitive primitive, const std::vector<Operand>& operands, const std::string& implementation);

  /** Runs on tensors at these places, in the order of the operands. */
  void run(const std::vector<float*>& places);

 private:
  struct Bound {
    bool isOutput;
    dnnl::memory onHeap;
    dnnl::memory inside;
    std::optional<dnnl::reorder> reorder;
    std::size_t offset;
  };
  dnnl::primitive primitive_;
  std::vector<Bound> bound_;
  std::unordered_map<int, dnnl::memory> arguments_;
  std::size_t bytes_ = 0;
  bool holdsSignals_;
};

}  // namespace flowzoo::onednn
