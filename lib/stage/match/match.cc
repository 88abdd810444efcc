#include "stage/match/match.h"

#include <fmt/core.h>

#include <algorithm>

#include "json/json.h"
#include "ledger/counts.h"
#include "ledger/facts.h"
#include "ndjson/seal.h"
#include "ndjson/splice.h"
#include "stage/match/matchers/matchers.h"

namespace proviso::stage {
namespace {

constexpr int kDefaultBreakerWindow = 10'000;  // records
constexpr std::size_t kMostHits = 1'000;       // of one item: more add nothing
constexpr std::int64_t kSecondsOfHour = 3'600;

// Keeps the best; true when some were cut.
bool cut(std::vector<MatchHit>& hits) {
  if (hits.size() <= kMostHits) return false;
  std::stable_sort(hits.begin(), hits.end(), [](const MatchHit& a, const MatchHit& b) {
    if (a.previously_identified != b.previously_identified) return a.previously_identified;
    return a.better_than(b);
  });
  hits.resize(kMostHits);
  return true;
}

}  // namespace

// One record of a chunk.
struct Match::Item {
  explicit Item(const ndjson::Placed& of) : placed(of) {}

  ndjson::Placed placed;
  std::optional<gate::ScopeMember> scope;  // once it was verified
  std::optional<base::ItemError> error;    // it goes no further
  std::vector<const policy::Technology*> technologies;
  HashedItem hashed;
  bool sampled = true;
  std::vector<MatchHit> hits;
  std::optional<base::ItemError> unjudged;
};

void Match::Figures::add(const Figures& more) {
  records += more.records;
  with_hits += more.with_hits;
  hits += more.hits;
  sampled += more.sampled;
  unsampled += more.unsampled;
  excluded.add(more.excluded);
}

Match::Match(gate::Gate& gate, ledger::Ledger& ledger, MatchSettings settings)
    : gate_(gate),
      ledger_(ledger),
      settings_(std::move(settings)),
      seal_key_(gate::stream_seal_key(gate.policy().stream_key)),
      window_(static_cast<std::uint64_t>(
          gate.policy().hit_share_window.value_or(kDefaultBreakerWindow))) {
  if (!settings_.sample) return;
  for (const std::string& list : settings_.sample->lists()) {
    if (gate_.policy().list(list) == nullptr) {
      throw base::Error(base::ExitCode::usage, fmt::format("list {} is not in the policy", list),
                        "--sample-list");
    }
  }
}

void Match::open_index() {
  const policy::Policy& policy = gate_.policy();
  lookup_.emplace(policy, settings_.expect_index);
  lists_.clear();
  for (const policy::Technology& technology : policy.technologies) {
    Lists lists;
    lists.all = lookup_->hit_lists(technology.lists);
    if (settings_.sample) lists.unsampled = settings_.sample->without_sampled(lists.all);
    lists_.push_back(std::move(lists));
  }
  ledger::IndexLoaded loaded{lookup_->version(), lookup_->sections(), {}};
  if (settings_.sample) loaded.sample = settings_.sample->description();
  ledger_.append(to_entry(loaded, "match"));
}

// Sums of many records, never of one: the ledger must not show a single communication.
void Match::record_exclusions() {
  recorded_hour_ = now_.seconds / kSecondsOfHour;
  if (unrecorded_.empty()) return;
  ledger_.append(to_entry(
      ledger::MatchExcluded{lookup_->version(), unrecorded_.known_good, unrecorded_.suspended},
      "match"));
  unrecorded_ = {};
}

void Match::begin_batch(std::size_t count) {
  now_ = base::now();
  counts_.clear();
  if (gate_.policy().max_hit_share && !settings_.hits_only) counts_.resize(count);
  try {
    state_ = &gate_.require_any_open(now_);
  } catch (...) {  // the run ends here; what it excluded is still recorded
    if (lookup_) record_exclusions();
    throw;
  }
  const bool replaced = lookup_ && lookup_->replaced();
  if (lookup_ && (replaced || now_.seconds / kSecondsOfHour != recorded_hour_)) record_exclusions();
  if (!lookup_) recorded_hour_ = now_.seconds / kSecondsOfHour;
  if (!lookup_ || replaced) open_index();
}

Match::Item Match::admit(const ndjson::Placed& placed) const {
  const ndjson::Record& record = placed.record;
  Item item(placed);
  const auto failed = [&](base::ItemError error) {
    item.error = std::move(error);
    return std::move(item);
  };
  if (record.has("match"))
    return failed({"bad_record", "the record already has a match member", false, {}, {}});
  auto scope = gate::admit_later(record, {"scope", "hash"}, *seal_key_, gate_, *state_,
                                 gate_.policy().retention_unscanned);
  if (!scope) return failed(scope.error());
  item.scope = std::move(*scope);
  auto hashed = read_hash(record);
  if (!hashed) return failed(std::move(hashed.error()));
  item.hashed = std::move(*hashed);
  item.unjudged = item.hashed.unread;
  // admit_later() has made sure that every pair is open and every name known.
  for (const std::string& name : item.scope->technologies)
    item.technologies.push_back(gate_.policy().technology(name));
  if (settings_.sample) item.sampled = settings_.sample->includes(record.id());
  return item;
}

namespace {

// Each method by the function that matches it.
struct Matching {
  const policy::Technology& technology;
  const Lookup& lookup;
  std::optional<int> known_within;
  std::span<const Asked> asked;

  void operator()(const policy::Exact& method) const {
    match_exact(technology, method, lookup, asked);
  }
  void operator()(const policy::Pdq& method) const {
    match_pdq(technology, method, lookup, known_within, asked);
  }
  void operator()(const policy::Vpdq& method) const {
    match_vpdq(technology, method, lookup, asked);
  }
  void operator()(const policy::Indicators& method) const {
    match_indicators(technology, method, asked);
  }
  void operator()(const policy::External& method) const {
    match_external(technology, method, asked);
  }
};

}  // namespace

void Match::match(std::vector<Item>& items) const {
  const std::vector<policy::Technology>& technologies = gate_.policy().technologies;
  for (std::size_t i = 0; i < technologies.size(); ++i) {
    const policy::Technology& technology = technologies[i];
    std::vector<Asked> asked;
    for (Item& item : items) {
      const auto& admitted = item.technologies;
      if (item.error || std::find(admitted.begin(), admitted.end(), &technology) == admitted.end())
        continue;
      asked.push_back({&item.placed.record, &item.hashed,
                       item.sampled ? &lists_[i].all : &lists_[i].unsampled, &item.hits,
                       &item.unjudged});
    }
    if (asked.empty()) continue;
    std::visit(Matching{technology, *lookup_, gate_.known_within(technology), asked},
               technology.method);
  }
}

// Remembers what the record counts as if the breaker trips: as its own error, or as the breaker's.
void Match::keep_count(const ndjson::Placed& placed, const gate::ScopeMember* scope,
                       std::string_view error) {
  if (counts_.empty()) return;
  std::optional<RecordCount>& count = counts_[placed.place];
  count = scope != nullptr ? count_of(placed.record, *scope)
                           : count_of(placed.record, *seal_key_, gate_.policy().rehearsal);
  if (!count) return;
  count->key.outcome = ledger::CountOutcome::error;
  count->key.reason = error.empty() ? "breaker" : error;
}

ndjson::Outcome Match::finish_item(Item& item, Figures& figures) {
  const ndjson::Record& record = item.placed.record;
  const gate::ScopeMember* scope = item.scope ? &*item.scope : nullptr;
  const auto failed = [&](const base::ItemError& error) {
    keep_count(item.placed, scope, error.code);
    return ndjson::Outcome{ndjson::Outcome::Kind::error,
                           ndjson::with_error(record.line(), name(), error), false};
  };
  if (item.error) return failed(*item.error);
  const Exclusions excluded = exclude(item.hits, item.hashed, *lookup_);
  figures.excluded.add(excluded);
  if (settings_.best) keep_best(item.hits);
  // An item that was not read cannot be a non-hit.
  if (item.hits.empty() && item.unjudged) return failed(*item.unjudged);
  keep_count(item.placed, scope, {});
  const bool exhausted = cut(item.hits);

  json::Json hits = json::Json::array();
  for (const MatchHit& hit : item.hits) hits.push_back(to_json(hit, lookup_->version()));
  ++figures.records;
  figures.hits += item.hits.size();
  if (!item.hits.empty()) ++figures.with_hits;
  if (settings_.sample) ++(item.sampled ? figures.sampled : figures.unsampled);

  if (settings_.hits_only && item.hits.empty()) return {ndjson::Outcome::Kind::pass, {}, false};
  json::Json member{{"hits", std::move(hits)}};
  if (!item.hits.empty()) member["identified_at"] = base::to_string(now_);
  if (exhausted) member["exhausted"] = true;
  if (!excluded.empty()) member["excluded"] = excluded.totals();
  if (settings_.sample) member["sampled"] = item.sampled;
  const auto hash_mac = record.string("hash.mac");  // verified by admit_later
  return {ndjson::Outcome::Kind::pass,
          record.with("match", ndjson::seal(json::canonical(member), **hash_mac, *seal_key_)),
          false};
}

void Match::process_chunk(std::span<const ndjson::Placed> records,
                          std::span<ndjson::Outcome> outcomes, unsigned) {
  std::vector<Item> items;
  items.reserve(records.size());
  for (const ndjson::Placed& placed : records) items.push_back(admit(placed));
  match(items);
  Figures figures;
  for (std::size_t i = 0; i < items.size(); ++i) outcomes[i] = finish_item(items[i], figures);
  const std::lock_guard lock(mutex_);
  batch_.add(figures);
}

ndjson::Outcome Match::process(const ndjson::Placed& placed, unsigned worker) {
  ndjson::Outcome outcome;
  process_chunk(std::span(&placed, 1), std::span(&outcome, 1), worker);
  return outcome;
}

ndjson::Outcome Match::process_failed(const ndjson::Placed& placed, unsigned worker) {
  keep_count(placed, nullptr, placed.record.text("error.code"));
  return Stage::process_failed(placed, worker);
}

void Match::commit_batch(std::span<ndjson::Outcome> outcomes) {
  const Figures batch = std::exchange(batch_, {});
  window_.add(batch.records, batch.with_hits);
  const auto limit = gate_.policy().max_hit_share;
  if (limit && window_.passes(*limit)) stop(outcomes.size(), *limit);
  total_.add(batch);
  unrecorded_.add(batch.excluded);
}

// Before this batch is written on: a poisoned list must not flood reviewers.
void Match::stop(std::size_t withheld, double limit) {
  record_exclusions();
  ledger_.append(to_entry(ledger::BreakerTripped{lookup_->version(), window_.seen(),
                                                 window_.with_hits(), limit, withheld},
                          "match"));
  count_withheld();
  throw base::Error(base::ExitCode::breaker,
                    fmt::format("{} of {} records have hits, over match.max_hit_share {}",
                                window_.with_hits(), window_.seen(), limit),
                    {},
                    "look at the list that was changed last; nothing of this batch was passed on");
}

// retain, which counts outcomes, never sees these records: they are counted here, so that their
// runs balance.
void Match::count_withheld() {
  if (counts_.empty()) return;
  ledger::Counts counts(ledger_, "match");
  for (const auto& count : counts_) {
    if (count) counts.add(count->run, count->key, 1, count->bytes);
  }
  counts.commit();
  counts.close();
}

void Match::finish() {
  if (lookup_) record_exclusions();
}

std::string Match::figures() const {
  json::Json match{{"records", total_.records},
                   {"with_hits", total_.with_hits},
                   {"hits", total_.hits},
                   {"excluded", total_.excluded.totals()}};
  if (settings_.sample) {
    match["sampled"] = total_.sampled;
    match["unsampled"] = total_.unsampled;
  }
  if (lookup_) match["index"] = lookup_->version();
  return json::canonical({{"match", std::move(match)}});
}

}  // namespace proviso::stage
