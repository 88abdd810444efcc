#include "stage/match.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/events.h"
#include "ndjson/seal.h"

namespace proviso::stage {
namespace {

constexpr std::uint64_t kBreakerMinimum = 100;      // records seen before a share of hits means anything
constexpr int kDefaultBreakerWindow = 10'000;       // records

// The class of a hit is the class of its detector, not of a verdict (Annex of (EU) 2024/2916, category 4).
base::MaterialClass class_of(const policy::Technology& technology) {
  switch (technology.purpose) {
    case policy::Purpose::known_csam: return base::MaterialClass::known;
    case policy::Purpose::new_csam: return base::MaterialClass::new_material;
    case policy::Purpose::solicitation: return base::MaterialClass::solicitation;
  }
  return base::MaterialClass::new_material;
}

}  // namespace

Match::Match(gate::Gate& gate, ledger::Ledger& ledger, MatchSettings settings)
    : gate_(gate), ledger_(ledger), settings_(settings), seal_key_(gate::stream_seal_key(gate.policy().stream_key)) {}

void Match::open_index() {
  const policy::Policy& policy = gate_.policy();
  index_ = index::open_of(policy, policy.index);
  index_digest_ = index_->digest();
  for (const policy::Technology& technology : policy.technologies) {
    for (const std::string& list : technology.lists) {
      const auto& sections = index_->sections();
      if (std::none_of(sections.begin(), sections.end(), [&](const index::Section& section) { return section.list == list; })) {
        throw base::Error(base::ExitCode::config, fmt::format("technology {}: the index has no section of list '{}'", technology.name, list),
                          policy.index.string(), "rebuild it with 'proviso index build'");
      }
    }
  }
  json::Json sections = json::Json::array();
  for (const index::Section& section : index_->sections()) {
    sections.push_back({{"list", section.list}, {"type", section.type}, {"entries", section.entries}});
  }
  ledger_.append({ledger::event::kIndexLoaded, "match", {}, {}, {{"index", index_digest_}, {"sections", std::move(sections)}}});
}

void Match::begin_batch() {
  now_ = base::now();
  state_ = &gate_.require_any_open(now_);
  if (!index_ || index_->replaced()) open_index();
}

void Match::look_up(const policy::Technology& technology, const HashedLeaf& leaf, json::Json& hits) const {
  struct Found {
    index::Hit hit;
    const PerceptualHash* by = nullptr;
  };
  std::vector<Found> best;                 // one a list entry: the nearest
  std::vector<index::Hit> found;
  const auto keep_nearest = [&](const PerceptualHash* by) {
    for (index::Hit& hit : found) {
      const auto same = std::find_if(best.begin(), best.end(), [&](const Found& other) {
        return other.hit.section == hit.section && other.hit.entry == hit.entry && other.hit.method == hit.method;
      });
      if (same == best.end()) {
        best.push_back({std::move(hit), by});
      } else if (hit.distance < same->hit.distance) {
        *same = {std::move(hit), by};
      }
    }
    found.clear();
  };
  const bool exact = technology.method == policy::Method::exact;
  if (exact && technology.content.count(leaf.kind) != 0) {
    for (const auto& [type, digest] : leaf.digests) index_->find_exact(type, digest, technology.lists, found);
    keep_nearest(nullptr);
  } else if (technology.method == policy::Method::pdq && technology.content.count(leaf.kind) != 0) {
    for (const PerceptualHash& each : leaf.perceptual) {
      const bool turned = !each.transform.empty() && each.transform != kUnletterboxed;
      if (each.quality < technology.quality_floor() || (turned && !technology.dihedral()) ||
          (each.transform == kUnletterboxed && !technology.unletterbox())) {
        continue;
      }
      index_->find_pdq(each.hash, technology.distance(), technology.lists, found);
      keep_nearest(&each);
    }
  }
  const auto known_within = gate_.policy().known_within;
  for (const auto& [hit, by] : best) {
    const bool identified = hit.verified_list && (exact || (known_within && hit.distance <= *known_within));
    json::Json entry{{"technology", technology.name}, {"list", hit.list},          {"entry", hit.entry},
                     {"method", hit.method},          {"distance", hit.distance},  {"threshold", hit.threshold},
                     {"index", index_digest_},        {"class", base::to_string(class_of(technology))},
                     {"previously_identified", identified}};
    if (!hit.label.empty()) entry["label"] = hit.label;
    if (leaf.member) entry["member"] = *leaf.member;
    if (by != nullptr && by->milliseconds) entry["ms"] = *by->milliseconds;
    if (by != nullptr && !by->transform.empty()) entry["transform"] = by->transform;
    hits.push_back(std::move(entry));
  }
}

base::Result<json::Json> Match::member_of(const ndjson::Record& record, std::size_t& count) const {
  if (record.has("match")) return base::fail("bad_record", "the record already has a match member");
  const auto scope = gate::admit_later(record, {"scope", "hash"}, *seal_key_, gate_, *state_, gate_.policy().retention_unscanned);
  if (!scope) return tl::make_unexpected(scope.error());
  const auto hashed = read_hash(record);
  if (!hashed) return tl::make_unexpected(hashed.error());
  const auto service = record.string("service");
  json::Json hits = json::Json::array();
  for (const std::string& name : scope->technologies) {
    const policy::Technology* const technology = gate_.policy().technology(name);
    const gate::Pair* const pair = service && *service ? state_->find(**service, name) : nullptr;
    // A pair that closed since scope-check is not looked up; admit_later() has made sure that one is open.
    if (technology == nullptr || pair == nullptr || !pair->open()) continue;
    for (const HashedLeaf& leaf : hashed->leaves) look_up(*technology, leaf, hits);
  }
  // What was not read cannot be said to be no hit.
  if (hits.empty() && hashed->unread) return tl::make_unexpected(*hashed->unread);
  count = hits.size();
  json::Json member{{"hits", std::move(hits)}};
  if (count != 0) member["identified_at"] = base::to_string(now_);
  return member;
}

ndjson::Outcome Match::process(const ndjson::Record& record, unsigned) {
  std::size_t hits = 0;
  const auto member = member_of(record, hits);
  if (!member) return {ndjson::Outcome::Kind::error, ndjson::with_error(record, name(), member.error())};
  ++seen_;
  if (hits != 0) ++with_hits_;
  if (settings_.hits_only && hits == 0) return {ndjson::Outcome::Kind::pass, {}};
  const auto hash_mac = record.string("hash.mac");      // verified by admit_later
  return {ndjson::Outcome::Kind::pass, record.with("match", ndjson::seal(json::canonical(*member), **hash_mac, *seal_key_))};
}

void Match::commit_batch(std::span<ndjson::Outcome>) {
  const auto limit = gate_.policy().max_hit_share;
  const std::uint64_t seen = seen_;
  const std::uint64_t hits = with_hits_;
  if (limit && seen >= kBreakerMinimum && static_cast<double>(hits) > *limit * static_cast<double>(seen)) {
    // Before this batch is written on: a poisoned list must not flood reviewers.
    ledger_.append({ledger::event::kBreaker, "match", {}, {}, {{"seen", seen}, {"hits", hits}, {"limit", *limit}, {"index", index_digest_}}});
    throw base::Error(base::ExitCode::breaker,
                      fmt::format("{} of {} records have hits, over match.max_hit_share {}", hits, seen, *limit), {},
                      "look at the list that was changed last; nothing of this batch was passed on");
  }
  if (seen >= static_cast<std::uint64_t>(gate_.policy().hit_share_window.value_or(kDefaultBreakerWindow))) {
    seen_ = 0;
    with_hits_ = 0;
  }
}

}  // namespace proviso::stage
