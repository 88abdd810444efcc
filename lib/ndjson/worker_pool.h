// Threads that run one function over the items of a batch, private to this room.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace proviso::ndjson {

class WorkerPool {
 public:
  // The calling thread is worker 0; `jobs` - 1 threads are made.
  explicit WorkerPool(unsigned jobs);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Calls work(item, worker) for each item in [0, items), in any order; returns when all are done.
  // If one throws, no further item begins, and run() throws the exception of the lowest item.
  void run(std::size_t items, const std::function<void(std::size_t, unsigned)>& work);

 private:
  void serve(unsigned worker);
  void drain(unsigned worker);

  std::mutex mutex_;
  std::condition_variable begin_, done_;
  std::uint64_t round_ = 0;
  unsigned busy_ = 0;
  bool ending_ = false;
  std::size_t items_ = 0;
  const std::function<void(std::size_t, unsigned)>* work_ = nullptr;
  std::atomic<std::size_t> next_{0};
  std::exception_ptr failure_;
  std::size_t failed_item_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace proviso::ndjson
