#include "ndjson/worker_pool.h"

namespace proviso::ndjson {

WorkerPool::WorkerPool(unsigned jobs) {
  for (unsigned worker = 1; worker < jobs; ++worker) {
    threads_.emplace_back([this, worker] { serve(worker); });
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  begin_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void WorkerPool::run(std::size_t items, const std::function<void(std::size_t, unsigned)>& work) {
  {
    const std::lock_guard lock(mutex_);
    items_ = items;
    work_ = &work;
    next_ = 0;
    failure_ = nullptr;
    busy_ = static_cast<unsigned>(threads_.size());
    ++round_;
  }
  begin_.notify_all();
  drain(0);
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
  if (failure_) std::rethrow_exception(failure_);
}

void WorkerPool::serve(unsigned worker) {
  std::uint64_t seen = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      begin_.wait(lock, [&] { return ending_ || round_ != seen; });
      if (ending_) return;
      seen = round_;
    }
    drain(worker);
    {
      const std::lock_guard lock(mutex_);
      --busy_;
    }
    done_.notify_one();
  }
}

void WorkerPool::drain(unsigned worker) {
  for (;;) {
    const std::size_t item = next_.fetch_add(1);
    if (item >= items_) return;
    try {
      (*work_)(item, worker);
    } catch (...) {  // run() rethrows it in the thread that called it
      const std::lock_guard lock(mutex_);
      if (!failure_ || item < failed_item_) {
        failure_ = std::current_exception();
        failed_item_ = item;
      }
      next_ = items_;
      return;
    }
  }
}

}  // namespace proviso::ndjson
