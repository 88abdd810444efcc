#include "ledger/doubles.h"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <queue>
#include <span>
#include <utility>

namespace proviso::ledger {
namespace {

constexpr std::size_t kReadAtOnce = 4096;  // texts of a run

}  // namespace

// Reads the texts of a run in turn.
class Doubles::Run {
 public:
  Run(int file, std::size_t first, std::size_t count) : file_(file), next_(first), left_(count) {
    fill();
  }
  bool is_at_end() const { return at_ == read_.size(); }
  const Seen& front() const { return read_[at_]; }
  void pop() {
    if (++at_ == read_.size()) fill();
  }

 private:
  void fill() {
    const std::size_t count = std::min(left_, kReadAtOnce);
    read_.resize(count);
    at_ = 0;
    const auto bytes = std::as_writable_bytes(std::span(read_));
    if (base::read_at(file_, next_ * sizeof(Seen), bytes) !=
        static_cast<std::int64_t>(bytes.size()))
      base::throw_errno(errno, "cannot be read back", "a temporary file");
    next_ += count;
    left_ -= count;
  }

  int file_;
  std::size_t next_, left_;
  std::vector<Seen> read_;
  std::size_t at_ = 0;
};

Doubles::Doubles(std::filesystem::path directory, std::size_t room)
    : directory_(std::move(directory)), room_(room) {}

void Doubles::add(std::string_view text, std::uint64_t place) {
  seen_.push_back({std::hash<std::string_view>()(text), place});
  if (seen_.size() == room_) write_run();
}

void Doubles::write_run() {
  std::sort(seen_.begin(), seen_.end());
  if (!file_) file_ = base::open_nameless(directory_);
  base::write_all(file_.get(),
                  {reinterpret_cast<const char*>(seen_.data()), seen_.size() * sizeof(Seen)},
                  "a temporary file");
  runs_.push_back(seen_.size());
  seen_.clear();
}

std::vector<std::uint64_t> Doubles::suspects() {
  std::vector<std::uint64_t> found;
  Seen last;
  bool any = false;
  bool told = false;
  const auto take = [&](const Seen& seen) {
    const bool again = any && seen.hash == last.hash;
    if (again && !told) found.push_back(last.place);
    if (again) found.push_back(seen.place);
    told = again;
    any = true;
    last = seen;
  };
  if (runs_.empty()) {  // it all had room
    std::sort(seen_.begin(), seen_.end());
    std::for_each(seen_.begin(), seen_.end(), take);
  } else {
    write_run();
    std::vector<Run> runs;
    std::size_t first = 0;
    for (const std::size_t count : runs_) {
      runs.emplace_back(file_.get(), first, count);
      first += count;
    }
    const auto later = [](const Run* a, const Run* b) { return b->front() < a->front(); };
    std::priority_queue<Run*, std::vector<Run*>, decltype(later)> next(later);
    for (Run& run : runs) {
      if (!run.is_at_end()) next.push(&run);
    }
    while (!next.empty()) {
      Run* const run = next.top();
      next.pop();
      take(run->front());
      run->pop();
      if (!run->is_at_end()) next.push(run);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace proviso::ledger
