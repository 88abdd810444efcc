#include "stage/record_count.h"

namespace proviso::stage {

RecordCount count_of(const ndjson::Record& record, const gate::ScopeMember& scope) {
  RecordCount count;
  count.run = scope.run;
  count.key.side = ledger::CountSide::out;
  count.key.service = record.text("service");
  count.key.region = record.text("region");
  count.key.kind = record.text("hash.kind");
  if (count.key.kind.empty()) count.key.kind = record.text("content.kind");
  const auto bytes = record.unsigned_integer("hash.bytes");
  if (bytes) count.bytes = bytes->value_or(0);
  return count;
}

std::optional<RecordCount> count_of(const ndjson::Record& record, const ndjson::SealKey& key,
                                    bool rehearsal) {
  if (!ndjson::verify_seals(record, {"scope"}, key)) return std::nullopt;
  const auto scope = gate::read_scope(record);
  if (!scope || scope->rehearsal != rehearsal) return std::nullopt;
  return count_of(record, *scope);
}

}  // namespace proviso::stage
