// Plans by their shapes, the least recently used one forgotten first.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <utility>

namespace flowzoo {

/** At most `capacity` plans; keys are compared by `==`. A null plan says that there is none for its key. */
template <typename Key, typename Plan>
class PlanCache {
 public:
  explicit PlanCache(std::size_t capacity) : capacity_(capacity) {}

  /** The plan of a key, made by `make` (which answers a unique_ptr, null for none) when it is new. */
  template <typename Make>
  Plan* find(const Key& key, Make make) {
    for (auto each = plans_.begin(); each != plans_.end(); ++each) {
      if (!(each->first == key)) continue;
      plans_.splice(plans_.begin(), plans_, each);
      return plans_.front().second.get();
    }
    std::unique_ptr<Plan> made = make();
    plans_.emplace_front(key, std::move(made));
    if (plans_.size() > capacity_) plans_.pop_back();
    return plans_.front().second.get();
  }

 private:
  std::size_t capacity_;
  // A training step has some dozens of shapes, and those that follow each other are near the front.
  std::list<std::pair<Key, std::unique_ptr<Plan>>> plans_;
};

}  // namespace flowzoo
