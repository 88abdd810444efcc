#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "ndjson/elements.h"
#include "stage/match/matchers/matchers.h"

namespace proviso::stage {
namespace {

// The declared factors that the item has. A word where a number belongs is an error: the factor is
// neither present nor absent.
base::Result<std::vector<std::string>> factors_there(
    const ndjson::Record& record, const std::map<std::string, double>& thresholds) {
  const auto member = record.find("indicators");
  simdjson::dom::object indicators;
  if (!member || member->get(indicators) != simdjson::SUCCESS)
    return base::fail("bad_record", "field indicators: an object is expected");
  std::vector<std::string> there;
  for (const auto& [name, threshold] : thresholds) {
    simdjson::dom::element value;
    if (indicators[name].get(value) != simdjson::SUCCESS) continue;
    double number = 0;
    bool truth = false;
    if (value.get(truth) == simdjson::SUCCESS) {
      number = truth ? 1 : 0;
    } else if (value.get(number) != simdjson::SUCCESS) {
      return base::fail(
          "bad_record",
          fmt::format("field indicators.{}: a number, true or false is expected", name));
    }
    if (number >= threshold) there.push_back(name);
  }
  return there;
}

}  // namespace

void match_indicators(const policy::Technology& technology, const policy::Indicators& method,
                      std::span<const Asked> items) {
  const auto minimum = static_cast<std::size_t>(std::max(1, method.minimum));
  for (const Asked& item : items) {
    auto there = factors_there(*item.record, method.thresholds);
    if (!there) {
      if (!*item.unjudged) *item.unjudged = std::move(there.error());
      continue;
    }
    const bool has_objective =
        std::any_of(there->begin(), there->end(),
                    [&](const std::string& name) { return method.objective.count(name) != 0; });
    if (there->size() < minimum || !has_objective) continue;
    MatchHit hit;
    hit.technology = &technology;
    hit.factors = std::move(*there);
    item.hits->push_back(std::move(hit));
  }
}

}  // namespace proviso::stage
