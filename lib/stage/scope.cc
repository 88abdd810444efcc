#include "stage/scope.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "json/json.h"
#include "ledger/events.h"
#include "ndjson/seal.h"

namespace proviso::stage {
namespace {

// What the refusals file tells. A protected communication is not even named by its id (HU-05).
std::string reject_line(std::string_view id, const law::Refusal& refusal) {
  json::OrderedJson line;
  if (refusal.rule != "HU-05") line["id"] = id;
  line["rule"] = refusal.rule;
  line["citation"] = refusal.citation;
  return line.dump() + "\n";
}

std::optional<std::string> path_of(const ndjson::Record& record, std::string_view member) {
  const auto path = record.string(member);
  if (!path || !*path) return std::nullopt;
  return std::string(**path);
}

}  // namespace

Scope::Scope(gate::Gate& gate, ledger::Ledger& ledger, ScopeSettings settings)
    : gate_(gate), ledger_(ledger), settings_(std::move(settings)) {
  const policy::Policy& policy = gate_.policy();
  if (!policy.protected_accounts.empty()) {
    protected_accounts_ = gate::ProtectedAccounts(policy.protected_accounts, policy.protected_accounts_key);
  }
  seal_key_ = gate::stream_seal_key(policy.stream_key);
  if (!settings_.dry_run) {
    spool_.emplace(policy.spool);
    counts_.emplace(ledger_, "scope-check");
  }
  if (settings_.rejects) {
    rejects_.reset(::open(settings_.rejects->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!rejects_) base::throw_errno(errno, "cannot create the file of refusals", settings_.rejects->string(),
                                     base::ExitCode::cannot_create);
  }
}

void Scope::start_run(base::Date today) {
  run_ = ledger::new_run();
  run_day_ = today;
  if (settings_.dry_run) return;
  ledger::Entry entry{ledger::event::kGateInputs, "scope-check", run_, {}, gate_.inputs()};
  entry.data["gate"] = gate_.digest();
  ledger_.append(std::move(entry));
}

void Scope::begin_batch() {
  now_ = base::now();
  const gate::State& state = gate_.evaluate(now_);
  if (!state.any_open() && !settings_.dry_run) {
    json::Json rules = json::Json::array();
    for (const gate::Pair& pair : state.pairs) {
      for (const law::Refusal& refusal : pair.missing) {
        if (std::find(rules.begin(), rules.end(), refusal.rule) == rules.end()) rules.push_back(refusal.rule);
      }
    }
    ledger_.append({ledger::event::kGateClosed, "scope-check", run_, {}, {{"rules", std::move(rules)}}});
  }
  state_ = &gate_.require_any_open(now_);
  const base::Date today = base::date_of(now_);
  if (!run_day_ || *run_day_ != today) start_run(today);
}

void Scope::count(const gate::Verdict& verdict, std::uint64_t bytes, std::vector<std::string> unlink) {
  if (settings_.dry_run) return;
  ledger::CountKey key;
  key.service = verdict.service;
  key.region = verdict.region;
  key.kind = verdict.kind;
  if (verdict.admitted) {
    key.side = "in";
    key.outcome = "admitted";
  } else if (verdict.refused) {
    key.side = "dropped";
    key.outcome = "refused";
    key.reason = verdict.refused->rule;
  } else {
    key.side = "dropped";
    key.outcome = "error";
    key.reason = verdict.error->code;
  }
  const std::lock_guard lock(mutex_);
  counted_.push_back({std::move(key), bytes});
  for (std::string& path : unlink) to_unlink_.push_back(std::move(path));
}

ndjson::Outcome Scope::process(const ndjson::Record& record, unsigned) {
  const gate::Verdict verdict =
      gate::judge(record, *state_, gate_.policy(), gate_.law(), protected_accounts_);
  if (verdict.error) {
    count(verdict, 0, {});
    return {ndjson::Outcome::Kind::error, ndjson::with_error(record, name(), *verdict.error)};
  }
  if (verdict.refused) {
    std::vector<std::string> unlink;
    for (const char* member : {"content.path", "content.evidence"}) {
      if (auto path = path_of(record, member)) unlink.push_back(std::move(*path));
    }
    count(verdict, 0, std::move(unlink));
    // The line of a dropped record goes to the refusals file, never to the stream: commit_batch() takes it away.
    return {ndjson::Outcome::Kind::drop, settings_.rejects ? reject_line(record.id(), *verdict.refused) : std::string()};
  }
  const auto binding = ndjson::scope_binding(record);
  const auto bytes = record.unsigned_integer("content.bytes");
  if (!binding || !bytes) {
    gate::Verdict wrong = verdict;
    wrong.admitted.reset();
    wrong.error = binding ? bytes.error() : binding.error();
    count(wrong, 0, {});
    return {ndjson::Outcome::Kind::error, ndjson::with_error(record, name(), *wrong.error)};
  }
  count(verdict, bytes->value_or(0), {});
  const gate::ScopeMember member{now_, gate_.policy().rehearsal, verdict.admitted->technologies,
                                 verdict.admitted->content, gate_.digest(), run_};
  return {ndjson::Outcome::Kind::pass,
          record.with("scope", ndjson::seal(gate::to_member(member), *binding, *seal_key_))};
}

ndjson::Outcome Scope::process_failed(const ndjson::Record& record, unsigned worker) {
  // No stage of ours stands before this one, so an "error" member is somebody else's: judge() refuses it as bad_record.
  return process(record, worker);
}

void Scope::commit_batch(std::span<ndjson::Outcome> outcomes) {
  if (counts_) {
    for (const Counted& counted : counted_) counts_->add(run_, counted.key, 1, counted.bytes);
    counts_->commit();
    for (const std::string& path : to_unlink_) spool_->remove_unopened(path);
  }
  counted_.clear();
  to_unlink_.clear();
  for (ndjson::Outcome& outcome : outcomes) {
    if (outcome.kind != ndjson::Outcome::Kind::drop) continue;
    if (rejects_) base::write_all(rejects_.get(), outcome.line, settings_.rejects->string());
    outcome.line.clear();
  }
}

void Scope::finish() {
  if (counts_) counts_->close();
}

}  // namespace proviso::stage
