#include "stage/hash/file_hashes.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/stop.h"

namespace proviso::stage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAhead = 512;  // files a job may be ahead of the one that is written next
constexpr std::size_t kWriteBytes = 256u << 10;  // lines are written together

base::Result<ContentHash> hash_one(const fs::path& path, HashFormat format,
                                   const std::optional<fs::path>& spool,
                                   const ContentWanted& wanted, media::Decoder& decoder) {
  const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd)
    return base::fail(errno == ENOENT ? "content_gone" : "content_unreadable",
                      std::strerror(errno));
  if (spool) {  // where the open file is, not where its name led a moment ago
    std::error_code error;
    const fs::path real = fs::read_symlink(fmt::format("/proc/self/fd/{}", fd.get()), error);
    if (error)
      return base::fail("content_unreadable",
                        "it cannot be told whether the file lies in the spool");
    const auto [end, rest] = std::mismatch(spool->begin(), spool->end(), real.begin(), real.end());
    if (end == spool->end())
      return base::fail("no_permission", "the file lies in the spool: only the stream may read it");
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return base::fail("content_unreadable", "not a regular file");
  if (format == HashFormat::hashdeep && path.string().find_first_of("\r\n") != std::string::npos) {
    return base::fail("unsupported",
                      "hashdeep's form has no way to write a name with a line break");
  }
  const auto kind = kind_of(fd.get());
  if (!kind) return tl::make_unexpected(kind.error());
  return hash_content(fd.get(), *kind, wanted, decoder);
}

// What the jobs share. They take files in turn and hand in their lines; the job that hands in the
// next line in order writes.
class Queue {
 public:
  Queue(FileWalk& walk, const FileHashSettings& settings, int output, ndjson::StreamCounts& counts)
      : walk_(walk),
        settings_(settings),
        output_(output),
        counts_(counts),
        text_(header_of(settings.format, settings.wanted.digests)) {}

  struct Job {
    std::uint64_t number = 0;
    fs::path path;
  };

  std::optional<Job> take() {
    const std::lock_guard walking(
        walk_mutex_);  // reading a name may take long, and lines are written meanwhile
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return done_ || taken_ - written_ < kAhead; });
      if (done_) return std::nullopt;
    }
    auto path = base::stop_requested ? std::nullopt : walk_.next();
    const std::lock_guard lock(mutex_);
    if (base::stop_requested) stopped_ = true;
    if (!path || stopped_) return std::nullopt;
    waiting_.emplace_back();
    return Job{taken_++, std::move(*path)};
  }

  void give(const Job& job, const base::Result<ContentHash>& result) {
    Line line{line_of(settings_.format, job.path, result), job.path, std::nullopt,
              result ? result->digests.bytes : 0};
    if (!result) line.error = result.error();
    if (const std::size_t unread = result ? unread_leaves(*result) : 0; unread != 0) {
      line.error = base::ItemError{"unread_member",
                                   fmt::format("{} of the files inside could not be read", unread),
                                   false,
                                   {},
                                   {}};
    }
    const std::lock_guard lock(mutex_);
    waiting_[static_cast<std::size_t>(job.number - written_)] = std::move(line);
    while (!waiting_.empty() && waiting_.front()) {
      const Line& first = *waiting_.front();
      text_ += first.text;
      ++counts_.records;
      ++counts_.lines;
      counts_.bytes += first.bytes;
      first.error ? ++counts_.errors : ++counts_.passed;
      if (first.error) settings_.on_error(first.path, *first.error);
      waiting_.pop_front();
      ++written_;
    }
    if (text_.size() >= kWriteBytes || waiting_.empty()) flush();
    settings_.on_progress(written_);
    changed_.notify_all();
  }

  // Called by any job: ends the run; finish() rethrows.
  void fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    done_ = true;
    changed_.notify_all();
  }

  void finish() {
    if (error_) std::rethrow_exception(error_);
    flush();
  }

  bool stopped() const { return stopped_; }

 private:
  struct Line {
    std::string text;
    fs::path path;
    std::optional<base::ItemError> error;
    std::uint64_t bytes = 0;
  };

  void flush() {
    const int failure = done_ ? 0 : base::try_write_all(output_, text_);
    text_.clear();
    if (failure == EPIPE) {
      done_ = true;  // the reader closed the pipe: ends quietly
    } else if (failure != 0) {
      base::throw_errno(failure, "cannot be written", "standard output");
    }
  }

  FileWalk& walk_;
  const FileHashSettings& settings_;
  int output_;
  ndjson::StreamCounts& counts_;
  std::mutex walk_mutex_;  // locked before the other
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::optional<Line>> waiting_;  // from file number written_ on
  std::uint64_t taken_ = 0, written_ = 0;
  std::string text_;
  bool done_ = false, stopped_ = false;
  std::exception_ptr error_;
};

}  // namespace

base::ExitCode hash_files(FileWalk& walk, const FileHashSettings& settings, int output,
                          ndjson::StreamCounts& counts) {
  std::optional<fs::path> spool;
  if (settings.spool) {
    std::error_code ignored;
    spool = fs::weakly_canonical(*settings.spool, ignored);
  }
  Queue queue(walk, settings, output, counts);
  const auto work = [&] {
    try {
      media::Decoder decoder(settings.limits);
      while (const auto job = queue.take())
        queue.give(*job, hash_one(job->path, settings.format, spool, settings.wanted, decoder));
    } catch (...) {
      queue.fail(std::current_exception());
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < settings.jobs; ++i) threads.emplace_back(work);
    work();
  }
  queue.finish();
  if (queue.stopped()) {
    throw base::Error(
        base::ExitCode::temp_fail,
        fmt::format("stopped by a signal after {} files: the list is not whole", counts.records),
        "standard output");
  }
  return counts.errors == 0 ? base::ExitCode::ok : base::ExitCode::records_failed;
}

}  // namespace proviso::stage
