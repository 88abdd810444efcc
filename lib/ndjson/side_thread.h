// A thread beside the one that decides, private to this room.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "base/file.h"

namespace proviso::ndjson {

// Does one piece of work at a time. Used by one thread.
class SideThread {
 public:
  SideThread() = default;
  ~SideThread();  // waits for the work
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;

  // Begins the work, when there is none. The thread is made at the first call.
  void start(std::function<void()> work);
  // Between start() and finish().
  bool running() const { return running_; }
  // True if finish() would not wait.
  bool done();
  // Readable once the work is done; -1 when there is none.
  int done_fd() const { return running_ ? done_fd_.get() : -1; }
  // Waits for the work, if there is any, and throws what it threw.
  void finish();

 private:
  void begin_thread();
  void serve();

  bool running_ = false;
  base::UniqueFd done_fd_;
  std::thread thread_;

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::function<void()> work_;  // null: there is none, or it is done
  std::exception_ptr failure_;
  bool ending_ = false;
};

}  // namespace proviso::ndjson
