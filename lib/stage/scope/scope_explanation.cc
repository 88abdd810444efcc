#include "stage/scope/scope_explanation.h"

#include <fmt/core.h>

#include <algorithm>

namespace proviso::stage {
namespace {

std::string words(const law::Refusal& refusal) {
  return fmt::format("{} ({}): {}", refusal.rule, refusal.citation, refusal.message);
}

std::string_view encryption(policy::E2ee e2ee) {
  switch (e2ee) {
    case policy::E2ee::never:
      return "never";
    case policy::E2ee::is:
      return "is applied";
    case policy::E2ee::was:
      return "was applied";
    case policy::E2ee::planned:
      return "is planned";
  }
  return "?";
}

std::string join(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& each : names) out += (out.empty() ? "" : ", ") + each;
  return out;
}

}  // namespace

std::string explain_error(std::string_view id, const base::ItemError& error) {
  return fmt::format("item {}: not a proper record: {}: {}", id, error.code, error.message);
}

std::string explain_item(const gate::ItemFacts& facts, const gate::State& state,
                         const law::Resolved& law) {
  const gate::Verdict verdict = gate::decide(facts, state, law);
  if (verdict.error) return explain_error(facts.id, *verdict.error);
  std::string out = fmt::format("item {}: ", facts.id);
  out += verdict.refused ? "refused under " + words(*verdict.refused)
                         : "let through for " + join(verdict.admitted->technologies);
  out += fmt::format("\n  at {} under {}", base::to_string(state.at), law.base().id);
  for (const law::Instrument& text : law.also()) out += fmt::format(" and {}", text.id);
  out += fmt::format("\n  the record: region {}, kind {}, {}, professional secrecy {}",
                     facts.region_code(), base::to_string(facts.kind),
                     facts.e2ee ? "end-to-end encrypted" : "not marked as encrypted",
                     facts.secrecy.is_protected   ? "protected"
                     : facts.secrecy.undetermined ? "not determined"
                                                  : "none");
  if (facts.declared == nullptr) return out + "\n  its service is not declared in the policy";
  out += fmt::format("\n  the service {}: {}, end-to-end encryption {}, regions {}",
                     facts.declared->name, facts.declared->kind, encryption(facts.declared->e2ee),
                     join(facts.declared->regions));
  for (const gate::Pair& pair : state.pairs) {
    if (pair.service != facts.declared) continue;
    out += fmt::format("\n  technology {}: {}", pair.technology->name,
                       pair.open() ? "open" : "closed");
    for (const law::Refusal& missing : pair.missing) out += "\n    " + words(missing);
  }
  return out;
}

std::string table(const ScopeSums& sums, const law::Resolved& law) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> rows;
  for (const auto& [key, sum] : sums)
    rows[{std::string(to_string(key.outcome)), key.reason}] += sum.items;
  std::string out =
      fmt::format("{:>12}  {:<9}  {:<12}  {}\n", "items", "outcome", "rule or code", "citation");
  for (const auto& [row, items] : rows) {
    const bool is_rule = row.first == "refused";
    out += fmt::format("{:>12}  {:<9}  {:<12}  {}\n", items, row.first, row.second,
                       is_rule ? law.refusal(row.second, "").citation : std::string());
  }
  return out;
}

ScopeComparison::Side ScopeComparison::side_of(gate::Gate& gate) {
  Side side{&gate, gate.evaluate(base::now()), {}};
  for (gate::Pair& pair : side.state.pairs) {
    auto& missing = pair.missing;
    missing.erase(std::remove_if(missing.begin(), missing.end(),
                                 [](const law::Refusal& each) { return each.rule == "SC-12"; }),
                  missing.end());
  }
  const policy::Policy& policy = gate.policy();
  if (!policy.protected_accounts.empty()) {
    side.accounts =
        gate::ProtectedAccounts(policy.protected_accounts, policy.protected_accounts_key);
  }
  return side;
}

ScopeComparison::ScopeComparison(gate::Gate& first, gate::Gate& second)
    : first_(side_of(first)), second_(side_of(second)) {}

std::string ScopeComparison::Side::label(const ndjson::Record& record) const {
  const gate::Verdict verdict = gate::judge(record, state, gate->policy(), gate->law(), accounts);
  if (verdict.error) return "error " + verdict.error->code;
  if (verdict.refused) return "refused " + verdict.refused->rule;
  return "let through";
}

ndjson::Outcome ScopeComparison::process(const ndjson::Placed& placed, unsigned) {
  ++items_[{first_.label(placed.record), second_.label(placed.record)}];
  return {ndjson::Outcome::Kind::drop, {}};
}

std::string ScopeComparison::table() const {
  std::string out = fmt::format("{:>12}    {:<24}  {}\n", "items", first_.gate->law().base().id,
                                second_.gate->law().base().id);
  for (const auto& [labels, items] : items_) {
    out += fmt::format("{:>12}  {} {:<24}  {}\n", items, labels.first == labels.second ? ' ' : '*',
                       labels.first, labels.second);
  }
  return out;
}

}  // namespace proviso::stage
