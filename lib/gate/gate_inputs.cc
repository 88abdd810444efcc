#include "gate/gate_inputs.h"

#include <string>
#include <utility>

#include "base/mode.h"
#include "policy/drift.h"

namespace proviso::gate {

json::Json describe_inputs(const policy::Policy& policy, const law::Resolved& law,
                           const std::vector<dpia::Document>& documents) {
  json::Json out = json::Json::object();
  out["mode"] = base::mode_word(policy.rehearsal);
  json::Json instruments = json::Json::array();
  for (const law::Instrument* text : law.all()) {
    instruments.push_back({{"id", text->id}, {"sha256", text->digest}});
  }
  out["instruments"] = std::move(instruments);
  json::Json services = json::Json::array();
  for (const policy::Service& each : policy.services) {
    json::Json service = {{"name", each.name},
                          {"kind", each.kind},
                          {"regions", each.regions},
                          {"e2ee", std::string(policy::to_string(each.e2ee))},
                          {"notice_url", each.notice.url}};
    if (each.notice.published)
      service["notice_published"] = base::to_string(*each.notice.published);
    services.push_back(std::move(service));
  }
  out["services"] = std::move(services);
  json::Json technologies = json::Json::array();
  for (const policy::Technology& each : policy.technologies) {
    technologies.push_back(policy::technology_description(policy, each));
  }
  out["technologies"] = std::move(technologies);
  json::Json lists = json::Json::array();
  for (const policy::List& each : policy.lists) {
    lists.push_back({{"name", each.name}, {"source", each.source}, {"purpose", each.purpose}});
  }
  out["lists"] = std::move(lists);
  out["review"] = {{"required", policy.review_all ? "all" : "as-the-instrument-says"},
                   {"four_eyes", policy.four_eyes},
                   {"oversight_every", base::to_string(policy.oversight_every)}};
  json::Json match = json::Json::object();
  if (policy.known_within) match["known_within"] = *policy.known_within;
  if (policy.max_hit_share) match["max_hit_share"] = *policy.max_hit_share;
  out["match"] = std::move(match);
  out["grounds"] = {{"gdpr", policy.gdpr_grounds}, {"transfers", policy.transfer_grounds}};
  json::Json digests = json::Json::array();
  for (const dpia::Document& each : documents) digests.push_back(each.sha256);
  out["dpia"] = std::move(digests);
  return out;
}

}  // namespace proviso::gate
