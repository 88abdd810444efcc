// Finds texts that were added twice, among any number of them in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace proviso::ledger {

class Doubles {
 public:
  // `directory`: of a nameless file that takes what memory has no room for. `room`: texts that are
  // kept in memory, 16 bytes each.
  explicit Doubles(std::filesystem::path directory, std::size_t room = std::size_t{1} << 20);

  void add(std::string_view text, std::uint64_t place);
  // The places of all texts whose hash another has, ascending: who has the texts compares them.
  // Nothing may be added after. Error(io).
  std::vector<std::uint64_t> suspects();

 private:
  struct Seen {
    std::uint64_t hash = 0, place = 0;
    bool operator<(const Seen& other) const {
      return hash != other.hash ? hash < other.hash : place < other.place;
    }
  };
  class Run;  // one that was written, sorted
  void write_run();

  std::filesystem::path directory_;
  std::size_t room_;
  std::vector<Seen> seen_;
  base::UniqueFd file_;
  std::vector<std::size_t> runs_;  // how many texts each has, in the order of the file
};

}  // namespace proviso::ledger
