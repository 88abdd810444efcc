#include "stage/scope/scope.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

#include "gate/gate_documents.h"
#include "json/json.h"
#include "ndjson/seal.h"
#include "ndjson/splice.h"
#include "stage/scope/scope_explanation.h"

namespace proviso::stage {
namespace {

// A line of the refusals file. A protected communication is not even named by its id (HU-05).
std::string reject_line(std::string_view id, const law::Refusal& refusal) {
  json::OrderedJson line;
  if (refusal.rule != "HU-05") line["id"] = id;
  line["rule"] = refusal.rule;
  line["citation"] = refusal.citation;
  return line.dump() + "\n";
}

}  // namespace

Scope::Scope(gate::Gate& gate, ledger::Ledger& ledger, ScopeSettings settings)
    : gate_(gate), ledger_(ledger), settings_(std::move(settings)), workers_(settings_.jobs) {
  const policy::Policy& policy = gate_.policy();
  if (!policy.protected_accounts.empty()) {
    protected_accounts_ =
        gate::ProtectedAccounts(policy.protected_accounts, policy.protected_accounts_key);
  }
  seal_key_ = gate::stream_seal_key(policy.stream_key);
  if (!settings_.dry_run) {
    spool_.emplace(policy.spool);
    counts_.emplace(ledger_, "scope-check");
  }
  if (settings_.rejects) {
    rejects_.reset(
        ::open(settings_.rejects->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!rejects_)
      base::throw_errno(errno, "cannot create the file of refusals", settings_.rejects->string(),
                        base::ExitCode::cannot_create);
  }
}

void Scope::start_run(base::Date today) {
  run_ = ledger::new_run();
  run_day_ = today;
  if (settings_.dry_run) return;
  const ledger::GateInputs inputs{gate_.digest(), gate_.inputs(), keep_documents()};
  ledger_.append(to_entry(inputs, "scope-check", run_));
}

std::vector<ledger::KeptDocument> Scope::keep_documents() {
  const std::vector<gate::InputDocument> documents = gate_.documents(protected_accounts_);
  std::vector<std::string_view> texts;
  texts.reserve(documents.size());
  for (const gate::InputDocument& each : documents) texts.emplace_back(each.bytes);
  const std::vector<std::string> digests = ledger_.keep_documents(texts);
  std::vector<ledger::KeptDocument> kept;
  for (std::size_t i = 0; i < documents.size(); ++i)
    kept.push_back({documents[i].kind, documents[i].name, digests[i]});
  return kept;
}

void Scope::begin_batch(std::size_t count) {
  if (rejects_) reject_lines_.assign(count, {});
  now_ = base::now();
  const gate::State& state = gate_.evaluate(now_);
  if (!state.any_open() && !settings_.dry_run) {
    ledger::GateClosed closed;
    std::vector<std::string>& rules = closed.rules;
    for (const gate::Pair& pair : state.pairs) {
      for (const law::Refusal& refusal : pair.missing) {
        if (std::find(rules.begin(), rules.end(), refusal.rule) == rules.end())
          rules.push_back(refusal.rule);
      }
    }
    ledger_.append(to_entry(closed, "scope-check", run_));
  }
  // Looking back and explaining are of use when the gate is shut, too.
  const bool may_be_shut = settings_.historical || settings_.explain;
  state_ = may_be_shut || state.any_open() ? &state : &gate_.require_any_open(now_);
  const base::Date today = base::date_of(now_);
  if (!run_day_ || *run_day_ != today) start_run(today);
  if (decided_by_ == state_->evaluation && decided_run_ == run_) return;
  decided_by_ = state_->evaluation;
  decided_run_ = run_;
  for (Worker& worker : workers_)
    worker.decisions.begin({&gate_, state_, seal_key_.get(), now_, run_});
}

// Judges this item by the day on which it was sent.
std::optional<base::ItemError> Scope::look_back(const gate::ItemFacts& facts, Worker& worker) {
  if (!facts.sent_at)
    return base::ItemError{
        "bad_record", "field sent_at: missing, expected with --historical", false, {}, {}};
  worker.decisions.begin(
      {&gate_, &gate_.evaluate(*facts.sent_at), seal_key_.get(), *facts.sent_at, run_});
  return std::nullopt;
}

ndjson::Outcome Scope::explain(const ndjson::Record& record) {
  if (record.id() != *settings_.explain) return {ndjson::Outcome::Kind::drop, {}};
  explained_ = true;
  const auto facts = gate::read_facts(record, gate_.policy(), gate_.law(), protected_accounts_);
  if (!facts) return {ndjson::Outcome::Kind::pass, explain_error(record.id(), facts.error())};
  const gate::State& state =
      settings_.historical && facts->sent_at ? gate_.evaluate(*facts->sent_at) : *state_;
  return {ndjson::Outcome::Kind::pass, explain_item(*facts, state, gate_.law())};
}

ndjson::Outcome Scope::failed(const ndjson::Record& record, Worker& worker,
                              const base::ItemError& error) const {
  worker.decisions.count_error(error);
  return {ndjson::Outcome::Kind::error, ndjson::with_error(record.line(), name(), error)};
}

ndjson::Outcome Scope::refused(const gate::ItemFacts& facts, std::size_t place, Worker& worker,
                               const law::Refusal& refusal) {
  if (!settings_.dry_run) {
    for (const std::string_view path : {facts.path, facts.evidence}) {
      if (!path.empty()) worker.unlink.emplace_back(path);
    }
  }
  if (rejects_) reject_lines_[place] = reject_line(facts.id, refusal);
  return {ndjson::Outcome::Kind::drop, {}};
}

ndjson::Outcome Scope::process(const ndjson::Placed& placed, unsigned number) {
  const ndjson::Record& record = placed.record;
  if (settings_.explain) return explain(record);
  Worker& worker = workers_[number];
  const auto facts = gate::read_facts(record, gate_.policy(), gate_.law(), protected_accounts_);
  if (!facts) return failed(record, worker, facts.error());
  if (settings_.historical) {
    if (const auto error = look_back(*facts, worker)) return failed(record, worker, *error);
  }
  const ScopeDecision& decision = worker.decisions.decide(*facts);
  const gate::Verdict& verdict = decision.verdict;
  if (verdict.error)
    return {ndjson::Outcome::Kind::error,
            ndjson::with_error(record.line(), name(), *verdict.error)};
  if (verdict.refused) return refused(*facts, placed.place, worker, *verdict.refused);
  worker.binding.clear();
  worker.sealed.clear();
  ndjson::append(worker.binding,
                 {facts->id, facts->service, facts->account, facts->path, facts->evidence});
  decision.member.seal(worker.sealed, worker.binding, *seal_key_);
  return {ndjson::Outcome::Kind::pass, record.with("scope", worker.sealed)};
}

ndjson::Outcome Scope::process_failed(const ndjson::Placed& placed, unsigned worker) {
  // No stage comes before this one, so an "error" member is not ours: read_facts() makes it
  // bad_record.
  return process(placed, worker);
}

void Scope::commit_batch(std::span<ndjson::Outcome>) {
  ScopeSums sums;
  for (Worker& worker : workers_) worker.decisions.take(sums);
  ScopeSums& of_run = gathered_.sums[run_];
  for (const auto& [key, sum] : sums) {
    for (ScopeSum* total : {&totals_[key], &of_run[key]}) {
      total->items += sum.items;
      total->bytes += sum.bytes;
    }
  }
  for (Worker& worker : workers_) {
    std::move(worker.unlink.begin(), worker.unlink.end(), std::back_inserter(gathered_.unlink));
    worker.unlink.clear();
  }
  for (const std::string& line : reject_lines_) gathered_.rejects += line;
}

ndjson::GroupWork Scope::close_group() {
  const auto group = std::make_shared<const Group>(std::exchange(gathered_, {}));
  if (settings_.dry_run) {
    write_rejects(*group);
    return {};
  }
  ndjson::GroupWork work;
  work.commit = [this, group] { commit(*group); };
  if (!group->unlink.empty()) {
    work.after = [this, group] {
      for (const std::string& path : group->unlink) spool_->unlink_unopened(path);
    };
  }
  return work;
}

void Scope::commit(const Group& group) {
  for (const auto& [run, sums] : group.sums) {
    for (const auto& [key, sum] : sums) counts_->add(run, key, sum.items, sum.bytes);
  }
  counts_->commit();
  write_rejects(group);
}

void Scope::write_rejects(const Group& group) const {
  if (!group.rejects.empty())
    base::write_all(rejects_.get(), group.rejects, settings_.rejects->string());
}

void Scope::finish() {
  if (counts_) counts_->close();
}

}  // namespace proviso::stage
