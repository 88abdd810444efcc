// What a record says of its item, read once and checked: the only part of scope-check that looks at
// the record.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/content_kind.h"
#include "gate/protected_accounts.h"
#include "law/instrument.h"
#include "ndjson/record.h"
#include "policy/policy.h"

namespace proviso::gate {

// Of all parties of an item (HU-05).
struct Secrecy {
  bool is_protected = false;
  bool undetermined = false;
};

// Views live as long as the record.
struct ItemFacts {
  std::string_view id, service, account, path, evidence;
  const policy::Service* declared = nullptr;  // the service in the policy; null: none of that name
  std::array<char, 2> region{};               // ISO 3166 alpha-2, or EU
  std::optional<base::Instant> sent_at;
  base::ContentKind kind = base::ContentKind::file;
  std::uint64_t bytes = 0;
  bool e2ee = false;            // the item's own word
  bool has_indicators = false;  // the member is there
  bool derived = false;         // and not empty
  Secrecy secrecy;
  std::optional<law::Refusal>
      text;  // why a record of text, or with indicators, may not travel (SC-05, TE-04)

  std::string_view region_code() const { return {region.data(), region.size()}; }
  // Items with the same key are decided alike, on the same day under the same policy and law;
  // nullopt: decide each.
  std::optional<std::uint64_t> key(const policy::Policy&) const;
};

// Item error bad_record, with the field and what was expected: a missing or mistyped member, or one
// that only a stage writes.
base::Result<ItemFacts> read_facts(const ndjson::Record&, const policy::Policy&,
                                   const law::Resolved&, const ProtectedAccounts&);

}  // namespace proviso::gate
