// One line of the entries: the common members in their order, then the fact's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "ledger/ledger.h"

namespace proviso::ledger {

// Without the newline: these bytes are the leaf of the Merkle tree.
std::string line_of(std::uint64_t index, base::Instant, const Entry&, std::string_view event_id);

// The members that all entries have, of a line that was read; valid until the next is.
struct CommonMembers {
  std::optional<std::uint64_t> number;
  std::string_view time, tool, run, event, id;
};

// nullopt for what is not a JSON object. Of members that have the same name the first counts.
std::optional<CommonMembers> common_members(std::string_view line);

// Error(data) for a line that is not one JSON object. Common members that are missing stay empty;
// audit reports them.
StoredEntry entry_of(std::uint64_t index, std::string_view line);
StoredEntry entry_of(std::uint64_t index, std::string_view line, const CommonMembers&);

// What all lines of a log keep, told line by line: its number, and time that never goes back but
// for clock.corrected. It names where a log was changed, which the root alone does not.
class Order {
 public:
  // What is wrong with a line that is read where entry `index` is expected.
  std::optional<std::string> fault_of(std::uint64_t index, const std::optional<CommonMembers>&);

 private:
  std::optional<base::Instant> last_;
};

}  // namespace proviso::ledger
