#include "policy/drift.h"

#include "crypto/random.h"
#include "json/json.h"

namespace proviso::policy {
namespace {

using json::Json;

struct ParametersWriter {
  Json operator()(const Exact& exact) const {
    Json digests = Json::array();
    for (const HashType type : exact.digests) digests.push_back(std::string(to_string(type)));
    return {{"digests", std::move(digests)}};
  }
  Json operator()(const Pdq& pdq) const {
    Json out{{"distance", pdq.distance}, {"quality_floor", pdq.quality_floor}};
    if (pdq.dihedral) out["dihedral"] = true;
    if (pdq.unletterbox) out["unletterbox"] = true;
    return out;
  }
  Json operator()(const Vpdq& vpdq) const {
    return {{"distance", vpdq.distance},
            {"quality_floor", vpdq.quality_floor},
            {"query_share", vpdq.query_share},
            {"entry_share", vpdq.entry_share}};
  }
  Json operator()(const Indicators& indicators) const {
    Json thresholds = Json::object();
    for (const auto& [name, threshold] : indicators.thresholds) thresholds[name] = threshold;
    return {{"thresholds", std::move(thresholds)},
            {"objective", indicators.objective},
            {"minimum", indicators.minimum}};
  }
  Json operator()(const External& external) const {
    return {{"threshold", external.threshold},
            {"detector", external.detector},
            {"detector_version", external.detector_version}};
  }
};

}  // namespace

Json parameters_json(const Method& method) { return std::visit(ParametersWriter{}, method); }

Json technology_description(const Policy& policy, const Technology& technology) {
  Json content = Json::array();
  for (const base::ContentKind kind : technology.content)
    content.push_back(std::string(base::to_string(kind)));
  Json lists = Json::array();
  for (const std::string& name : technology.lists) {
    const List* list = policy.list(name);
    if (list == nullptr) continue;
    lists.push_back({{"name", list->name}, {"source", list->source}, {"purpose", list->purpose}});
  }
  return {{"name", technology.name},
          {"version", technology.version},
          {"purpose", std::string(to_string(technology.purpose))},
          {"method", std::string(to_string(technology.method))},
          {"parameters", parameters_json(technology.method)},
          {"content", std::move(content)},
          {"services", technology.services},
          {"lists", std::move(lists)}};
}

std::string drift_digest(const Policy& policy, const Technology& technology) {
  return crypto::sha256_hex(json::canonical(technology_description(policy, technology)));
}

}  // namespace proviso::policy
