#include "ledger/words.h"

#include <cstddef>

namespace proviso::ledger {
namespace {

template <class Value, std::size_t N>
using Words = std::array<base::Word<Value>, N>;

constexpr Words<PurgeReason, 2> kReasons{
    {{PurgeReason::expired, "expired"}, {PurgeReason::rejected, "rejected"}}};
constexpr Words<OversightAct, 3> kActs{{{OversightAct::oversee, "oversee"},
                                        {OversightAct::halt, "halt"},
                                        {OversightAct::resume, "resume"}}};
constexpr Words<AccountRole, 4> kRoles{{{AccountRole::sending, "sending"},
                                        {AccountRole::receiving, "receiving"},
                                        {AccountRole::soliciting, "soliciting"},
                                        {AccountRole::solicited, "solicited"}}};
constexpr Words<DocumentKind, 4> kKinds{{{DocumentKind::policy, "policy"},
                                         {DocumentKind::instrument, "instrument"},
                                         {DocumentKind::dpia, "dpia"},
                                         {DocumentKind::notice, "notice"}}};
constexpr Words<CountSide, 3> kSides{
    {{CountSide::dropped, "dropped"}, {CountSide::in, "in"}, {CountSide::out, "out"}}};
constexpr Words<CountOutcome, 8> kOutcomes{{{CountOutcome::admitted, "admitted"},
                                            {CountOutcome::content_gone, "content_gone"},
                                            {CountOutcome::erased, "erased"},
                                            {CountOutcome::error, "error"},
                                            {CountOutcome::kind_mismatch, "kind_mismatch"},
                                            {CountOutcome::refused, "refused"},
                                            {CountOutcome::replayed, "replayed"},
                                            {CountOutcome::stored, "stored"}}};

}  // namespace

std::string_view to_string(Verdict v) { return base::word_of(kVerdicts, v); }
std::string_view to_string(CaseState v) { return base::word_of(kCaseStates, v); }
std::string_view to_string(PurgeReason v) { return base::word_of(kReasons, v); }
std::string_view to_string(OversightAct v) { return base::word_of(kActs, v); }
std::string_view to_string(AccountRole v) { return base::word_of(kRoles, v); }
std::string_view to_string(DocumentKind v) { return base::word_of(kKinds, v); }
std::string_view to_string(CountSide v) { return base::word_of(kSides, v); }
std::string_view to_string(CountOutcome v) { return base::word_of(kOutcomes, v); }

template <>
std::optional<Verdict> parse(std::string_view text) {
  return base::value_of(kVerdicts, text);
}
template <>
std::optional<CaseState> parse(std::string_view text) {
  return base::value_of(kCaseStates, text);
}
template <>
std::optional<PurgeReason> parse(std::string_view text) {
  return base::value_of(kReasons, text);
}
template <>
std::optional<AccountRole> parse(std::string_view text) {
  return base::value_of(kRoles, text);
}
template <>
std::optional<DocumentKind> parse(std::string_view text) {
  return base::value_of(kKinds, text);
}
template <>
std::optional<CountSide> parse(std::string_view text) {
  return base::value_of(kSides, text);
}
template <>
std::optional<CountOutcome> parse(std::string_view text) {
  return base::value_of(kOutcomes, text);
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
