#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "threads.h"

namespace flowzoo::threads {
namespace {

using Clock = std::chrono::steady_clock;

/** How long a thread looks for work before it sleeps: most gaps between two kernels of tfjs are shorter. */
constexpr auto AWAKE = std::chrono::microseconds(200);

/** Work that comes so soon after other work is likely to be followed by more. */
constexpr auto SOON = std::chrono::microseconds(100);

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/** Looks until `holds` or the time is over; says which. */
template <typename Holds>
bool watch(const Holds& holds) {
  const auto end = Clock::now() + AWAKE;
  do {
    for (int i = 0; i < 32; i++) {
      if (holds()) return true;
      pause();
    }
  } while (Clock::now() < end);
  return holds();
}

class Pool {
 public:
  explicit Pool(int helpers) {
    // Threads inherit what is blocked: no signal of the program is theirs.
    holdSignals();
    for (int i = 0; i < helpers; i++) helpers_.emplace_back([this] { help(); });
  }

  ~Pool() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& each : helpers_) each.join();
  }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int helpers() const { return static_cast<int>(helpers_.size()); }

  void share(Sharing how, const std::function<void(int)>& run) {
    const int parts = how.parts;
    run_ = &run;
    fault_ = nullptr;
    left_.store(parts);
    round_++;
    ticket_.store(ticketOf(round_, parts, 0));
    if (asleep_.load() > 0 && (how.wakes || Clock::now() - last_ < SOON)) {
      { const std::lock_guard<std::mutex> lock(mutex_); }
      wake_.notify_all();
    }
    while (takePart()) {
    }
    if (!watch([this] { return left_.load() == 0; })) {
      // Whoever has the last part may want this core.
      std::unique_lock<std::mutex> lock(mutex_);
      done_.wait(lock, [this] { return left_.load() == 0; });
    }
    last_ = Clock::now();
    if (fault_ != nullptr) std::rethrow_exception(fault_);
  }

 private:
  // Round, number of parts and next part in one word: a part is taken from the round that it was seen in, or not at all.
  static std::uint64_t ticketOf(std::uint32_t round, int parts, int next) {
    return std::uint64_t{round} << 32 | static_cast<std::uint64_t>(parts) << 16 | static_cast<std::uint64_t>(next);
  }
  static int nextOf(std::uint64_t ticket) { return static_cast<int>(ticket & 0xffff); }
  static bool isOpen(std::uint64_t ticket) { return nextOf(ticket) < static_cast<int>(ticket >> 16 & 0xffff); }

  /** Runs one part that nobody has begun; false when there is none. */
  bool takePart() {
    std::uint64_t ticket = ticket_.load();
    do {
      if (!isOpen(ticket)) return false;
    } while (!ticket_.compare_exchange_weak(ticket, ticket + 1));
    try {
      (*run_)(nextOf(ticket));
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (fault_ == nullptr) fault_ = std::current_exception();
    }
    if (left_.fetch_sub(1) == 1) {
      { const std::lock_guard<std::mutex> lock(mutex_); }
      done_.notify_all();
    }
    return true;
  }

  void help() {
    while (!stop_.load()) {
      if (takePart()) continue;
      if (watch([this] { return stop_.load() || isOpen(ticket_.load()); })) continue;
      std::unique_lock<std::mutex> lock(mutex_);
      asleep_++;
      wake_.wait(lock, [this] { return stop_.load() || isOpen(ticket_.load()); });
      asleep_--;
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::atomic<std::uint64_t> ticket_{0};
  std::atomic<int> left_{0};
  std::atomic<int> asleep_{0};
  std::atomic<bool> stop_{false};
  std::uint32_t round_ = 0;
  /** When the last work was done. */
  Clock::time_point last_{};
  const std::function<void(int)>* run_ = nullptr;
  std::exception_ptr fault_;
  std::vector<std::thread> helpers_;
};

}  // namespace

void share(Sharing how, const std::function<void(int)>& run) {
  thread_local std::unique_ptr<Pool> pool;
  const int helpers = allowed() - 1;
  if (helpers > 0 && (pool == nullptr || pool->helpers() != helpers)) {
    pool.reset();
    pool = std::make_unique<Pool>(helpers);
  }
  if (helpers == 0 || how.parts < 2) {
    for (int i = 0; i < how.parts; i++) run(i);
    return;
  }
  pool->share(how, run);
}

}  // namespace flowzoo::threads
