// Names of the ledger's events: the one list of them. facts.h has what each says.
#pragma once

#include <string_view>

namespace proviso::ledger::event {

inline constexpr std::string_view kCreated = "ledger.created";
inline constexpr std::string_view kRecovered = "ledger.recovered";
inline constexpr std::string_view kSnapshot = "ledger.snapshot";
inline constexpr std::string_view kGateInputs = "gate.inputs";
inline constexpr std::string_view kGateClosed = "gate.closed";
inline constexpr std::string_view kCounts = "counts";
inline constexpr std::string_view kIndexLoaded = "index.loaded";
inline constexpr std::string_view kIndexWithdrawn = "index.withdrawn";
inline constexpr std::string_view kIndexChecked = "index.checked";
inline constexpr std::string_view kCaseStored = "case.stored";
inline constexpr std::string_view kCaseAccessed = "case.accessed";
inline constexpr std::string_view kCaseDecided = "case.decided";
inline constexpr std::string_view kCaseReported = "case.reported";
inline constexpr std::string_view kCasePurged = "case.purged";
inline constexpr std::string_view kPurgeRun = "purge.run";
inline constexpr std::string_view kClockConfirmed = "clock.confirmed";
inline constexpr std::string_view kClockCorrected = "clock.corrected";
inline constexpr std::string_view kKeyRotated = "ledger.key-rotated";
inline constexpr std::string_view kAttested = "policy.attested";
inline constexpr std::string_view kOverseen = "law.overseen";
inline constexpr std::string_view kHalted = "law.halted";
inline constexpr std::string_view kResumed = "law.resumed";
inline constexpr std::string_view kReportMade = "report.made";
inline constexpr std::string_view kMatchExcluded = "match.excluded";
inline constexpr std::string_view kBreaker = "match.breaker";

}  // namespace proviso::ledger::event
