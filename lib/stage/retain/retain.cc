#include "stage/retain/retain.h"

#include <algorithm>

#include "base/bytes.h"
#include "digest/digest.h"
#include "json/json.h"
#include "ndjson/splice.h"
#include "stage/retain/retain_reading.h"

namespace proviso::stage {
namespace {

// Hits that are stored together: their files are open at the same time.
constexpr std::size_t kStoreGroup = 128;

// Evidence in place of content is pinned as it is now: no earlier stage has opened it.
std::optional<base::ItemError> pin_evidence(vault::NewCase& hit) {
  const auto digests = digest::of_file(hit.content_fd, digest::Wanted{});
  if (!digests) return digests.error();
  hit.pinned_bytes = digests->bytes;
  hit.pinned_sha256 = base::to_hex(*digests->sha256);
  return std::nullopt;
}

std::string ack_line(std::string_view id, std::string_view state) {
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

void Retain::begin_batch(std::size_t count) {
  state_ = &gate_.require_any_open(base::now());
  work_.clear();
  work_.resize(count);
}

vault::CaseStore& Retain::vault() {
  if (!vault_)
    vault_.emplace(vault::CaseStore::open(gate_.policy().vault, ledger_, gate_.policy().rehearsal));
  return *vault_;
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
  work.count = count_of(record, *scope);
  const std::string content = record.text("content.path"),
                    evidence = record.text("content.evidence");
  if (*hits > 0) {
    auto made = new_case_of(record, gate_.policy(), scope->run);
    if (!made) return tl::make_unexpected(made.error());
    if (content.empty() && evidence.empty())
      return base::fail("no_evidence",
                        "field content.evidence: missing, there is nothing that a case could hold");
    work.count->key.technology = made->technology;
    work.count->key.material_class = ledger::parse<base::MaterialClass>(made->material_class);
    const bool pin_here = content.empty();
    work.hit = Hit{std::move(*made), pin_here ? evidence : content,
                   pin_here ? std::string() : evidence, pin_here};
    return work;
  }
  work.count->key.outcome = ledger::CountOutcome::erased;
  if (!content.empty()) {
    const auto there = pin(content, work);
    if (!there) return tl::make_unexpected(there.error());
    if (!*there) work.count->key.outcome = ledger::CountOutcome::content_gone;
  }
  if (!evidence.empty()) {
    const auto there = pin(evidence, work);
    if (!there) return tl::make_unexpected(there.error());
  }
  return work;
}

ndjson::Outcome Retain::erased(const ndjson::Record& record, const Work& work) const {
  if (!settings_.ack) return {ndjson::Outcome::Kind::drop, {}};
  return {ndjson::Outcome::Kind::pass, ack_line(record.id(), to_string(work.count->key.outcome))};
}

// An error of retain's own before it did anything: the file stays for another try, until it is
// swept.
ndjson::Outcome Retain::failed(const ndjson::Record& record, const base::ItemError& error,
                               Work& work) const {
  work.count = count_of(record, *seal_key_, gate_.policy().rehearsal);
  if (work.count) {
    work.count->key.outcome = ledger::CountOutcome::error;
    work.count->key.reason = error.code;
  }
  return {ndjson::Outcome::Kind::error, ndjson::with_error(record.line(), name(), error)};
}

ndjson::Outcome Retain::process(const ndjson::Placed& placed, unsigned) {
  const ndjson::Record& record = placed.record;
  Work& work = work_[placed.place];
  base::Result<Work> judged = judge(record);
  if (!judged) return failed(record, judged.error(), work);
  work = std::move(*judged);
  if (!work.hit) return erased(record, work);
  return {ndjson::Outcome::Kind::pass, record.line()};
}

ndjson::Outcome Retain::process_failed(const ndjson::Placed& placed, unsigned worker) {
  const ndjson::Record& record = placed.record;
  Work& work = work_[placed.place];
  work.count = count_of(record, *seal_key_, gate_.policy().rehearsal);
  // Without it the record is not trusted: nothing is counted or unlinked.
  if (!work.count) return Stage::process_failed(placed, worker);

  const std::string code = record.text("error.code");
  ledger::CountKey& key = work.count->key;
  if (code == "kind_mismatch") {
    key.side = ledger::CountSide::dropped;
    key.outcome = ledger::CountOutcome::kind_mismatch;
    key.reason = record.text("error.rule");
    if (key.reason.empty()) key.reason = code;
  } else {
    key.outcome =
        code == "content_gone" ? ledger::CountOutcome::content_gone : ledger::CountOutcome::error;
    if (code != "content_gone") key.reason = code;
  }
  if (!code.empty() && !is_retryable(code)) {
    for (const char* member : {"content.path", "content.evidence"}) {
      const std::string path = record.text(member);
      if (!path.empty()) pin(path, work);  // what cannot be opened is left to the sweep
    }
  }
  return Stage::process_failed(placed, worker);
}

struct Retain::Pending {
  Work* work = nullptr;
  ndjson::Outcome* outcome = nullptr;
};

void Retain::fail_hit(const Pending& hit, const base::ItemError& error) const {
  ledger::CountKey& key = hit.work->count->key;
  std::string& line = hit.outcome->line;
  if (error.code == "content_gone") {  // an outcome of its own, not a failure
    key.outcome = ledger::CountOutcome::content_gone;
    line = ndjson::spliced(line, "retain", R"({"state":"content_gone"})");
    return;
  }
  key.outcome = ledger::CountOutcome::error;
  key.reason = error.code;
  hit.outcome->kind = ndjson::Outcome::Kind::error;
  line = ndjson::with_error(line, name(), error);
  if (error.retryable) hit.work->unlink.clear();
}

void Retain::kept(const Pending& hit, const vault::Stored& stored) {
  hit.work->count->key.outcome =
      stored.replayed ? ledger::CountOutcome::replayed : ledger::CountOutcome::stored;
  const json::Json member = {{"case", stored.id.value},
                             {"state", std::string(vault::to_string(stored.state))},
                             {"expires_at", base::to_string(stored.expires_at)}};
  hit.outcome->line = ndjson::spliced(hit.outcome->line, "retain", json::canonical(member));
}

void Retain::store(std::span<const Pending> hits) {
  std::vector<vault::NewCase> cases;
  std::vector<const Pending*> asked;
  std::vector<base::UniqueFd> files;
  for (const Pending& pending : hits) {
    Hit& hit = *pending.work->hit;
    // A file that is gone may be that of a replay: the vault knows.
    std::optional<base::ItemError> unreadable;
    const auto open = [&](const std::string& path, int& fd) {
      if (path.empty() || unreadable) return;
      auto file = spool_.open(path);
      if (file) {
        pending.work->unlink.push_back(std::move(file->pin));
        fd = file->fd.get();
        files.push_back(std::move(file->fd));
      } else if (file.error().code != "content_gone") {
        unreadable = file.error();
      }
    };
    open(hit.content_path, hit.made.content_fd);
    open(hit.evidence_path, hit.made.evidence_fd);
    if (!unreadable && hit.pin_here && hit.made.content_fd >= 0)
      unreadable = pin_evidence(hit.made);
    if (unreadable) {
      fail_hit(pending, *unreadable);
      continue;
    }
    cases.push_back(std::move(hit.made));
    asked.push_back(&pending);
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
  // In the order of the lines, not of the threads: of two deliveries of one item the first makes
  // the case.
  std::vector<Pending> hits;
  for (std::size_t place = 0; place < work_.size(); ++place) {
    if (work_[place].hit) hits.push_back({&work_[place], &outcomes[place]});
  }
  for (std::size_t from = 0; from < hits.size(); from += kStoreGroup) {
    store(std::span<const Pending>(hits).subspan(from, std::min(kStoreGroup, hits.size() - from)));
  }
  for (const Work& work : work_) {
    if (work.count) counts_.add(work.count->run, work.count->key, 1, work.count->bytes);
  }
  counts_.commit();
  for (const Work& work : work_) {
    for (const spool::Pin& file : work.unlink) spool_.unlink(file);
  }
}

void Retain::finish() { counts_.close(); }

}  // namespace proviso::stage
