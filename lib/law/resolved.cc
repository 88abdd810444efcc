#include <fmt/core.h>

#include <algorithm>

#include "law/instrument.h"

namespace proviso::law {
namespace {

Refusal refusal_of(const Instrument& text, std::string_view id, std::string_view detail) {
  const Rule& rule = text.rule(id);
  return {rule.id, rule.citation,
          detail.empty() ? rule.sentence : fmt::format("{}: {}", rule.sentence, detail), text.id};
}

// The rule of this text that forbids a kind: audio and text have their own.
std::string_view content_rule_id(const Instrument& text, base::ContentKind kind) {
  if (kind == base::ContentKind::audio && text.rule("SC-06").applies) return "SC-06";
  if (kind == base::ContentKind::text && text.rule("SC-05").applies) return "SC-05";
  return "SC-04";
}

// Compares periods by where they end when they start at a fixed instant, because months and days
// cannot be compared.
template <class Pick>
std::optional<base::Period> shortest(const std::vector<const Instrument*>& texts,
                                     const Pick& pick) {
  std::optional<base::Period> best;
  const base::Instant origin{};
  for (const Instrument* text : texts) {
    const std::optional<base::Period>& period = pick(*text);
    if (period && (!best || base::add(origin, *period) < base::add(origin, *best))) best = period;
  }
  return best;
}

}  // namespace

Resolved::Resolved(Instrument base, std::vector<Instrument> also, bool rehearsal)
    : base_(std::move(base)), also_(std::move(also)), rehearsal_(rehearsal) {}

std::vector<const Instrument*> Resolved::all() const {
  std::vector<const Instrument*> texts{&base_};
  for (const Instrument& each : also_) texts.push_back(&each);
  return texts;
}

std::optional<Refusal> Resolved::date_refusal(base::Instant at) const {
  const base::Date day = base::date_of(at);
  if (base_.status == Status::never_adopted && !rehearsal_) {
    return refusal_of(base_, "SC-12",
                      "this text was never adopted; it opens nothing but a rehearsal");
  }
  if (base_.in_window(day)) return std::nullopt;
  return refusal_of(base_, "SC-12",
                    fmt::format("{} is not a day of {}", base::to_string(day), base_.id));
}

std::optional<Refusal> Resolved::content_refusal(base::ContentKind kind,
                                                 bool has_derived_indicators) const {
  for (const Instrument* text : all()) {
    const auto found = text->content.find(kind);
    const ContentRule rule = found == text->content.end() ? ContentRule::forbidden : found->second;
    if (rule == ContentRule::allowed) continue;
    if (rule == ContentRule::derived_indicators_only && has_derived_indicators) continue;
    return refusal_of(*text, content_rule_id(*text, kind),
                      fmt::format("content of kind {}", base::to_string(kind)));
  }
  return std::nullopt;
}

std::optional<Refusal> Resolved::class_refusal(base::MaterialClass material) const {
  if (material != base::MaterialClass::solicitation) return std::nullopt;
  for (const Instrument* text : all()) {
    if (!text->solicitation) return refusal_of(*text, "SC-03", "");
  }
  return std::nullopt;
}

std::optional<Refusal> Resolved::e2ee_refusal() const {
  for (const Instrument* text : all()) {
    if (text->e2ee == Binding::article) return refusal_of(*text, "SC-07", "");
  }
  return std::nullopt;
}

std::optional<Refusal> Resolved::secrecy_refusal(bool is_protected, bool undetermined) const {
  if (is_protected) return refusal("HU-05", "a party is protected");
  if (!undetermined) return std::nullopt;
  for (const Instrument* text : all()) {
    if (text->professional_secrecy == Binding::article) {
      return refusal_of(*text, "HU-05", "it was not determined whether a party is protected");
    }
  }
  return std::nullopt;
}

std::optional<Refusal> Resolved::service_refusal(std::string_view service_kind) const {
  if (service_kind == "number-independent") return std::nullopt;
  for (const Instrument* text : all()) {
    if (text->number_independent_only) {
      return refusal_of(*text, "SC-01", fmt::format("the service is of kind {}", service_kind));
    }
  }
  return std::nullopt;
}

bool Resolved::dpia_required() const {
  const auto texts = all();
  return std::any_of(texts.begin(), texts.end(), [](const Instrument* t) { return t->dpia; });
}

bool Resolved::consultation_required() const {
  const auto texts = all();
  return std::any_of(texts.begin(), texts.end(),
                     [](const Instrument* t) { return t->consultation; });
}

std::optional<Refusal> Resolved::review_refusal(base::MaterialClass material,
                                                bool previously_identified, bool reviewed) const {
  if (reviewed) return std::nullopt;
  const bool known = material == base::MaterialClass::known && previously_identified;
  for (const Instrument* text : all()) {
    if (text->review_before_report == ReviewScope::all) {
      return refusal_of(*text, text->rule("HU-02").applies ? "HU-02" : "HU-03",
                        "no person has confirmed this case");
    }
    if (text->review_before_report == ReviewScope::new_and_solicitation && !known) {
      return refusal_of(*text, "HU-03", "no person has confirmed this case");
    }
  }
  return std::nullopt;
}

std::optional<base::Period> Resolved::retention_max() const {
  return shortest(all(), [](const Instrument& t) -> const std::optional<base::Period>& {
    return t.retention_max;
  });
}

std::optional<base::Period> Resolved::pending_review_max() const {
  return shortest(all(), [](const Instrument& t) -> const std::optional<base::Period>& {
    return t.pending_review_max;
  });
}

bool Resolved::unconfirmed_storage() const {
  const auto texts = all();
  return std::all_of(texts.begin(), texts.end(),
                     [](const Instrument* t) { return t->unconfirmed_storage; });
}

std::vector<std::string> Resolved::storage_purposes() const {
  std::vector<std::string> out = base_.storage_purposes;
  for (const Instrument& text : also_) {
    const auto missing = [&](const std::string& purpose) {
      return std::find(text.storage_purposes.begin(), text.storage_purposes.end(), purpose) ==
             text.storage_purposes.end();
    };
    out.erase(std::remove_if(out.begin(), out.end(), missing), out.end());
  }
  return out;
}

bool Resolved::public_register() const {
  const auto texts = all();
  return std::any_of(texts.begin(), texts.end(),
                     [](const Instrument* t) { return t->public_register; });
}

std::optional<base::Instant> Resolved::ceiling(base::Instant identified_at, bool confirmed) const {
  std::optional<base::Instant> end;
  // Each period is added to the instant itself: 30 November plus three months and 31 January plus
  // 90 days differ.
  const auto take = [&](const std::optional<base::Period>& period) {
    if (!period) return;
    const base::Instant candidate = base::add(identified_at, *period);
    if (!end || candidate < *end) end = candidate;
  };
  for (const Instrument* text : all()) {
    take(text->retention_max);
    if (!confirmed) take(text->pending_review_max);
  }
  return end;
}

Refusal Resolved::refusal(std::string_view id, std::string_view detail) const {
  for (const Instrument* text : all()) {
    if (text->rule(id).applies) return refusal_of(*text, id, detail);
  }
  return refusal_of(base_, id, detail);
}

std::vector<const Rule*> Resolved::attested_rules() const {
  std::vector<const Rule*> out;
  for (const Instrument* text : all()) {
    for (const Rule& rule : text->rules) {
      if (!rule.applies || rule.severity != Severity::error || rule.attested_by.empty()) continue;
      // One attestation covers a rule of several texts if they ask for the same role.
      const bool there = std::any_of(out.begin(), out.end(), [&](const Rule* other) {
        return other->id == rule.id && other->attested_by == rule.attested_by;
      });
      if (!there) out.push_back(&rule);
    }
  }
  return out;
}

std::optional<std::string> Resolved::unverified_note() const {
  std::string note;
  for (const Instrument* text : all()) {
    const auto open = std::count_if(text->rules.begin(), text->rules.end(), [](const Rule& rule) {
      return rule.applies && rule.severity == Severity::error && !rule.verified;
    });
    if (open == 0) continue;
    if (!note.empty()) note += "; ";
    note += fmt::format("{} conditions of {} rest on secondary sources, see 'proviso law show {}'",
                        open, text->id, text->id);
  }
  if (note.empty()) return std::nullopt;
  return note;
}

}  // namespace proviso::law
