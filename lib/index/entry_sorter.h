// Sorts any number of entries in bounded memory: what does not fit is written as sorted runs to
// files without names, and merged.
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

// One hash of one entry. The order: section, key, id (by line where there is none), label, flags;
// nothing of the input's order shows.
struct SortedEntry {
  std::array<std::byte, 32> key{};  // the hash as its hex text runs, zeros behind
  std::uint64_t text = 0;           // where the id begins; of the sorter alone
  std::uint32_t section = 0;
  std::uint32_t line = 0;
  std::uint32_t label = 0;  // number of label()
  std::uint32_t video = 0;  // of a frame: number of its video as added
  std::uint16_t id_bytes = 0;
  std::uint16_t flags = 0;  // kSuspended
  std::uint32_t reserved = 0;
};
static_assert(sizeof(SortedEntry) == 64);

constexpr std::uint64_t kDefaultSortBytes = 1536u << 20;

class EntrySorter {
 public:
  // `directory`: for the runs. At least 1 MiB of memory is used whatever `memory` says.
  EntrySorter(std::filesystem::path directory, std::uint64_t memory, unsigned threads);

  std::uint32_t label_number(std::string_view label);
  const std::string& label(std::uint32_t number) const { return labels_[number]; }
  void add(SortedEntry, std::string_view id);
  std::uint64_t size() const { return size_; }
  std::size_t runs() const { return runs_.size(); }

  // Calls `take` with each entry and its id, in order; once, at the end.
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
