#include "onednn.h"

#include <cstdlib>
#include <memory>
#include <new>

#include "threads.h"

namespace flowzoo::onednn {
namespace {

constexpr std::size_t ALIGNMENT = 64;
constexpr std::size_t KEPT_BYTES = std::size_t{256} << 20;

struct Free {
  void operator()(char* bytes) const { std::free(bytes); }
};
thread_local std::unique_ptr<char, Free> space;
thread_local std::size_t spaceBytes = 0;

std::size_t aligned(std::size_t bytes) { return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

}  // namespace

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

dnnl::stream& stream() {
  thread_local dnnl::stream own(engine());
  return own;
}

char* workspace(std::size_t bytes) {
  if (bytes > spaceBytes) {
    space.reset();
    spaceBytes = 0;
    space.reset(static_cast<char*>(std::aligned_alloc(ALIGNMENT, aligned(bytes))));
    if (space == nullptr) throw std::bad_alloc();
    spaceBytes = aligned(bytes);
  }
  return space.get();
}

void release() {
  if (spaceBytes <= KEPT_BYTES) return;
  space.reset();
  spaceBytes = 0;
}

Plan::Plan(dnnl::primitive primitive, const std::vector<Operand>& operands, const std::string& implementation)
    // Implementations on top of sgemm; see `holdSignals`.
    : primitive_(std::move(primitive)), holdsSignals_(implementation.find("gemm") != std::string::npos) {
  for (const Operand& each : operands) {
    Bound bound{each.isOutput, dnnl::memory(each.given, engine(), nullptr), {}, {}, 0};
    if (each.given == each.wanted) {
      bound.inside = bound.onHeap;
    } else {
      bound.inside = dnnl::memory(each.wanted, engine(), nullptr);
      bound.reorder = each.isOutput ? dnnl::reorder(bound.inside, bound.onHeap) : dnnl::reorder(bound.onHeap, bound.inside);
      bound.offset = bytes_;
      bytes_ += aligned(each.wanted.get_size());
    }
    arguments_.emplace(each.argument, bound.inside);
    bound_.push_back(std::move(bound));
  }
}

void Plan::run(const std::vector<float*>& places) {
  if (holdsSignals_) threads::holdSignals();
  char* working = bytes_ == 0 ? nullptr : workspace(bytes_);
  dnnl::stream& on = stream();
  for (std::size_t i = 0; i < bound_.size(); i++) {
    Bound& each = bound_[i];
    each.onHeap.set_data_handle(places[i]);
    if (!each.reorder) continue;
    each.inside.set_data_handle(working + each.offset);
    if (!each.isOutput) each.reorder->execute(on, each.onHeap, each.inside);
  }
  primitive_.execute(on, arguments_);
  for (Bound& each : bound_) {
    if (each.reorder && each.isOutput) each.reorder->execute(on, each.inside, each.onHeap);
  }
  on.wait();
  release();
}

}  // namespace flowzoo::onednn
