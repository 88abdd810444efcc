// Sorts any number of entries in bounded memory: entries that do not fit are written as sorted runs
// to files without names, and merged.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "index/list.h"

namespace proviso::index {

// One hash of one entry. The order is by section, key, id (by line if there is none), label and
// flags, so it does not depend on the order of the input.
struct SortedEntry {
  std::array<std::byte, 32> key{};  // the hash in the order of its hex text, then zeros
  std::uint64_t text = 0;           // where the id begins; private to the sorter
  std::uint32_t section = 0;
  std::uint32_t line = 0;
  std::uint32_t label = 0;  // number of label()
  std::uint32_t video = 0;  // of a frame: the number of its video in the order added
  std::uint16_t id_bytes = 0;
  std::uint16_t flags = 0;  // kSuspended
  std::uint32_t reserved = 0;
};
static_assert(sizeof(SortedEntry) == 64);

constexpr std::uint64_t kDefaultSortBytes = 1536u << 20;

class EntrySorter {
 public:
  // `directory` is for the runs. Uses `memory` bytes, but at least 1 MiB.
  EntrySorter(std::filesystem::path directory, std::uint64_t memory, unsigned threads);

  std::uint32_t label_number(std::string_view label);
  const std::string& label(std::uint32_t number) const { return labels_[number]; }
  void add(SortedEntry, std::string_view id);
  std::uint64_t size() const { return size_; }
  std::size_t runs() const { return runs_.size(); }

  // Calls `take` with each entry and its id, in order. Call it once, at the end.
  void drain(const std::function<void(const SortedEntry&, std::string_view id)>& take);

 private:
  struct Source;
  struct MemorySource;
  struct RunSource;
  bool before(const SortedEntry& a, std::string_view a_id, const SortedEntry& b,
              std::string_view b_id) const;
  std::string_view id_of(const SortedEntry& entry) const {
    return std::string_view(ids_).substr(entry.text, entry.id_bytes);
  }
  std::vector<std::span<SortedEntry>> sort_parts();
  void spill();

  std::filesystem::path directory_;
  std::uint64_t memory_;
  unsigned threads_;
  std::uint64_t size_ = 0;
  std::vector<SortedEntry> entries_;
  std::string ids_;
  std::vector<std::string> labels_;
  std::map<std::string, std::uint32_t, std::less<>> label_numbers_;
  std::vector<base::UniqueFd> runs_;
};

}  // namespace proviso::index
