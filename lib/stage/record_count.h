// What a record counts as in the ledger, for match and retain alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gate/item_scope.h"
#include "ledger/counts.h"
#include "ndjson/record.h"
#include "ndjson/seal.h"

namespace proviso::stage {

struct RecordCount {
  std::string run;
  // Side "out", with service, region and kind: the detected one, or as declared where the record
  // was not hashed. Outcome and reason are left to the stage.
  ledger::CountKey key;
  std::uint64_t bytes = 0;
};

// Of a record whose scope member was verified.
RecordCount count_of(const ndjson::Record&, const gate::ScopeMember&);
// Verifies the scope seal first. nullopt if it does not verify, or is of the other mode
// (production, rehearsal): the record is not trusted and not counted.
std::optional<RecordCount> count_of(const ndjson::Record&, const ndjson::SealKey&, bool rehearsal);

}  // namespace proviso::stage
