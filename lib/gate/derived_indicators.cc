#include "gate/derived_indicators.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "ndjson/elements.h"

namespace proviso::gate {
namespace {

constexpr std::size_t kMaxIndicators = 64;
constexpr std::size_t kMaxTokenBytes = 64;

constexpr std::array<std::string_view, 13> kItemMembers = {
    "id",      "service", "account", "region", "role",         "sent_at",   "e2ee",
    "content", "secrecy", "labels",  "scores", "counterparts", "indicators"};
constexpr std::array<std::string_view, 4> kContentMembers = {"kind", "mime", "bytes", "evidence"};
constexpr std::array<std::string_view, 4> kPartyMembers = {"account", "region", "role", "secrecy"};

template <class Range>
bool holds(const Range& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Range>
bool only(simdjson::dom::object object, const Range& names) {
  for (const auto field : object) {
    if (!holds(names, field.key)) return false;
  }
  return true;
}

// A word such as "adult" or "age_gap:20+": letters, digits and joining marks, no blanks, so it
// holds no sentence.
bool is_token(std::string_view text) {
  const auto joins = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.:+-").find(c) != std::string_view::npos;
  };
  return text.size() <= kMaxTokenBytes && std::all_of(text.begin(), text.end(), joins);
}

bool is_risk_factor(simdjson::dom::element value) {
  if (value.is_number() || value.is_bool()) return true;
  std::string_view text;
  return value.get_string().get(text) == simdjson::SUCCESS && is_token(text);
}

}  // namespace

std::optional<law::Refusal> text_refusal(const ndjson::Record& record, const policy::Policy& policy,
                                         const law::Resolved& law) {
  for (const auto field : record.root()) {
    if (!holds(kItemMembers, field.key) &&
        policy.evidence_fields.count(std::string(field.key)) == 0) {
      return law.refusal("SC-05", "a member outside the schema and evidence_fields may carry text");
    }
  }
  simdjson::dom::object content;
  if (const auto member = record.find("content");
      member && member->get_object().get(content) == simdjson::SUCCESS) {
    simdjson::dom::element path;
    if (content["path"].get(path) == simdjson::SUCCESS)
      return law.refusal("SC-05", "content.path would lead to the text");
    if (!only(content, kContentMembers))
      return law.refusal("SC-05", "content has a member outside the schema");
  }
  simdjson::dom::array parties;
  if (const auto member = record.find("counterparts");
      member && member->get_array().get(parties) == simdjson::SUCCESS) {
    for (const simdjson::dom::element each : parties) {
      simdjson::dom::object party;
      if (each.get_object().get(party) == simdjson::SUCCESS && !only(party, kPartyMembers)) {
        return law.refusal("SC-05", "a counterpart has a member outside the schema");
      }
    }
  }
  simdjson::dom::object indicators;
  if (const auto member = record.find("indicators");
      member && member->get_object().get(indicators) == simdjson::SUCCESS) {
    if (indicators.size() > kMaxIndicators) return law.refusal("TE-04", "too many indicators");
    for (const auto field : indicators) {
      if (!is_token(field.key) || !is_risk_factor(field.value)) {
        return law.refusal("TE-04",
                           "an indicator is neither number, truth value nor a single word");
      }
    }
  }
  return std::nullopt;
}

}  // namespace proviso::gate
