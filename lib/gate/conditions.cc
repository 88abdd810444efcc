#include "gate/conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "gate/consultation.h"
#include "law/union.h"

namespace proviso::gate {
namespace {

bool has_rule(const law::Instrument& text, std::string_view id) {
  return std::any_of(text.rules.begin(), text.rules.end(),
                     [&](const law::Rule& r) { return r.id == id; });
}

bool names_rule(const std::vector<law::Refusal>& missing, std::string_view id) {
  return std::any_of(missing.begin(), missing.end(),
                     [&](const law::Refusal& r) { return r.rule == id; });
}

}  // namespace

Conditions::Conditions(const policy::Policy& policy, const law::Resolved& law,
                       const std::vector<dpia::Document>& documents, const LedgerView& ledger)
    : policy_(&policy), law_(&law), documents_(&documents), ledger_(&ledger) {
  for (const policy::Person& person : policy.people) {
    std::error_code error;
    // In a bare checkout there are none; HU-01 is missing then.
    if (person.roles.count(policy::Role::reviewer) == 0 ||
        !std::filesystem::exists(person.certificate, error))
      continue;
    reviewers_.push_back(crypto::Certificate::open(person.certificate));
  }
}

bool Conditions::any_text(bool law::Instrument::*wanted) const {
  const auto texts = law_->all();
  return std::any_of(texts.begin(), texts.end(),
                     [&](const law::Instrument* t) { return t->*wanted; });
}

void Conditions::begin_day(base::Date today) {
  if (day_ == today) return;
  of_day_.clear();
  of_provider_.clear();
  for (std::size_t i = 0; i < policy_->technologies.size(); ++i) {
    of_day_.push_back(check_technology(policy_->technologies[i], (*documents_)[i], today));
  }
  check_attestations(today);
  if (any_text(&law::Instrument::gdpr_ground) && policy_->gdpr_grounds.empty()) {
    of_provider_.push_back(law_->refusal("SC-13", "grounds.gdpr is empty"));
  }
  day_ = today;
}

void Conditions::check_attestations(base::Date today) {
  for (const law::Rule* rule : law_->attested_rules()) {
    std::string flaw = fmt::format("no attestation by role {}", rule->attested_by);
    bool attested = false;
    for (const policy::Attestation& each : policy_->attestations) {
      if (each.rule != rule->id || policy::to_string(each.role) != rule->attested_by) continue;
      const auto reason = policy::attestation_flaw(*policy_, each, today);
      if (!reason) {
        attested = true;
        break;
      }
      flaw = fmt::format("the attestation by {} does not hold: {}", each.person, *reason);
    }
    if (!attested) of_provider_.push_back(law_->refusal(rule->id, flaw));
  }
}

Conditions::OfDay Conditions::check_technology(const policy::Technology& technology,
                                               const dpia::Document& document,
                                               base::Date today) const {
  OfDay out;
  if (law_->dpia_required()) {
    std::size_t more = 0;
    for (const dpia::Finding& each : dpia::check(document, *policy_, technology, *law_, today)) {
      if (each.level != dpia::Level::error) continue;
      if (out.missing.size() == kMaxDpiaFindings) {
        ++more;
        continue;
      }
      const std::string_view rule =
          has_rule(law_->base(), each.rule) ? std::string_view(each.rule) : "DP-01";
      law::Refusal refusal = law_->refusal(rule, "");
      refusal.message = fmt::format(
          "{} ({})", each.what, each.check);  // the rule's sentence again and again says nothing
      if (!each.citation.empty()) refusal.citation = each.citation;
      out.missing.push_back(std::move(refusal));
    }
    if (more > 0) {
      out.missing.push_back(
          law_->refusal("DP-01", fmt::format("{} more findings; see proviso dpia-check", more)));
    }
  }
  if (law_->consultation_required() && !names_rule(out.missing, "DP-02")) {
    if (const auto flaw = consultation_flaw(document.consultation, technology, today)) {
      out.missing.push_back(law_->refusal("DP-02", *flaw));
    }
  }
  for (const law::Instrument* text : law_->all()) {
    if (!names_rule(out.missing, "DP-04")) {
      if (const auto flaw = report_back_flaw(document.consultation, technology, *text, today)) {
        out.missing.push_back(law_->refusal("DP-04", *flaw));
      }
    }
    if (text->in_use_before) {
      const auto used =
          technology.first_used_by_any ? technology.first_used_by_any : technology.first_used;
      if ((!used || *used >= *text->in_use_before) && !names_rule(out.missing, "SC-11")) {
        out.missing.push_back(law_->refusal(
            "SC-11",
            fmt::format("no use before {} is shown", base::to_string(*text->in_use_before))));
      }
    }
  }
  for (const std::string& name : technology.lists) {
    const policy::List* list = policy_->list(name);
    if (list == nullptr) {
      out.missing.push_back(law_->refusal("SC-08", fmt::format("list {} is not declared", name)));
    } else if (list->made_for() == policy::ListPurpose::other) {
      out.missing.push_back(
          law_->refusal("SC-08", fmt::format("list {} was made for {}", name, list->purpose)));
    }
  }
  if (technology.purpose == policy::Purpose::solicitation) {
    if (auto refusal = law_->class_refusal(base::MaterialClass::solicitation))
      out.missing.push_back(*refusal);
  }
  const bool indicators = technology.as<policy::Indicators>() != nullptr;
  for (const base::ContentKind kind : technology.content) {
    if (auto refusal = law_->content_refusal(kind, indicators)) out.missing.push_back(*refusal);
  }
  return out;
}

void Conditions::check_service(Pair& pair, base::Instant at) const {
  const policy::Service& service = *pair.service;
  if (auto refusal = law_->service_refusal(service.kind)) pair.missing.push_back(*refusal);
  if (std::none_of(service.regions.begin(), service.regions.end(),
                   [](const std::string& region) { return law::is_in_union(region); })) {
    pair.missing.push_back(law_->refusal("SC-01", "no region of the service lies in the Union"));
  }
  if (service.e2ee != policy::E2ee::never) {
    if (auto refusal = law_->e2ee_refusal()) pair.missing.push_back(*refusal);
  }
  if (any_text(&law::Instrument::user_information)) {
    if (!service.notice.published) {
      pair.missing.push_back(law_->refusal("US-01", "user_notice.published is missing"));
    } else if (base::date_of(at) < *service.notice.published) {
      pair.missing.push_back(
          law_->refusal("US-01", fmt::format("the notice is published on {}",
                                             base::to_string(*service.notice.published))));
    }
  }
  if (any_text(&law::Instrument::redress) && policy_->redress_contact.empty()) {
    pair.missing.push_back(law_->refusal("US-03", "redress.contact is missing"));
  }
}

void Conditions::check_oversight(Pair& pair, base::Instant at) const {
  const std::string& name = pair.technology->name;
  if (const auto reason = ledger_->halted(name)) {
    pair.missing.push_back(law_->refusal("HU-01", fmt::format("halted: {}", *reason)));
  }
  if (!any_text(&law::Instrument::oversight)) return;
  if (std::none_of(reviewers_.begin(), reviewers_.end(),
                   [&](const crypto::Certificate& c) { return c.valid_at(at); })) {
    pair.missing.push_back(law_->refusal("HU-01", "no reviewer has a valid certificate"));
  }
  if (!ledger_->present()) {
    pair.missing.push_back(
        law_->refusal("HU-01", "there is no ledger that tells of oversight and halts"));
    return;
  }
  const auto overseen = ledger_->overseen(*pair.technology, at);
  if (!overseen) {
    pair.missing.push_back(law_->refusal(
        "HU-01", fmt::format("version {} was never signed off; proviso law oversee {}",
                             pair.technology->version, name)));
  } else if (base::add(*overseen, policy_->oversight_every) < at) {
    pair.missing.push_back(law_->refusal(
        "HU-01", fmt::format("last signed off at {}, due every {}", base::to_string(*overseen),
                             base::to_string(policy_->oversight_every))));
  }
}

void Conditions::check_error_rate(Pair& pair, base::Instant at) const {
  const ErrorRate rate = ledger_->error_rate(pair.technology->name, at);
  if (rate.decisions < kErrorMinimum) {
    pair.notes.push_back(
        fmt::format("TE-07: {} decisions in {} days, fewer than {}: no error rate is measured",
                    rate.decisions, kErrorWindowDays, kErrorMinimum));
    return;
  }
  const auto index = static_cast<std::size_t>(pair.technology - policy_->technologies.data());
  const auto target = (*documents_)[index].error_rate_target;
  if (!target) {
    pair.missing.push_back(law_->refusal(
        "TE-07",
        fmt::format("{} of {} decisions were errors and the impact assessment names no target",
                    rate.errors, rate.decisions)));
  } else if (rate.rate() > *target) {
    pair.missing.push_back(
        law_->refusal("TE-07", fmt::format("{} of {} decisions were errors, above the target of {}",
                                           rate.errors, rate.decisions, *target)));
  }
}

Pair Conditions::judge(const policy::Service& service, const policy::Technology& technology,
                       base::Instant at) {
  begin_day(base::date_of(at));
  Pair pair;
  pair.service = &service;
  pair.technology = &technology;
  if (auto refusal = law_->date_refusal(at)) pair.missing.push_back(*refusal);
  check_service(pair, at);
  const OfDay& of_day =
      of_day_[static_cast<std::size_t>(&technology - policy_->technologies.data())];
  pair.missing.insert(pair.missing.end(), of_day.missing.begin(), of_day.missing.end());
  pair.notes.insert(pair.notes.end(), of_day.notes.begin(), of_day.notes.end());
  pair.missing.insert(pair.missing.end(), of_provider_.begin(), of_provider_.end());
  check_oversight(pair, at);
  check_error_rate(pair, at);
  return pair;
}

}  // namespace proviso::gate
