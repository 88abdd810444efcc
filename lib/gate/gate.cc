#include "gate/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "crypto/random.h"
#include "gate/conditions.h"
#include "gate/gate_documents.h"
#include "gate/gate_inputs.h"
#include "gate/ledger_view.h"
#include "json/json.h"

namespace proviso::gate {
namespace {

std::vector<dpia::Document> read_documents(const policy::Policy& policy) {
  std::vector<dpia::Document> out;
  for (const policy::Technology& each : policy.technologies) {
    // Without a path the document is empty: where a text asks for a DPIA, its check reports it.
    out.push_back(each.dpia.empty() ? dpia::Document{} : dpia::read(each.dpia));
  }
  return out;
}

}  // namespace

bool State::any_open() const {
  return std::any_of(pairs.begin(), pairs.end(), [](const Pair& pair) { return pair.open(); });
}

const Pair* State::find(std::string_view service, std::string_view technology) const {
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) {
    return pair.service->name == service && pair.technology->name == technology;
  });
  return found == pairs.end() ? nullptr : &*found;
}

std::vector<std::string> State::missing_lines() const {
  std::vector<std::string> lines;
  for (const Pair& pair : pairs) {
    for (const law::Refusal& each : pair.missing) {
      std::string line = fmt::format("{}/{}: {} ({}): {}", pair.service->name,
                                     pair.technology->name, each.rule, each.citation, each.message);
      if (std::find(lines.begin(), lines.end(), line) == lines.end())
        lines.push_back(std::move(line));
    }
  }
  return lines;
}

struct Gate::Impl {
  Impl(const policy::Policy& p, const law::Resolved& l, const ledger::Ledger* ledger)
      : policy(p),
        law(l),
        documents(read_documents(p)),
        inputs(describe_inputs(p, l, documents)),
        digest(crypto::sha256_hex(json::canonical(inputs))),
        view(p, ledger),
        conditions(p, l, documents, view) {}

  const policy::Policy& policy;
  const law::Resolved& law;
  std::vector<dpia::Document> documents;
  json::Json inputs;
  std::string digest;
  LedgerView view;
  Conditions conditions;
  State state;
  bool evaluated = false;
};

Gate::Gate(const policy::Policy& policy, const law::Resolved& law, const ledger::Ledger* ledger)
    : impl_(std::make_unique<Impl>(policy, law, ledger)) {}
Gate::~Gate() = default;

const State& Gate::evaluate(base::Instant at) {
  Impl& m = *impl_;
  // Reads the ledger each time: under a set clock, too, a halt must close within the same second.
  const bool grown = m.view.refresh();
  if (m.evaluated && !grown && m.state.at == at) return m.state;
  m.state = {at, m.state.evaluation + 1, {}};
  for (const policy::Service& service : m.policy.services) {
    for (const policy::Technology& technology : m.policy.technologies) {
      const auto& services = technology.services;
      if (std::find(services.begin(), services.end(), service.name) == services.end()) continue;
      m.state.pairs.push_back(m.conditions.judge(service, technology, at));
    }
  }
  m.evaluated = true;
  return m.state;
}

const State& Gate::require_any_open(base::Instant at) {
  const State& state = evaluate(at);
  if (state.any_open()) return state;
  std::vector<base::Finding> findings{
      {"", fmt::format("the gate is closed at {}", base::to_string(at))}};
  for (std::string& line : state.missing_lines()) findings.push_back({"", std::move(line)});
  if (state.pairs.empty())
    findings.push_back({"", "the policy pairs no service with a technology"});
  throw base::Error(base::ExitCode::unavailable, std::move(findings));
}

const std::string& Gate::digest() const { return impl_->digest; }

std::string Gate::inputs() const { return impl_->inputs.dump(); }

std::vector<InputDocument> Gate::documents(const ProtectedAccounts& protected_accounts) const {
  return input_documents(impl_->policy, impl_->law, impl_->documents, protected_accounts);
}

std::optional<int> Gate::known_within(const policy::Technology& technology) const {
  const auto index = static_cast<std::size_t>(&technology - impl_->policy.technologies.data());
  const dpia::Document& assessed = impl_->documents.at(index);
  // Checked here too: where no text makes an assessment a condition, its findings close nothing.
  if (!impl_->policy.known_within || assessed.technology != technology.name ||
      assessed.known_within != impl_->policy.known_within)
    return std::nullopt;
  return impl_->policy.known_within;
}

const policy::Policy& Gate::policy() const { return impl_->policy; }
const law::Resolved& Gate::law() const { return impl_->law; }

}  // namespace proviso::gate
