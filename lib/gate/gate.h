// The gate: is this technology open for this service at this instant? Fail closed, every missing
// condition at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "dpia/dpia.h"
#include "law/instrument.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

namespace proviso::gate {

struct InputDocument;
class ProtectedAccounts;

struct Pair {
  const policy::Service* service = nullptr;
  const policy::Technology* technology = nullptr;
  std::vector<law::Refusal> missing;  // empty: open
  std::vector<std::string> notes;     // e.g. fewer than 100 decisions, rules that are not verified
  bool open() const { return missing.empty(); }
};

struct State {
  base::Instant at;
  std::uint64_t evaluation = 0;  // of its gate: another number, another answer
  std::vector<Pair> pairs;
  bool any_open() const;
  const Pair* find(std::string_view service, std::string_view technology) const;
  // The distinct missing conditions of all pairs, each "service/technology: RULE (citation): what",
  // for exit 69.
  std::vector<std::string> missing_lines() const;
};

// Holds policy, law and DPIA documents; reads oversight, halts and error rates from the ledger as
// it grows.
class Gate {
 public:
  // `ledger` may be null (dpia-check --static, dry runs without one): conditions that it answers
  // are then missing.
  Gate(const policy::Policy&, const law::Resolved&, const ledger::Ledger* ledger);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Evaluates every pair. Re-reads the ledger's tail; cheap when called again within the same
  // second.
  const State& evaluate(base::Instant);
  // Throws base::Error(unavailable) with every missing condition when no pair is open.
  const State& require_any_open(base::Instant);

  // SHA-256 (hex) over RFC 8785 of mode, resolved instruments, services, technologies, lists,
  // review, match, grounds, DPIA digests.
  const std::string& digest() const;
  // What the digest was computed from, for the ledger: one JSON object.
  std::string inputs() const;
  // What the ledger keeps for whoever asks later by what the gate decided: gate_documents.h.
  std::vector<InputDocument> documents(const ProtectedAccounts&) const;
  // The PDQ distance within which a hit of this technology counts as previously identified: only
  // where the policy and the impact assessment of that technology name the same.
  std::optional<int> known_within(const policy::Technology&) const;
  const policy::Policy& policy() const;
  const law::Resolved& law() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proviso::gate
