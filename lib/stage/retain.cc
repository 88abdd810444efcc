#include "stage/retain.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "digest/digest.h"
#include "stage/retain_reading.h"

namespace proviso::stage {
namespace {

// Hits that are stored at once: their files are open together.
constexpr std::size_t kStoreGroup = 128;

// Evidence that stands for the content is pinned as it is now: no earlier stage has opened it.
std::optional<base::ItemError> pin_evidence(vault::NewCase& hit) {
  const auto digests = digest::of_file(hit.content_fd, digest::Wanted{});
  if (!digests) return digests.error();
  hit.pinned_bytes = digests->bytes;
  hit.pinned_sha256 = base::to_hex(*digests->sha256);
  return std::nullopt;
}

std::string ack_line(const std::string& id, std::string_view state) {
  std::string line = R"({"id":)";
  json::append_canonical_string(line, id);
  line += R"(,"retain":{"state":)";
  json::append_canonical_string(line, state);
  line += "}}";
  return line;
}

}  // namespace

Retain::Retain(gate::Gate& gate, ledger::Ledger& ledger, RetainSettings settings)
    : gate_(gate),
      ledger_(ledger),
      settings_(settings),
      seal_key_(gate::stream_seal_key(gate.policy().stream_key)),
      spool_(gate.policy().spool),
      counts_(ledger, "retain") {}

Retain::~Retain() = default;

void Retain::begin_batch() { state_ = &gate_.require_any_open(base::now()); }

vault::CaseStore& Retain::vault() {
  if (!vault_)
    vault_.emplace(vault::CaseStore::open(gate_.policy().vault, ledger_, gate_.policy().rehearsal));
  return *vault_;
}

// What is counted, and whether anything of the record may be believed: only under a scope seal of
// ours and of this mode.
bool Retain::verified_scope(const ndjson::Record& record, Work& work) const {
  if (!ndjson::verify_seals(record, {"scope"}, *seal_key_)) return false;
  const auto scope = gate::read_scope(record);
  if (!scope || scope->rehearsal != gate_.policy().rehearsal) return false;
  work.run = scope->run;
  work.key.side = "out";
  work.key.service = record.text("service");
  work.key.region = record.text("region");
  work.key.kind = record.text("hash.kind");
  if (work.key.kind.empty()) work.key.kind = record.text("content.kind");
  const auto bytes = record.unsigned_integer("hash.bytes");
  if (bytes && *bytes) work.bytes = **bytes;
  return true;
}

base::Result<bool> Retain::pin(const std::string& path, Work& work) const {
  auto pinned = spool_.pin(path);
  if (!pinned) return tl::make_unexpected(std::move(pinned.error()));
  if (*pinned) work.unlink.push_back(std::move(**pinned));
  return pinned->has_value();
}

base::Result<Retain::Work> Retain::judge(const ndjson::Record& record) const {
  if (record.has("retain"))
    return base::fail("bad_record", "the record already has a retain member");
  const auto scope = gate::admit_later(record, {"scope", "hash", "match"}, *seal_key_, gate_,
                                       *state_, gate_.policy().retention_replay);
  if (!scope) return tl::make_unexpected(scope.error());
  const auto hits = hits_of(record);
  if (!hits) return tl::make_unexpected(hits.error());

  Work work;
  work.id = std::string(record.id());
  verified_scope(record, work);
  const std::string content = record.text("content.path"),
                    evidence = record.text("content.evidence");
  if (hits->size() > 0) {
    auto hit = new_case_of(record, gate_.policy(), scope->run);
    if (!hit) return tl::make_unexpected(hit.error());
    work.kind = Work::Kind::keep;
    work.hit = std::move(*hit);
    work.key.technology = work.hit.technology;
    work.key.material_class = work.hit.material_class;
    if (content.empty() && evidence.empty())
      return base::fail("no_evidence",
                        "field content.evidence: missing, there is nothing that a case could hold");
    work.content_path = content.empty() ? evidence : content;
    work.evidence_path = content.empty() ? std::string() : evidence;
    work.pin_here = content.empty();
    work.line = record.line();
    return work;
  }
  work.kind = Work::Kind::erase;
  work.key.outcome = "erased";
  if (!content.empty()) {
    const auto there = pin(content, work);
    if (!there) return tl::make_unexpected(there.error());
    if (!*there) work.key.outcome = "content_gone";
  }
  if (!evidence.empty()) {
    const auto there = pin(evidence, work);
    if (!there) return tl::make_unexpected(there.error());
  }
  return work;
}

// An error of our own before anything was done: its file stays for another try, until it is swept.
Retain::Work Retain::failure(const ndjson::Record& record, const base::ItemError& error) const {
  Work work;
  work.line = ndjson::with_error(record, name(), error);
  if (!verified_scope(record, work)) return work;
  work.key.outcome = "error";
  work.key.reason = error.code;
  return work;
}

ndjson::Outcome Retain::put_off(Work work) {
  ndjson::Outcome outcome;
  outcome.kind =
      work.kind == Work::Kind::failed ? ndjson::Outcome::Kind::error : ndjson::Outcome::Kind::pass;
  const std::lock_guard lock(mutex_);
  outcome.line = std::to_string(work_.size());  // its place, until commit_batch() writes the line
  work_.push_back(std::move(work));
  return outcome;
}

ndjson::Outcome Retain::process(const ndjson::Record& record, unsigned) {
  base::Result<Work> work = judge(record);
  return put_off(work ? std::move(*work) : failure(record, work.error()));
}

ndjson::Outcome Retain::process_failed(const ndjson::Record& record, unsigned) {
  Work work;
  work.id = std::string(record.id());
  work.line = record.line();
  const bool verified = verified_scope(record, work);
  const std::string code = record.text("error.code");
  if (code == "content_gone") work.kind = Work::Kind::passed;
  if (!verified)
    return put_off(std::move(work));  // nothing of it is believed: not counted, nothing unlinked

  if (code == "kind_mismatch") {
    work.key.side = "dropped";
    work.key.outcome = "kind_mismatch";
    work.key.reason = record.text("error.rule");
    if (work.key.reason.empty()) work.key.reason = code;
  } else {
    work.key.outcome = code == "content_gone" ? code : "error";
    if (code != "content_gone") work.key.reason = code;
  }
  if (!code.empty() && !is_retryable(code)) {
    for (const char* member : {"content.path", "content.evidence"}) {
      const std::string path = record.text(member);
      if (!path.empty()) pin(path, work);  // what cannot be opened is left to the sweep
    }
  }
  return put_off(std::move(work));
}

void Retain::fail_hit(Work& work, const base::ItemError& error) {
  const auto record = ndjson::Record::parse(parser_, std::move(work.line));
  if (!record)
    throw base::Error(base::ExitCode::software, "a record that was read cannot be read again",
                      "id " + work.id);
  if (error.code == "content_gone") {  // an outcome of its own, no failure
    work.kind = Work::Kind::passed;
    work.key.outcome = "content_gone";
    work.line = record->with("retain", R"({"state":"content_gone"})");
    return;
  }
  work.kind = Work::Kind::failed;
  work.key.outcome = "error";
  work.key.reason = error.code;
  work.line = ndjson::with_error(*record, name(), error);
  if (error.retryable) work.unlink.clear();
}

void Retain::kept(Work& work, const vault::Stored& stored) {
  const auto record = ndjson::Record::parse(parser_, std::move(work.line));
  if (!record)
    throw base::Error(base::ExitCode::software, "a record that was read cannot be read again",
                      "id " + work.id);
  work.key.outcome = stored.replayed ? "replayed" : "stored";
  const json::Json member = {{"case", stored.id.value},
                             {"state", std::string(vault::to_string(stored.state))},
                             {"expires_at", base::to_string(stored.expires_at)}};
  work.line = record->with("retain", json::canonical(member));
}

void Retain::store(std::span<Work*> hits) {
  std::vector<vault::NewCase> cases;
  std::vector<Work*> asked;
  std::vector<base::UniqueFd> files;
  for (Work* work : hits) {
    // A file that is gone may still be a replay's: the vault knows.
    std::optional<base::ItemError> unreadable;
    const auto open = [&](const std::string& path, int& fd) {
      if (path.empty() || unreadable) return;
      auto file = spool_.open(path);
      if (file) {
        work->unlink.push_back(std::move(file->pin));
        fd = file->fd.get();
        files.push_back(std::move(file->fd));
      } else if (file.error().code != "content_gone") {
        unreadable = file.error();
      }
    };
    open(work->content_path, work->hit.content_fd);
    open(work->evidence_path, work->hit.evidence_fd);
    if (!unreadable && work->pin_here && work->hit.content_fd >= 0)
      unreadable = pin_evidence(work->hit);
    if (unreadable) {
      fail_hit(*work, *unreadable);
      continue;
    }
    cases.push_back(std::move(work->hit));
    asked.push_back(work);
  }
  if (cases.empty()) return;
  const std::vector<base::Result<vault::Stored>> results =
      vault().store(cases, gate_.policy(), gate_.law());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (results[i]) {
      kept(*asked[i], *results[i]);
    } else {
      fail_hit(*asked[i], results[i].error());
    }
  }
}

void Retain::commit_batch(std::span<ndjson::Outcome> outcomes) {
  // In the order of the lines, whatever order the threads had: of two deliveries of one item the
  // first makes the case.
  std::vector<Work*> order(outcomes.size(), nullptr);
  std::vector<Work*> hits;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].bad_line) continue;
    std::size_t place = 0;
    const std::string& ticket = outcomes[i].line;
    const auto parsed = std::from_chars(ticket.data(), ticket.data() + ticket.size(), place);
    if (parsed.ec != std::errc() || place >= work_.size()) {
      throw base::Error(base::ExitCode::software, "an outcome without its record", "retain");
    }
    order[i] = &work_[place];
    if (order[i]->kind == Work::Kind::keep) hits.push_back(order[i]);
  }
  for (std::size_t from = 0; from < hits.size(); from += kStoreGroup) {
    store(std::span<Work*>(hits).subspan(from, std::min(kStoreGroup, hits.size() - from)));
  }
  for (const Work* work : order) {
    if (work != nullptr && !work->run.empty()) counts_.add(work->run, work->key, 1, work->bytes);
  }
  counts_.commit();
  for (const Work* work : order) {
    if (work == nullptr) continue;
    for (const spool::Pin& file : work->unlink) spool_.unlink(file);
  }
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    Work* work = order[i];
    if (work == nullptr) continue;
    ndjson::Outcome& outcome = outcomes[i];
    if (work->kind == Work::Kind::erase) {
      outcome.kind = settings_.ack ? ndjson::Outcome::Kind::pass : ndjson::Outcome::Kind::drop;
      outcome.line = settings_.ack ? ack_line(work->id, work->key.outcome) : std::string();
    } else {
      outcome.kind = work->kind == Work::Kind::failed ? ndjson::Outcome::Kind::error
                                                      : ndjson::Outcome::Kind::pass;
      outcome.line = std::move(work->line);
    }
  }
  work_.clear();
}

void Retain::finish() { counts_.close(); }

}  // namespace proviso::stage
