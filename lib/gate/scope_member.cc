// The `scope` member: written by scope-check, read and checked against today's gate by the stages
// after it.
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mode.h"
#include "gate/item_scope.h"
#include "json/json.h"
#include "ndjson/elements.h"

namespace proviso::gate {
namespace {

constexpr std::size_t kMaxTechnologies = 1'000;
constexpr std::int64_t kClockSkewSeconds = 300;  // between scanning hosts

base::ItemError bad(std::string what) { return {"bad_record", std::move(what), false, {}, {}}; }

base::Result<std::string> required(const ndjson::Record& record, std::string_view path) {
  auto text = record.string(path);
  if (!text) return tl::make_unexpected(text.error());
  if (!*text) return tl::make_unexpected(bad(fmt::format("field {}: missing", path)));
  return std::string(**text);
}

base::Result<std::vector<std::string>> words(simdjson::dom::object scope, std::string_view key) {
  simdjson::dom::array array;
  if (scope[key].get_array().get(array) != simdjson::SUCCESS || array.size() > kMaxTechnologies) {
    return tl::make_unexpected(
        bad(fmt::format("field scope.{}: an array of words is expected", key)));
  }
  std::vector<std::string> out;
  for (const simdjson::dom::element each : array) {
    std::string_view text;
    if (each.get_string().get(text) != simdjson::SUCCESS) {
      return tl::make_unexpected(
          bad(fmt::format("field scope.{}: an array of words is expected", key)));
    }
    out.emplace_back(text);
  }
  return out;
}

}  // namespace

std::string to_member(const ScopeMember& scope) {
  json::Json out = json::Json::object();
  out["decision"] = "admitted";
  out["at"] = base::to_string(scope.at);
  out["mode"] = base::mode_word(scope.rehearsal);
  out["technologies"] = scope.technologies;
  json::Json kinds = json::Json::array();
  for (const base::ContentKind kind : scope.content)
    kinds.push_back(std::string(base::to_string(kind)));
  out["content"] = std::move(kinds);
  out["gate"] = scope.gate;
  out["run"] = scope.run;
  return json::canonical(out);
}

base::Result<ScopeMember> read_scope(const ndjson::Record& record) {
  const auto member = record.find("scope");
  simdjson::dom::object object;
  if (!member) return tl::make_unexpected(bad("field scope: missing; scope-check comes first"));
  if (member->get_object().get(object) != simdjson::SUCCESS) {
    return tl::make_unexpected(bad("field scope: an object is expected"));
  }
  ScopeMember out;
  const auto decision = required(record, "scope.decision");
  if (!decision) return tl::make_unexpected(decision.error());
  if (*decision != "admitted")
    return tl::make_unexpected(bad("field scope.decision: not 'admitted'"));
  const auto at = required(record, "scope.at");
  if (!at) return tl::make_unexpected(at.error());
  const auto instant = base::parse_instant(*at);
  if (!instant) return tl::make_unexpected(bad("field scope.at: not an instant"));
  out.at = *instant;
  const auto mode = required(record, "scope.mode");
  if (!mode) return tl::make_unexpected(mode.error());
  const auto known_mode = base::value_of(base::kModes, *mode);
  if (!known_mode) {
    return tl::make_unexpected(bad("field scope.mode: neither production nor rehearsal"));
  }
  out.rehearsal = *known_mode == base::Mode::rehearsal;
  auto technologies = words(object, "technologies");
  if (!technologies) return tl::make_unexpected(technologies.error());
  out.technologies = std::move(*technologies);
  const auto kinds = words(object, "content");
  if (!kinds) return tl::make_unexpected(kinds.error());
  for (const std::string& each : *kinds) {
    const auto kind = base::parse_content_kind(each);
    if (!kind) return tl::make_unexpected(bad("field scope.content: not a kind of content"));
    out.content.insert(*kind);
  }
  auto gate = required(record, "scope.gate");
  if (!gate) return tl::make_unexpected(gate.error());
  out.gate = std::move(*gate);
  auto run = required(record, "scope.run");
  if (!run) return tl::make_unexpected(run.error());
  out.run = std::move(*run);
  return out;
}

base::Result<ScopeMember> admit_later(const ndjson::Record& record,
                                      std::initializer_list<std::string_view> stages,
                                      const ndjson::SealKey& key, const Gate& gate,
                                      const State& state, base::Period max_age) {
  // Checks first that it is there and well formed, so that a record that skipped scope-check is
  // refused for that; then the seals, before any of it is used.
  auto scope = read_scope(record);
  if (!scope) return scope;
  if (auto sealed = ndjson::verify_seals(record, stages, key); !sealed)
    return tl::make_unexpected(sealed.error());
  if (scope->rehearsal != gate.policy().rehearsal) {
    return base::fail("gate_changed",
                      "the record was admitted in the other mode (production, rehearsal)", true);
  }
  if (scope->gate != gate.digest()) {
    return base::fail("gate_changed",
                      "the record was admitted under another policy; run scope-check again", true);
  }
  if (base::add(scope->at, max_age) < state.at) {
    return base::fail("scope_stale",
                      fmt::format("admitted at {}, more than {} ago", base::to_string(scope->at),
                                  base::to_string(max_age)));
  }
  if (state.at.seconds + kClockSkewSeconds < scope->at.seconds) {
    return base::fail("scope_stale", fmt::format("admitted at {}, which is still to come",
                                                 base::to_string(scope->at)));
  }
  const auto service = required(record, "service");
  if (!service) return tl::make_unexpected(service.error());
  for (const std::string& technology : scope->technologies) {
    const Pair* pair = state.find(*service, technology);
    if (pair == nullptr) {
      return base::fail("gate_closed", fmt::format("{} is not used on {}", technology, *service),
                        true);
    }
    if (!pair->open()) {
      const law::Refusal& why = pair->missing.front();
      return tl::make_unexpected(base::ItemError{
          "gate_closed", fmt::format("{} was closed meanwhile: {}", technology, why.message), true,
          why.rule, why.citation});
    }
  }
  return scope;
}

}  // namespace proviso::gate
