#include "gate/parties.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace proviso::gate {
namespace {

namespace dom = simdjson::dom;

auto bad(std::string_view field, std::string_view what) {
  return base::fail("bad_record", fmt::format("field {}: {}", field, what));
}

// What a `secrecy` member says: protected or not; nullopt when it says neither.
std::optional<bool> word_of(dom::element member) {
  std::string_view word;
  if (member.get_string().get(word) != simdjson::SUCCESS) return std::nullopt;
  if (word == "none") return false;
  if (word == "protected") return true;
  return std::nullopt;
}

// Adds one party to what is known. `field` is built for the rare message alone.
template <class Field>
base::Result<void> add_party(std::optional<dom::element> secrecy, std::string_view account,
                             const ProtectedAccounts& accounts, const Field& field, Secrecy& out) {
  if (secrecy) {
    const auto word = word_of(*secrecy);
    if (!word) return bad(field(), "none or protected is expected");
    out.is_protected = out.is_protected || *word;
  }
  const bool looked_up = accounts.present() && !account.empty();
  if (looked_up && accounts.contains(account)) out.is_protected = true;
  if (!secrecy && !looked_up) out.undetermined = true;
  return {};
}

base::Result<bool> has_marker(dom::element labels, const policy::Policy& policy) {
  dom::array array;
  if (labels.get_array().get(array) != simdjson::SUCCESS)
    return bad("labels", "an array of strings is expected");
  const auto& markers = policy.secrecy_markers;
  bool found = false;
  for (const dom::element each : array) {
    std::string_view label;
    if (each.get_string().get(label) != simdjson::SUCCESS)
      return bad("labels", "an array of strings is expected");
    found = found || std::find(markers.begin(), markers.end(), label) != markers.end();
  }
  return found;
}

base::Result<void> add_counterpart(dom::element each, std::size_t place,
                                   const ProtectedAccounts& accounts, Secrecy& out) {
  const auto name = [&](std::string_view member) {
    return fmt::format("counterparts[{}]{}", place, member);
  };
  dom::object party;
  if (each.get_object().get(party) != simdjson::SUCCESS)
    return bad(name(""), "an object is expected");
  std::optional<dom::element> secrecy;
  std::string_view account;
  for (const auto field : party) {
    if (field.key == "secrecy") secrecy = field.value;
    if (field.key == "account" &&
        (field.value.get_string().get(account) != simdjson::SUCCESS || account.empty())) {
      return bad(name(".account"), "a string that is not empty is expected");
    }
  }
  return add_party(
      secrecy, account, accounts, [&] { return name(".secrecy"); }, out);
}

}  // namespace

base::Result<Secrecy> secrecy_of(const Parties& parties, const policy::Policy& policy,
                                 const ProtectedAccounts& accounts) {
  Secrecy out;
  if (auto sender = add_party(
          parties.secrecy, parties.account, accounts, [] { return "secrecy"; }, out);
      !sender) {
    return tl::make_unexpected(sender.error());
  }
  if (parties.labels) {
    const auto marked = has_marker(*parties.labels, policy);
    if (!marked) return tl::make_unexpected(marked.error());
    out.is_protected = out.is_protected || *marked;
  }
  if (!parties.counterparts) {
    // The register does not know the other side; only the item can say what it is.
    if (!parties.secrecy) out.undetermined = true;
    return out;
  }
  dom::array array;
  if (parties.counterparts->get_array().get(array) != simdjson::SUCCESS) {
    return bad("counterparts", "an array of objects is expected");
  }
  std::size_t place = 0;
  for (const dom::element each : array) {
    if (auto added = add_counterpart(each, place++, accounts, out); !added)
      return tl::make_unexpected(added.error());
  }
  return out;
}

}  // namespace proviso::gate
