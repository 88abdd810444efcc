#include "ledger/words.h"

#include <array>
#include <cstddef>
#include <span>

namespace proviso::ledger {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 3> kVerdicts{"confirm", "confirm-as-new", "reject"};
constexpr std::array<std::string_view, 7> kStates{
    "pending", "suspected", "confirmed", "confirmed-as-new", "rejected", "reported", "purged"};
constexpr std::array<std::string_view, 2> kReasons{"expired", "rejected"};
constexpr std::array<std::string_view, 3> kActs{"oversee", "halt", "resume"};
constexpr std::array<std::string_view, 4> kRoles{"sending", "receiving", "soliciting", "solicited"};
constexpr std::array<std::string_view, 3> kSides{"dropped", "in", "out"};
constexpr std::array<std::string_view, 8> kOutcomes{"admitted", "content_gone",  "erased",
                                                    "error",    "kind_mismatch", "refused",
                                                    "replayed", "stored"};

template <class Word>
std::optional<Word> find(std::span<const std::string_view> words, std::string_view text) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return static_cast<Word>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Verdict word) { return kVerdicts.at(static_cast<std::size_t>(word)); }
std::string_view to_string(CaseState word) { return kStates.at(static_cast<std::size_t>(word)); }
std::string_view to_string(PurgeReason word) { return kReasons.at(static_cast<std::size_t>(word)); }
std::string_view to_string(OversightAct word) { return kActs.at(static_cast<std::size_t>(word)); }
std::string_view to_string(AccountRole word) { return kRoles.at(static_cast<std::size_t>(word)); }
std::string_view to_string(CountSide word) { return kSides.at(static_cast<std::size_t>(word)); }
std::string_view to_string(CountOutcome word) {
  return kOutcomes.at(static_cast<std::size_t>(word));
}

template <>
std::optional<Verdict> parse(std::string_view text) {
  return find<Verdict>(kVerdicts, text);
}
template <>
std::optional<CaseState> parse(std::string_view text) {
  return find<CaseState>(kStates, text);
}
template <>
std::optional<PurgeReason> parse(std::string_view text) {
  return find<PurgeReason>(kReasons, text);
}
template <>
std::optional<OversightAct> parse(std::string_view text) {
  return find<OversightAct>(kActs, text);
}
template <>
std::optional<AccountRole> parse(std::string_view text) {
  return find<AccountRole>(kRoles, text);
}
template <>
std::optional<CountSide> parse(std::string_view text) {
  return find<CountSide>(kSides, text);
}
template <>
std::optional<CountOutcome> parse(std::string_view text) {
  return find<CountOutcome>(kOutcomes, text);
}
template <>
std::optional<base::MaterialClass> parse(std::string_view text) {
  using base::MaterialClass;
  for (const MaterialClass word :
       {MaterialClass::known, MaterialClass::new_material, MaterialClass::solicitation}) {
    if (to_string(word) == text) return word;
  }
  return std::nullopt;
}

}  // namespace proviso::ledger
