#include "gate/parties.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::gate {
namespace {

auto bad(std::string_view field, std::string_view what) {
  return base::fail("bad_record", fmt::format("field {}: {}", field, what));
}

// What a `secrecy` member says; nullopt when it is absent.
base::Result<std::optional<bool>> stated(simdjson::dom::object party, std::string_view field) {
  simdjson::dom::element member;
  if (party["secrecy"].get(member) != simdjson::SUCCESS) return std::nullopt;
  std::string_view word;
  if (member.get_string().get(word) == simdjson::SUCCESS) {
    if (word == "none") return std::optional<bool>(false);
    if (word == "protected") return std::optional<bool>(true);
  }
  return bad(field, "none or protected is expected");
}

base::Result<std::optional<std::string_view>> account_of(simdjson::dom::object party, std::string_view field) {
  simdjson::dom::element member;
  if (party["account"].get(member) != simdjson::SUCCESS) return std::nullopt;
  std::string_view account;
  if (member.get_string().get(account) != simdjson::SUCCESS || account.empty()) {
    return bad(field, "a string that is not empty is expected");
  }
  return std::optional<std::string_view>(account);
}

base::Result<bool> has_marker(const ndjson::Record& record, const policy::Policy& policy) {
  const auto labels = record.find("labels");
  if (!labels) return false;
  simdjson::dom::array array;
  if (labels->get_array().get(array) != simdjson::SUCCESS) return bad("labels", "an array of strings is expected");
  bool found = false;
  for (const simdjson::dom::element each : array) {
    std::string_view label;
    if (each.get_string().get(label) != simdjson::SUCCESS) return bad("labels", "an array of strings is expected");
    found = found || std::find(policy.secrecy_markers.begin(), policy.secrecy_markers.end(), label) !=
                         policy.secrecy_markers.end();
  }
  return found;
}

// Adds one party to what is known. `needs_own` is false where the item's own word already speaks for it.
base::Result<void> add_party(simdjson::dom::object party, std::string_view name, const ProtectedAccounts& accounts,
                             Secrecy& out) {
  const auto word = stated(party, fmt::format("{}.secrecy", name));
  if (!word) return tl::make_unexpected(word.error());
  const auto account = account_of(party, fmt::format("{}.account", name));
  if (!account) return tl::make_unexpected(account.error());
  if (word->value_or(false)) out.is_protected = true;
  if (*account && accounts.contains(**account)) out.is_protected = true;
  if (!*word && !(accounts.present() && *account)) out.undetermined = true;
  return {};
}

}  // namespace

base::Result<Secrecy> secrecy_of(const ndjson::Record& record, const policy::Policy& policy,
                                 const ProtectedAccounts& accounts) {
  Secrecy out;
  if (auto sender = add_party(record.root(), "item", accounts, out); !sender) {
    return tl::make_unexpected(sender.error());
  }
  const auto marked = has_marker(record, policy);
  if (!marked) return tl::make_unexpected(marked.error());
  if (*marked) out.is_protected = true;

  const auto counterparts = record.find("counterparts");
  if (!counterparts) {
    // The other side is unknown to the register; only the item's own word can speak for it.
    if (!record.has("secrecy")) out.undetermined = true;
    return out;
  }
  simdjson::dom::array array;
  if (counterparts->get_array().get(array) != simdjson::SUCCESS) {
    return bad("counterparts", "an array of objects is expected");
  }
  std::size_t place = 0;
  for (const simdjson::dom::element each : array) {
    simdjson::dom::object party;
    const std::string name = fmt::format("counterparts[{}]", place++);
    if (each.get_object().get(party) != simdjson::SUCCESS) return bad(name, "an object is expected");
    if (auto added = add_party(party, name, accounts, out); !added) return tl::make_unexpected(added.error());
  }
  return out;
}

}  // namespace proviso::gate
