// Names of the ledger's events: the one list of them. Each entry has time, tool, run (when there is
// one), event, event id.
#pragma once

#include <string_view>

namespace proviso::ledger::event {

inline constexpr std::string_view kCreated =
    "ledger.created";  // origin, mode, provider, public key
inline constexpr std::string_view kRecovered =
    "ledger.recovered";  // bytes cut that no checkpoint covered
inline constexpr std::string_view kGateInputs =
    "gate.inputs";  // once a run: digests of what the gate was computed from
inline constexpr std::string_view kGateClosed = "gate.closed";  // rules that were missing
inline constexpr std::string_view kCounts = "counts";           // one run, one writer, one UTC hour
inline constexpr std::string_view kIndexLoaded =
    "index.loaded";  // digest of the compiled index, sections, sample
inline constexpr std::string_view kIndexWithdrawn =
    "index.withdrawn";  // list; an entry was taken out of use
inline constexpr std::string_view kIndexChecked =
    "index.checked";  // counts of the check of the hash lists: entries, findings
inline constexpr std::string_view kCaseStored =
    "case.stored";  // ciphertext digests, technology, list, class, kind, service, region
inline constexpr std::string_view kCaseAccessed = "case.accessed";  // purpose, role
inline constexpr std::string_view kCaseDecided =
    "case.decided";  // decision, reviewer number, class, firsts
inline constexpr std::string_view kCaseReported = "case.reported";  // organisation, package digest
inline constexpr std::string_view kCasePurged = "case.purged";      // reason, rule, state
inline constexpr std::string_view kPurgeRun = "purge.run";
inline constexpr std::string_view kClockConfirmed = "clock.confirmed";
inline constexpr std::string_view kAttested =
    "policy.attested";  // rule, expires, digest of the evidence
inline constexpr std::string_view kOverseen = "law.overseen";  // oversight sign-off, technology
inline constexpr std::string_view kHalted = "law.halted";
inline constexpr std::string_view kResumed = "law.resumed";
inline constexpr std::string_view kReportMade = "report.made";  // year, digest of the report
inline constexpr std::string_view kMatchExcluded =
    "match.excluded";  // hits taken away, by list: known_good, suspended; once an hour at the most
inline constexpr std::string_view kBreaker =
    "match.breaker";  // share of hits, index, records withheld

}  // namespace proviso::ledger::event
