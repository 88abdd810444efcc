// The technologies of the policy: what each method takes, and no value that says nothing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "policy/policy_reader.h"
#include "policy/words.h"

namespace proviso::policy {
namespace {

constexpr int kMaxDistance = 63;  // what the index searches exactly
constexpr int kMaxQuality = 100;
constexpr int kPercent = 100;
constexpr std::size_t kMaxFactors = 64;  // as many as an item may carry
constexpr double kMaxFactorThreshold = 1e9;

// What a method may look at. Indicators are derived from text; what does so, and the text itself,
// stay with the provider.
bool takes_kind(Method method, base::ContentKind kind) {
  switch (method) {
    case Method::pdq:
    case Method::vpdq:
      return kind == base::ContentKind::image || kind == base::ContentKind::video;
    case Method::indicators:
      return kind == base::ContentKind::text;
    case Method::external:
      return kind == base::ContentKind::image || kind == base::ContentKind::video ||
             kind == base::ContentKind::file;
    case Method::exact:
      return true;
  }
  return false;
}

std::string_view what_it_takes(Method method) {
  switch (method) {
    case Method::pdq:
      return "images and frames of video";
    case Method::vpdq:
      return "the frames of video and of animated images";
    case Method::indicators:
      return "what is derived from text";
    case Method::external:
      return "images, video and files that a detector gave a score";
    case Method::exact:
      break;
  }
  return "files";
}

}  // namespace

json::Json PolicyReader::read_video_shares(const yaml::Node& map, json::Json out) {
  out["query_share"] = fields_.whole(map, "query_share", 0, kPercent).value_or(80);
  out["entry_share"] = fields_.whole(map, "entry_share", 0, kPercent).value_or(0);
  if (out["query_share"] == 0 && out["entry_share"] == 0) {
    in_.fail(
        map,
        "query_share and entry_share are both 0: a single frame would make a hit of any video");
  }
  return out;
}

// Art. 3(1)(f): relevant key indicators and objectively identified risk factors.
json::Json PolicyReader::read_risk_factors(const yaml::Node& map) {
  in_.only(map, {"thresholds", "objective", "minimum"});
  json::Json thresholds = json::Json::object();
  const yaml::Node& declared = fields_.section(map, "thresholds", true);
  if (declared.members.size() > kMaxFactors)
    in_.fail(declared, fmt::format("thresholds: more than {} factors", kMaxFactors));
  for (const auto& [name, value] : declared.members) {
    if (!is_name(name.scalar))
      in_.fail(name, "thresholds: a name has letters, digits, '-', '_', '.', at most 64");
    const auto threshold = in_.optional_number(declared, name.scalar);
    if (!threshold || !std::isfinite(*threshold) || *threshold <= 0 ||
        *threshold > kMaxFactorThreshold) {
      in_.fail(value, fmt::format("thresholds: {} needs a number above 0 (true counts as 1)",
                                  name.scalar));
      continue;
    }
    thresholds[name.scalar] = *threshold;
  }
  std::vector<std::string> objective = in_.strings(map, "objective");
  std::sort(objective.begin(), objective.end());
  objective.erase(std::unique(objective.begin(), objective.end()), objective.end());
  const yaml::Node* const at = map.find("objective");
  if (objective.empty()) {
    in_.fail(at != nullptr ? *at : map,
             "parameters.objective: at least one objective risk factor was expected, such as "
             "age_difference (TE-06)");
  }
  for (const std::string& name : objective) {
    if (!thresholds.contains(name))
      in_.fail(*at, fmt::format("objective: {} has no threshold", name));
  }
  const int factors = static_cast<int>(std::min(declared.members.size(), kMaxFactors));
  const int minimum = fields_.whole(map, "minimum", 1, static_cast<int>(kMaxFactors)).value_or(2);
  if (factors > 0 && minimum > factors) {
    in_.fail(map.find("minimum") != nullptr ? *map.find("minimum") : map,
             fmt::format("minimum: {} factors can never be there together, {} are declared",
                         minimum, factors));
  }
  return {{"thresholds", std::move(thresholds)},
          {"objective", std::move(objective)},
          {"minimum", minimum}};
}

json::Json PolicyReader::read_detector(const yaml::Node& map) {
  in_.only(map, {"threshold", "detector", "detector_version"});
  json::Json out = json::Json::object();
  const auto threshold = fields_.share(map, "threshold");
  if (threshold)
    out["threshold"] = *threshold;
  else if (map.find("threshold") == nullptr)
    in_.fail(map, "parameters.threshold is missing: the score from which an item is flagged");
  for (const char* key : {"detector", "detector_version"}) out[key] = fields_.text(map, key);
  return out;
}

json::Json PolicyReader::read_parameters(const yaml::Node& node, Method method) {
  const bool required = method == Method::indicators || method == Method::external;
  const yaml::Node& map = fields_.section(node, "parameters", required);
  if (required && map.members.empty()) {
    if (const yaml::Node* at = node.find("parameters")) in_.fail(*at, "parameters is empty");
    return json::Json::object();
  }
  // What is left out is written out here, so that a default and the same value stated make no
  // drift.
  if (method == Method::indicators) return read_risk_factors(map);
  if (method == Method::external) return read_detector(map);
  if (method == Method::pdq || method == Method::vpdq) {
    json::Json out{
        {"distance", fields_.whole(map, "distance", 0, kMaxDistance).value_or(31)},
        {"quality_floor", fields_.whole(map, "quality_floor", 0, kMaxQuality).value_or(50)}};
    if (method == Method::vpdq) {
      in_.only(map, {"distance", "quality_floor", "query_share", "entry_share"});
      return read_video_shares(map, std::move(out));
    }
    in_.only(map, {"distance", "quality_floor", "dihedral", "unletterbox"});
    for (const char* flag : {"dihedral", "unletterbox"}) {
      if (in_.optional_bool(map, flag).value_or(false)) out[flag] = true;
    }
    return out;
  }
  in_.only(map, {"digests"});
  std::vector<std::string> digests = in_.strings(map, "digests");
  for (const std::string& each : digests) {
    if (each != "md5" && each != "sha1" && each != "sha256") {
      in_.fail(*map.find("digests"),
               fmt::format("digest '{}' is not one of md5, sha1, sha256", each));
    }
  }
  if (digests.empty()) digests = {"md5", "sha1", "sha256"};
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  return {{"digests", digests}};
}

void PolicyReader::check_method(const yaml::Node& node, const Technology& out) {
  const bool solicitation = out.purpose == Purpose::solicitation;
  if (solicitation && out.method == Method::external) {
    in_.fail(node, "method external is of pictures and files, it cannot look for solicitation");
  } else if (solicitation && out.method != Method::indicators) {
    in_.fail(node, fmt::format("method {} compares files, it cannot look for solicitation",
                               to_string(out.method)));
  } else if (!solicitation && out.method == Method::indicators) {
    in_.fail(node, fmt::format("method indicators is for purpose solicitation alone, not {}",
                               to_string(out.purpose)));
  }
}

Technology PolicyReader::read_technology(const yaml::Node& node) {
  in_.only(node, {"name", "version", "purpose", "method", "parameters", "content", "services",
                  "first_used", "first_used_by_any_provider", "dpia", "lists"});
  Technology out;
  out.name = fields_.text(node, "name");
  if (!out.name.empty() && !is_name(out.name))
    in_.fail(*node.find("name"), "name: letters, digits, '-', '_', '.', at most 64");
  out.version = fields_.text(node, "version");
  out.purpose = fields_.word(node, "purpose", parse_purpose, "known-csam, new-csam, solicitation")
                    .value_or(Purpose::known_csam);
  out.method = fields_.word(node, "method", parse_method, "exact, pdq, vpdq, indicators, external")
                   .value_or(Method::exact);
  check_method(node, out);
  out.parameters = read_parameters(node, out.method);
  for (const std::string& word : in_.strings(node, "content")) {
    const auto kind = base::parse_content_kind(word);
    if (!kind) {
      in_.fail(*node.find("content"), fmt::format("content: '{}' is not a kind of content", word));
    } else if (*kind == base::ContentKind::archive || *kind == base::ContentKind::mail) {
      in_.fail(*node.find("content"),
               fmt::format("content: {} is a container, the kinds inside it were expected", word));
    } else if (!takes_kind(out.method, *kind)) {
      in_.fail(*node.find("content"),
               fmt::format("content: method {} is of {}, not {}", to_string(out.method),
                           what_it_takes(out.method), word));
    } else {
      out.content.insert(*kind);
    }
  }
  if (const yaml::Node* content = in_.require(node, "content");
      content != nullptr && content->items.empty()) {
    in_.fail(*content, "content is empty");
  }
  out.services = in_.strings(node, "services");
  if (const yaml::Node* services = in_.require(node, "services");
      services != nullptr && out.services.empty()) {
    in_.fail(*services, "services is empty");
  }
  out.first_used = fields_.date(node, "first_used");
  const yaml::Node& any = fields_.section(node, "first_used_by_any_provider", false);
  in_.only(any, {"date", "evidence"});
  if (!any.members.empty()) {
    out.first_used_by_any = fields_.require_date(any, "date");
    out.first_used_evidence = fields_.text(any, "evidence");
  }
  // Not looked for: dpia-check, which writes it, reads this policy first; the gate reports a
  // missing one.
  out.dpia = fields_.path(node, "dpia", Fields::Expect::nothing, false);
  out.lists = in_.strings(node, "lists");
  if (!out.uses_lists()) {
    if (!out.lists.empty())
      in_.fail(*node.find("lists"),
               fmt::format("lists: method {} looks nothing up", to_string(out.method)));
  } else if (const yaml::Node* lists = in_.require(node, "lists");
             lists != nullptr && out.lists.empty()) {
    in_.fail(*lists, "lists is empty");
  }
  return out;
}

void PolicyReader::read_technologies(const yaml::Node& root) {
  for (const yaml::Node& each : fields_.list(root, "technologies", true)) {
    if (each.type != yaml::NodeType::map) {
      in_.fail(each, "a map was expected");
      continue;
    }
    Technology one = read_technology(each);
    if (policy_.technology(one.name) != nullptr)
      in_.fail(each, fmt::format("technology {} stands twice", one.name));
    for (const std::string& name : one.services) {
      if (policy_.service(name) == nullptr)
        in_.fail(*each.find("services"), fmt::format("service {} is not in services", name));
    }
    for (const std::string& name : one.lists) {
      if (policy_.list(name) == nullptr)
        in_.fail(*each.find("lists"), fmt::format("list {} is not in lists", name));
    }
    policy_.technologies.push_back(std::move(one));
  }
}

}  // namespace proviso::policy
