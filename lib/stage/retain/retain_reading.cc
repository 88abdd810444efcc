#include "stage/retain/retain_reading.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "json/json.h"
#include "ndjson/elements.h"

namespace proviso::stage {
namespace {

constexpr std::array<std::string_view, 8> kRetryable = {
    "bad_seal",    "crashed", "content_unreadable", "gate_changed", "gate_closed",
    "scope_stale", "timeout", "index_changed"};
// Members that the stages own, or that lead to the file: a case never keeps them, whatever
// evidence_fields names.
constexpr std::array<std::string_view, 6> kNeverKept = {"content", "scope",  "hash",
                                                        "match",   "retain", "error"};

base::Result<json::Json> document(simdjson::dom::element element) {
  const base::Result<std::string> text = ndjson::canonical(element);
  if (!text) return tl::make_unexpected(text.error());
  return json::parse(*text, "record");
}

std::string text_in(const json::Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

bool flag_in(const json::Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_boolean() && member->get<bool>();
}

// The lowest names the case, and the class of a leaf.
int rank(const json::Json& hit) {
  return flag_in(hit, "previously_identified") ? 0 : text_in(hit, "class") == "known" ? 1 : 2;
}

const json::Json& naming_hit(const json::Json& hits) {
  return *std::min_element(hits.begin(), hits.end(), [&](const json::Json& a, const json::Json& b) {
    return rank(a) < rank(b);
  });
}

// The kind of each member of a container, by its index.
std::map<std::uint64_t, std::string> member_kinds(const ndjson::Record& record) {
  std::map<std::uint64_t, std::string> kinds;
  const auto hash = record.find("hash");
  simdjson::dom::array members;
  if (!hash || (*hash)["members"].get_array().get(members) != simdjson::SUCCESS) return kinds;
  for (const simdjson::dom::element member : members) {
    std::uint64_t index = 0;
    std::string_view kind;
    if (member["index"].get(index) == simdjson::SUCCESS &&
        member["kind"].get(kind) == simdjson::SUCCESS)
      kinds[index] = kind;
  }
  return kinds;
}

// Each leaf with hits once, by kind and class.
std::vector<ledger::LeafCount> leaves_of(const json::Json& hits, const std::string& item_kind,
                                         const std::map<std::uint64_t, std::string>& kinds) {
  constexpr std::uint64_t kItem = UINT64_MAX;  // a hit that names no member
  std::map<std::uint64_t, const json::Json*> best;
  for (const json::Json& hit : hits) {
    const auto member = hit.find("member");
    const bool is_member = member != hit.end() && member->is_number_unsigned();
    const json::Json*& known = best[is_member ? member->get<std::uint64_t>() : kItem];
    if (known == nullptr || rank(hit) < rank(*known)) known = &hit;
  }
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts;
  for (const auto& [index, hit] : best) {
    const auto kind = kinds.find(index);
    ++counts[{kind == kinds.end() ? item_kind : kind->second, text_in(*hit, "class")}];
  }
  std::vector<ledger::LeafCount> leaves;
  leaves.reserve(counts.size());
  for (const auto& [key, n] : counts)
    leaves.push_back({key.first, ledger::parse<base::MaterialClass>(key.second), n});
  return leaves;
}

// Only what evidence_fields name, besides the hits, role, region, sending time and digests.
base::Result<json::Json> sealed_metadata(const ndjson::Record& record, const policy::Policy& policy,
                                         json::Json hits, std::string_view identified_at) {
  json::Json sealed = json::Json::object();
  std::vector<std::string> names = {"service", "region", "role", "sent_at"};
  for (const auto& [name, why] : policy.evidence_fields) names.push_back(name);
  for (const std::string& name : names) {
    if (std::find(kNeverKept.begin(), kNeverKept.end(), name) != kNeverKept.end()) continue;
    const auto element = record.find(name);
    if (!element) continue;
    base::Result<json::Json> value = document(*element);
    if (!value) return value;
    sealed[name] = std::move(*value);
  }
  sealed["id"] = std::string(record.id());
  sealed["identified_at"] = std::string(identified_at);
  sealed["hits"] = std::move(hits);
  if (const auto hash = record.find("hash")) {
    base::Result<json::Json> digests = document(*hash);
    if (!digests) return digests;
    digests->erase("mac");
    sealed["hash"] = std::move(*digests);
  }
  return sealed;
}

}  // namespace

bool is_retryable(std::string_view code) {
  return std::find(kRetryable.begin(), kRetryable.end(), code) != kRetryable.end();
}

base::Result<std::size_t> hits_of(const ndjson::Record& record) {
  const auto match = record.find("match");
  simdjson::dom::array hits;
  if (!match || (*match)["hits"].get_array().get(hits) != simdjson::SUCCESS) {
    return base::fail("bad_record", "field match.hits: an array was expected");
  }
  return hits.size();
}

base::Result<vault::NewCase> new_case_of(const ndjson::Record& record, const policy::Policy& policy,
                                         const std::string& run) {
  const auto hits_text = ndjson::canonical((*record.find("match"))["hits"]);
  if (!hits_text) return tl::make_unexpected(hits_text.error());
  json::Json hits = json::parse(*hits_text, "match.hits");
  for (const json::Json& hit : hits) {
    if (!hit.is_object())
      return base::fail("bad_record", "field match.hits: objects were expected");
  }
  const auto text = [&](std::string_view path) -> base::Result<std::string> {
    const auto value = record.string(path);
    if (!value) return tl::make_unexpected(value.error());
    return std::string(value->value_or(""));
  };
  const auto identified = text("match.identified_at"), sha256 = text("hash.sha256"),
             service = text("service"), region = text("region"), kind = text("hash.kind");
  for (const auto* value : {&identified, &sha256, &service, &region, &kind}) {
    if (!*value) return tl::make_unexpected(value->error());
  }
  const auto bytes = record.unsigned_integer("hash.bytes");
  if (!bytes) return tl::make_unexpected(bytes.error());
  const std::optional<base::Instant> at = base::parse_instant(*identified);
  if (!at)
    return base::fail("bad_record", "field match.identified_at: an RFC 3339 instant was expected");
  // An item derived from text has no file: only its evidence can be kept, and retain pins that
  // itself.
  const auto path = record.string("content.path");
  if (!path) return tl::make_unexpected(path.error());
  if (*path && (sha256->size() != 64 || !*bytes))
    return base::fail("bad_record", "field hash: sha256 and bytes were expected");

  const json::Json& first = naming_hit(hits);
  vault::NewCase made;
  made.item_id = std::string(record.id());
  made.identified_at = *at;
  made.technology = text_in(first, "technology");
  made.list = text_in(first, "list");
  made.material_class = text_in(first, "class");
  made.previously_identified = flag_in(first, "previously_identified");
  made.service = *service;
  made.region = *region;
  made.kind = *kind;
  made.pinned_bytes = bytes->value_or(0);
  made.pinned_sha256 = *sha256;
  made.run = run;
  made.role = ledger::parse<ledger::AccountRole>(record.text("role"));
  made.leaves = leaves_of(hits, *kind, member_kinds(record));
  base::Result<json::Json> sealed = sealed_metadata(record, policy, std::move(hits), *identified);
  if (!sealed) return tl::make_unexpected(sealed.error());
  made.sealed = std::move(*sealed);
  return made;
}

}  // namespace proviso::stage
