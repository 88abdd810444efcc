#include "stage/match.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/counts.h"
#include "ledger/events.h"
#include "ndjson/seal.h"
#include "stage/matchers/matchers.h"

namespace proviso::stage {
namespace {

constexpr int kDefaultBreakerWindow = 10'000;  // records
constexpr std::size_t kMostHits = 1'000;       // of one item: more say nothing more
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
  const ndjson::Record* record = nullptr;
  std::optional<base::ItemError> error;  // it goes no further
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
  json::Json data{{"index", lookup_->version()}, {"sections", lookup_->sections()}};
  if (settings_.sample) data["sample"] = settings_.sample->description();
  ledger_.append({ledger::event::kIndexLoaded, "match", {}, {}, std::move(data)});
}

// Sums of many records, never one by one: the log tells of no single communication.
void Match::record_exclusions() {
  recorded_hour_ = now_.seconds / kSecondsOfHour;
  if (unrecorded_.empty()) return;
  json::Json data = unrecorded_.by_list();
  data["index"] = lookup_->version();
  ledger_.append({ledger::event::kMatchExcluded, "match", {}, {}, std::move(data)});
  unrecorded_ = {};
}

void Match::begin_batch() {
  now_ = base::now();
  try {
    state_ = &gate_.require_any_open(now_);
  } catch (...) {  // the run ends here; what it excluded is recorded all the same
    if (lookup_) record_exclusions();
    throw;
  }
  const bool replaced = lookup_ && lookup_->replaced();
  if (lookup_ && (replaced || now_.seconds / kSecondsOfHour != recorded_hour_)) record_exclusions();
  if (!lookup_) recorded_hour_ = now_.seconds / kSecondsOfHour;
  if (!lookup_ || replaced) open_index();
}

Match::Item Match::admit(const ndjson::Record& record) const {
  Item item;
  item.record = &record;
  const auto failed = [&](base::ItemError error) {
    item.error = std::move(error);
    return std::move(item);
  };
  if (record.has("match"))
    return failed({"bad_record", "the record already has a match member", false, {}, {}});
  const auto scope = gate::admit_later(record, {"scope", "hash"}, *seal_key_, gate_, *state_,
                                       gate_.policy().retention_unscanned);
  if (!scope) return failed(scope.error());
  auto hashed = read_hash(record);
  if (!hashed) return failed(std::move(hashed.error()));
  item.hashed = std::move(*hashed);
  item.unjudged = item.hashed.unread;
  // admit_later() has made sure that every pair is open and every name known.
  for (const std::string& name : scope->technologies)
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
      asked.push_back({item.record, &item.hashed,
                       item.sampled ? &lists_[i].all : &lists_[i].unsampled, &item.hits,
                       &item.unjudged});
    }
    if (asked.empty()) continue;
    std::visit(Matching{technology, *lookup_, gate_.known_within(technology), asked},
               technology.method);
  }
}

ndjson::Outcome Match::finish_item(Item& item, Figures& figures) const {
  const auto failed = [&](const base::ItemError& error) {
    return ndjson::Outcome{ndjson::Outcome::Kind::error,
                           ndjson::with_error(*item.record, name(), error), false};
  };
  if (item.error) return failed(*item.error);
  const Exclusions excluded = exclude(item.hits, item.hashed, *lookup_);
  figures.excluded.add(excluded);
  if (settings_.best) keep_best(item.hits);
  // What was not read cannot be said to be no hit.
  if (item.hits.empty() && item.unjudged) return failed(*item.unjudged);
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
  const auto hash_mac = item.record->string("hash.mac");  // verified by admit_later
  return {ndjson::Outcome::Kind::pass,
          item.record->with("match", ndjson::seal(json::canonical(member), **hash_mac, *seal_key_)),
          false};
}

void Match::process_chunk(std::span<const ndjson::Record* const> records,
                          std::span<ndjson::Outcome> outcomes, unsigned) {
  std::vector<Item> items;
  items.reserve(records.size());
  for (const ndjson::Record* record : records) items.push_back(admit(*record));
  match(items);
  Figures figures;
  for (std::size_t i = 0; i < items.size(); ++i) outcomes[i] = finish_item(items[i], figures);
  const std::lock_guard lock(mutex_);
  batch_.add(figures);
}

ndjson::Outcome Match::process(const ndjson::Record& record, unsigned worker) {
  const ndjson::Record* const records[] = {&record};
  ndjson::Outcome outcomes[1];
  process_chunk(records, outcomes, worker);
  return std::move(outcomes[0]);
}

void Match::commit_batch(std::span<ndjson::Outcome> outcomes) {
  const Figures batch = std::exchange(batch_, {});
  window_.add(batch.records, batch.with_hits);
  const auto limit = gate_.policy().max_hit_share;
  if (limit && window_.passes(*limit)) stop(outcomes, *limit);
  total_.add(batch);
  unrecorded_.add(batch.excluded);
}

// Before this batch is written on: a poisoned list must not flood reviewers.
void Match::stop(std::span<ndjson::Outcome> outcomes, double limit) {
  record_exclusions();
  ledger_.append({ledger::event::kBreaker,
                  "match",
                  {},
                  {},
                  {{"seen", window_.seen()},
                   {"hits", window_.with_hits()},
                   {"limit", limit},
                   {"index", lookup_->version()},
                   {"withheld", outcomes.size()}}});
  if (!settings_.hits_only) count_withheld(outcomes);
  throw base::Error(base::ExitCode::breaker,
                    fmt::format("{} of {} records have hits, over match.max_hit_share {}",
                                window_.with_hits(), window_.seen(), limit),
                    {},
                    "look at the list that was changed last; nothing of this batch was passed on");
}

// retain, which counts outcomes, will never see them: they are counted here, so that their runs
// balance.
void Match::count_withheld(std::span<ndjson::Outcome> outcomes) {
  ledger::Counts counts(ledger_, "match");
  ndjson::Parser parser;
  for (ndjson::Outcome& outcome : outcomes) {
    if (outcome.bad_line) continue;
    const auto record = ndjson::Record::parse(parser, std::move(outcome.line));
    if (!record || !ndjson::verify_seals(*record, {"scope"}, *seal_key_))
      continue;  // nothing of it is believed, nor counted elsewhere
    const auto scope = gate::read_scope(*record);
    if (!scope || scope->rehearsal != gate_.policy().rehearsal) continue;
    ledger::CountKey key;
    key.side = "out";
    key.service = record->text("service");
    key.region = record->text("region");
    key.kind = record->text("hash.kind");
    if (key.kind.empty()) key.kind = record->text("content.kind");
    key.outcome = "error";
    key.reason = record->text("error.code");
    if (key.reason.empty()) key.reason = "breaker";
    const auto bytes = record->unsigned_integer("hash.bytes");
    counts.add(scope->run, key, 1, bytes && *bytes ? **bytes : 0);
  }
  counts.commit();
  counts.close();
}

void Match::finish() {
  if (lookup_) record_exclusions();
}

json::Json Match::figures() const {
  json::Json match{{"records", total_.records},
                   {"with_hits", total_.with_hits},
                   {"hits", total_.hits},
                   {"excluded", total_.excluded.totals()}};
  if (settings_.sample) {
    match["sampled"] = total_.sampled;
    match["unsampled"] = total_.unsampled;
  }
  if (lookup_) match["index"] = lookup_->version();
  return {{"match", std::move(match)}};
}

}  // namespace proviso::stage
