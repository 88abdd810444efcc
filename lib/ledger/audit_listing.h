// What `audit` answers, as text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/keys.h"
#include "ledger/audit.h"
#include "ledger/ledger.h"

namespace proviso::ledger {

// Proofs as RFC 6962 2.1 has them, JSON on many lines: that entry `index` is in the log, and that
// the log of `new_size` entries (0: all) extends the one of `old_size`. Error(usage) for a place or
// size that the log does not have.
std::string inclusion_text(const Ledger&, std::uint64_t index);
std::string consistency_text(const Ledger&, std::uint64_t old_size, std::uint64_t new_size);

// A document that the ledger keeps. Error(usage) when `digest` is not 64 hex digits, (no_input)
// when the ledger does not keep it, (check_failed) when its bytes do not have that digest.
std::string document(const Ledger&, std::string_view digest);

// verify(), and one line for people that says what the ledger holds. `since`: file of an earlier
// checkpoint, which then gets the one that was verified, so that a monitor goes forward only; a
// file that does not exist is made. Empty: none. Error(check_failed) with every finding.
std::string verified(const Ledger&, const crypto::PublicKey&, const std::string& since);

// Calls `line` with each matching entry, one line of JSON with its end, until it returns false.
// `from` and `to`, RFC 3339 or empty, take the place of the query's. Error(usage).
void list_entries(const Ledger&, Query, const std::string& from, const std::string& to,
                  const std::function<bool(std::string_view line)>& line);

// Of one run, or of all. Error(usage) without either, (no_input) for a run that is not there.
std::vector<Balance> balances(const Ledger&, const std::string& run, bool all);
// Why a balance is not zero: how much is not accounted for, or that the run is in progress.
std::string unaccounted_text(const Balance&);

}  // namespace proviso::ledger
