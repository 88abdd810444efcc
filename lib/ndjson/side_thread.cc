#include "ndjson/side_thread.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace proviso::ndjson {

SideThread::~SideThread() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// Signals are for the thread that reads, whose waits they end.
void SideThread::begin_thread() {
  done_fd_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!done_fd_) base::throw_errno(errno, "cannot be made", "event of a thread");
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { serve(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void SideThread::start(std::function<void()> work) {
  if (!thread_.joinable()) begin_thread();
  {
    const std::lock_guard lock(mutex_);
    work_ = std::move(work);
  }
  running_ = true;
  changed_.notify_all();
}

bool SideThread::done() {
  const std::lock_guard lock(mutex_);
  return !work_;
}

void SideThread::finish() {
  if (!running_) return;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !work_; });
  running_ = false;
  std::uint64_t times = 0;
  [[maybe_unused]] const ssize_t got = ::read(done_fd_.get(), &times, sizeof times);
  if (auto failure = std::exchange(failure_, nullptr)) std::rethrow_exception(failure);
}

void SideThread::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || work_; });
    if (!work_) return;
    lock.unlock();
    std::exception_ptr failure;
    try {
      work_();
    } catch (...) {  // finish() rethrows it in the thread that decides
      failure = std::current_exception();
    }
    lock.lock();
    failure_ = std::move(failure);
    work_ = nullptr;
    const std::uint64_t once = 1;
    [[maybe_unused]] const ssize_t put = ::write(done_fd_.get(), &once, sizeof once);
    changed_.notify_all();
  }
}

}  // namespace proviso::ndjson
