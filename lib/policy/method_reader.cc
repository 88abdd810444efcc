#include "policy/method_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace proviso::policy {
namespace {

// Reads the parameters of each method from `map`.
struct ParametersReader {
  const Fields& fields;
  const yaml::Node& map;
  const yaml::Reader& in;

  ParametersReader(const Fields& f, const yaml::Node& m) : fields(f), map(m), in(f.in) {}

  void whole(std::string_view key, int least, int most, int& value) const {
    value = fields.whole(map, key, least, most).value_or(value);
  }
  void flag(std::string_view key, bool& value) const {
    value = in.optional_bool(map, key).value_or(value);
  }

  void operator()(Exact& out) const {
    in.only(map, {"digests"});
    std::set<HashType> named;
    for (const std::string& word : in.strings(map, "digests")) {
      if (const auto type = base::value_of(kDigestTypes, word)) {
        named.insert(*type);
      } else {
        in.fail(*map.find("digests"),
                fmt::format("digest '{}' is not one of {}", word, base::words_of(kDigestTypes)));
      }
    }
    if (!named.empty()) out.digests = std::move(named);
  }

  void operator()(Pdq& out) const {
    whole("distance", 0, kMaxDistance, out.distance);
    whole("quality_floor", 0, kMaxQuality, out.quality_floor);
    in.only(map, {"distance", "quality_floor", "dihedral", "unletterbox"});
    flag("dihedral", out.dihedral);
    flag("unletterbox", out.unletterbox);
  }

  void operator()(Vpdq& out) const {
    whole("distance", 0, kMaxDistance, out.distance);
    whole("quality_floor", 0, kMaxQuality, out.quality_floor);
    in.only(map, {"distance", "quality_floor", "query_share", "entry_share"});
    whole("query_share", 0, kMaxShare, out.query_share);
    whole("entry_share", 0, kMaxShare, out.entry_share);
    if (out.query_share == 0 && out.entry_share == 0) {
      in.fail(map,
              "query_share and entry_share are both 0: a single frame would make a hit of any "
              "video");
    }
  }

  void operator()(Indicators& out) const {
    in.only(map, {"thresholds", "objective", "minimum"});
    const yaml::Node& declared = fields.section(map, "thresholds", true);
    read_thresholds(declared, out);
    read_objective(out);
    whole("minimum", 1, kMaxFactors, out.minimum);
    const int factors =
        static_cast<int>(std::min(declared.members.size(), std::size_t{kMaxFactors}));
    if (factors > 0 && out.minimum > factors) {
      in.fail(map.find("minimum") != nullptr ? *map.find("minimum") : map,
              fmt::format("minimum: {} factors can never be there together, {} are declared",
                          out.minimum, factors));
    }
  }

  void operator()(External& out) const {
    in.only(map, {"threshold", "detector", "detector_version"});
    if (const auto threshold = fields.share(map, "threshold")) {
      out.threshold = *threshold;
    } else if (map.find("threshold") == nullptr) {
      in.fail(map, "parameters.threshold is missing: the score from which an item is flagged");
    }
    out.detector = fields.text(map, "detector");
    out.detector_version = fields.text(map, "detector_version");
  }

 private:
  void read_thresholds(const yaml::Node& declared, Indicators& out) const {
    if (declared.members.size() > std::size_t{kMaxFactors})
      in.fail(declared, fmt::format("thresholds: more than {} factors", kMaxFactors));
    for (const auto& [name, value] : declared.members) {
      if (!is_name(name.scalar))
        in.fail(name, "thresholds: a name has letters, digits, '-', '_', '.', at most 64");
      const auto threshold = in.optional_number(declared, name.scalar);
      if (!threshold || !std::isfinite(*threshold) || *threshold <= 0 ||
          *threshold > kMaxFactorThreshold) {
        in.fail(value, fmt::format("thresholds: {} needs a number above 0 (true counts as 1)",
                                   name.scalar));
        continue;
      }
      out.thresholds[name.scalar] = *threshold;
    }
  }

  // At least one objective risk factor is required (TE-06, Art. 3(1)(f)).
  void read_objective(Indicators& out) const {
    for (std::string& name : in.strings(map, "objective")) out.objective.insert(std::move(name));
    const yaml::Node* const found = map.find("objective");
    const yaml::Node& at = found != nullptr ? *found : map;
    if (out.objective.empty()) {
      in.fail(at,
              "parameters.objective: at least one objective risk factor was expected, such as "
              "age_difference (TE-06)");
    }
    for (const std::string& name : out.objective) {
      if (out.thresholds.count(name) == 0)
        in.fail(at, fmt::format("objective: {} has no threshold", name));
    }
  }
};

}  // namespace

Method read_method(const Fields& fields, const yaml::Node& technology) {
  return fields.word(technology, "method", parse_method, base::words_of(methods()))
      .value_or(Exact{});
}

Method read_parameters(const Fields& fields, const yaml::Node& technology, Method method) {
  const bool required = needs_parameters(method);
  const yaml::Node& map = fields.section(technology, "parameters", required);
  if (required && map.members.empty()) {
    if (const yaml::Node* at = technology.find("parameters"))
      fields.in.fail(*at, "parameters is empty");
    return method;
  }
  std::visit(ParametersReader(fields, map), method);
  return method;
}

}  // namespace proviso::policy
