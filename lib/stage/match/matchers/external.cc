#include <fmt/core.h>

#include "ndjson/elements.h"
#include "stage/match/matchers/matchers.h"

namespace proviso::stage {
namespace {

base::Result<double> score_of(const ndjson::Record& record, const policy::Technology& technology) {
  const auto member = record.find("scores");
  simdjson::dom::element value;
  if (!member || (*member)[technology.name].get(value) != simdjson::SUCCESS) {
    return base::fail(
        "no_score", fmt::format("field scores.{}: missing, the detector said nothing of this item",
                                technology.name));
  }
  double score = 0;
  if (value.get(score) != simdjson::SUCCESS || !(score >= 0 && score <= 1)) {
    return base::fail("bad_record", fmt::format("field scores.{}: a number from 0 to 1 is expected",
                                                technology.name));
  }
  return score;
}

}  // namespace

void match_external(const policy::Technology& technology, const policy::External& method,
                    std::span<const Asked> items) {
  for (const Asked& item : items) {
    const auto score = score_of(*item.record, technology);
    if (!score) {
      if (!*item.unjudged) *item.unjudged = score.error();
      continue;
    }
    if (*score < method.threshold) continue;
    MatchHit hit;
    hit.technology = &technology;
    hit.score = *score;
    // The detector saw the whole file; only where that is one file can a list of known-good files
    // clear it.
    const auto& leaves = item.hashed->leaves;
    if (leaves.size() == 1 && !leaves.front().member) hit.leaf = 0;
    item.hits->push_back(std::move(hit));
  }
}

}  // namespace proviso::stage
