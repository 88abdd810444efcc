#include "index/entry_sorter.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <memory>
#include <span>

namespace proviso::index {
namespace {

constexpr std::uint64_t kLeastMemory = 1u << 20;
constexpr std::size_t kBufferBytes = 1u << 20;
constexpr std::size_t kMaxLabels = 1u << 20;

}  // namespace

EntrySorter::EntrySorter(std::filesystem::path directory, std::uint64_t memory, unsigned threads)
    : directory_(std::move(directory)),
      memory_(std::max(memory, kLeastMemory)),
      threads_(std::max(1u, threads)) {
  // This takes address space only, until it is written to. Growing by doubling would need half as
  // much again.
  entries_.reserve(memory_ / 4 * 3 / sizeof(SortedEntry));
}

std::uint32_t EntrySorter::label_number(std::string_view label) {
  const auto known = label_numbers_.find(label);
  if (known != label_numbers_.end()) return known->second;
  if (labels_.size() >= kMaxLabels)
    throw base::Error(base::ExitCode::data,
                      "more than a million labels: a label is a category, not a name of one entry");
  labels_.emplace_back(label);
  const auto number = static_cast<std::uint32_t>(labels_.size() - 1);
  label_numbers_.emplace(labels_.back(), number);
  return number;
}

void EntrySorter::add(SortedEntry entry, std::string_view id) {
  if (entries_.size() == entries_.capacity() || ids_.size() + id.size() > memory_ / 4) spill();
  entry.text = ids_.size();
  entry.id_bytes = static_cast<std::uint16_t>(id.size());
  ids_ += id;
  entries_.push_back(entry);
  ++size_;
}

bool EntrySorter::before(const SortedEntry& a, std::string_view a_id, const SortedEntry& b,
                         std::string_view b_id) const {
  if (a.section != b.section) return a.section < b.section;
  if (const int order = std::memcmp(a.key.data(), b.key.data(), a.key.size()); order != 0)
    return order < 0;
  if (a_id != b_id) return a_id < b_id;
  if (a.line != b.line) return a.line < b.line;
  if (a.label != b.label) return labels_[a.label] < labels_[b.label];
  if (a.flags != b.flags) return a.flags < b.flags;
  return a.video < b.video;
}

// The entries in as many sorted parts as there are threads.
std::vector<std::span<SortedEntry>> EntrySorter::sort_parts() {
  std::vector<std::span<SortedEntry>> parts;
  const std::size_t each = (entries_.size() + threads_ - 1) / threads_;
  for (std::size_t from = 0; from < entries_.size(); from += each) {
    parts.push_back(std::span(entries_).subspan(from, std::min(each, entries_.size() - from)));
  }
  const auto sort = [this](std::span<SortedEntry> part) {
    std::sort(part.begin(), part.end(), [this](const SortedEntry& a, const SortedEntry& b) {
      return before(a, id_of(a), b, id_of(b));
    });
  };
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < parts.size(); ++i)
    others.push_back(std::async(std::launch::async, sort, parts[i]));
  if (!parts.empty()) sort(parts[0]);
  for (auto& other : others) other.get();
  return parts;
}

struct EntrySorter::Source {
  virtual ~Source() = default;
  virtual bool next() = 0;  // false at the end
  SortedEntry entry;
  std::string_view id;
};

struct EntrySorter::MemorySource : Source {
  MemorySource(const EntrySorter& of, std::span<const SortedEntry> part) : sorter(of), rest(part) {}
  bool next() override {
    if (rest.empty()) return false;
    entry = rest.front();
    id = sorter.id_of(entry);
    rest = rest.subspan(1);
    return true;
  }
  const EntrySorter& sorter;
  std::span<const SortedEntry> rest;
};

// A run: each entry, then its id.
struct EntrySorter::RunSource : Source {
  explicit RunSource(int run) : fd(run) {}
  bool next() override {
    if (!fill(sizeof(SortedEntry))) return false;
    std::memcpy(&entry, buffer.data() + at, sizeof entry);
    at += sizeof entry;
    if (!fill(entry.id_bytes)) throw base::Error(base::ExitCode::io, "a temporary run breaks off");
    id = std::string_view(buffer).substr(at, entry.id_bytes);
    at += entry.id_bytes;
    return true;
  }
  bool fill(std::size_t wanted) {
    if (buffer.size() - at >= wanted) return true;
    buffer.erase(0, at);
    at = 0;
    std::size_t have = buffer.size();
    buffer.resize(std::max(kBufferBytes, wanted));
    while (have < wanted) {
      const ssize_t got =
          ::pread(fd, buffer.data() + have, buffer.size() - have, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) base::throw_errno(errno, "cannot be read", "temporary run");
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
      offset += static_cast<std::uint64_t>(got);
    }
    buffer.resize(have);
    return have >= wanted;
  }
  int fd;
  std::uint64_t offset = 0;
  std::string buffer;
  std::size_t at = 0;
};

void EntrySorter::spill() {
  base::UniqueFd run = base::open_nameless(directory_);
  std::vector<std::unique_ptr<MemorySource>> parts;
  for (const auto& part : sort_parts())
    parts.push_back(std::make_unique<MemorySource>(*this, part));
  std::string buffer;
  // Each part is sorted like a run. The parts are merged into one run here, so that the
  // number of files stays small.
  std::vector<MemorySource*> open;
  for (auto& part : parts) {
    if (part->next()) open.push_back(part.get());
  }
  while (!open.empty()) {
    const auto least =
        std::min_element(open.begin(), open.end(), [this](const Source* a, const Source* b) {
          return before(a->entry, a->id, b->entry, b->id);
        });
    buffer.append(reinterpret_cast<const char*>(&(*least)->entry), sizeof(SortedEntry));
    buffer += (*least)->id;
    if (buffer.size() >= kBufferBytes) {
      base::write_all(run.get(), buffer, "temporary run");
      buffer.clear();
    }
    if (!(*least)->next()) open.erase(least);
  }
  base::write_all(run.get(), buffer, "temporary run");
  runs_.push_back(std::move(run));
  entries_.clear();
  ids_.clear();
}

void EntrySorter::drain(const std::function<void(const SortedEntry&, std::string_view)>& take) {
  std::vector<std::unique_ptr<Source>> sources;
  for (const auto& run : runs_) sources.push_back(std::make_unique<RunSource>(run.get()));
  for (const auto& part : sort_parts())
    sources.push_back(std::make_unique<MemorySource>(*this, part));
  const auto later = [this](const Source* a, const Source* b) {
    return before(b->entry, b->id, a->entry, a->id);
  };
  std::vector<Source*> heap;
  for (auto& source : sources) {
    if (source->next()) heap.push_back(source.get());
  }
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    Source* const least = heap.back();
    take(least->entry, least->id);
    if (least->next())
      std::push_heap(heap.begin(), heap.end(), later);
    else
      heap.pop_back();
  }
  entries_.clear();
  entries_.shrink_to_fit();
  ids_.clear();
}

}  // namespace proviso::index
