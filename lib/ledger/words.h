// The words of entries as enumerations. to_string() returns the word that is written; parse() reads
// exactly that word, nullopt for any other: no other spelling was ever written.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "base/words.h"

namespace proviso::ledger {

// What a reviewer says of a case.
enum class Verdict { confirm, confirm_as_new, reject };
constexpr std::array<base::Word<Verdict>, 3> kVerdicts{{{Verdict::confirm, "confirm"},
                                                        {Verdict::confirm_as_new, "confirm-as-new"},
                                                        {Verdict::reject, "reject"}}};

// The states of a case. `pending` is of the vault alone: no entry has it.
enum class CaseState {
  pending,
  suspected,
  confirmed,
  confirmed_as_new,
  rejected,
  reported,
  purged
};
constexpr std::array<base::Word<CaseState>, 7> kCaseStates{
    {{CaseState::pending, "pending"},
     {CaseState::suspected, "suspected"},
     {CaseState::confirmed, "confirmed"},
     {CaseState::confirmed_as_new, "confirmed-as-new"},
     {CaseState::rejected, "rejected"},
     {CaseState::reported, "reported"},
     {CaseState::purged, "purged"}}};

// Why a case was destroyed: its time was over, or its hit was rejected.
enum class PurgeReason { expired, rejected };

// What a person with the oversight role signs.
enum class OversightAct { oversee, halt, resume };

// What the account holder of an item did.
enum class AccountRole { sending, receiving, soliciting, solicited };

// What a document is that the ledger keeps for an entry.
enum class DocumentKind { policy, instrument, dpia, notice };

// Double entry: what scope-check let in, what a stage dropped, what came out. The enumerators of
// both are in the order of their words, in which the rows of an entry are sorted.
enum class CountSide { dropped, in, out };
enum class CountOutcome {
  admitted,       // scope-check let it in
  content_gone,   // the spool had no such file (any more)
  erased,         // not a hit: its file was unlinked
  error,          // could not be processed
  kind_mismatch,  // out of scope by what its bytes are
  refused,        // scope-check refused it
  replayed,       // a hit whose item has a case already
  stored          // a hit that became a case
};

std::string_view to_string(Verdict);       // confirm, confirm-as-new, reject
std::string_view to_string(CaseState);     // pending, suspected, confirmed, confirmed-as-new, ...
std::string_view to_string(PurgeReason);   // expired, rejected
std::string_view to_string(OversightAct);  // oversee, halt, resume
std::string_view to_string(AccountRole);   // as the enumerators
std::string_view to_string(DocumentKind);  // as the enumerators
std::string_view to_string(CountSide);     // dropped, in, out
std::string_view to_string(CountOutcome);  // as the enumerators
using base::to_string;                     // MaterialClass: known, new, solicitation

template <class Word>
std::optional<Word> parse(std::string_view);
template <>
std::optional<Verdict> parse(std::string_view);
template <>
std::optional<CaseState> parse(std::string_view);
template <>
std::optional<PurgeReason> parse(std::string_view);
template <>
std::optional<AccountRole> parse(std::string_view);
template <>
std::optional<DocumentKind> parse(std::string_view);
template <>
std::optional<CountSide> parse(std::string_view);
template <>
std::optional<CountOutcome> parse(std::string_view);
template <>
std::optional<base::MaterialClass> parse(std::string_view);

}  // namespace proviso::ledger
