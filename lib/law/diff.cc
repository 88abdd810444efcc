#include "law/diff.h"

#include <fmt/format.h>

#include "law/words.h"

namespace proviso::law {
namespace {

std::string word(bool value) { return value ? "yes" : "no"; }
std::string word(const std::optional<base::Period>& p) { return p ? base::to_string(*p) : "none"; }
std::string word(const std::optional<base::Date>& d) { return d ? base::to_string(*d) : "none"; }

std::string words_of(const Rule& rule) {
  if (!rule.applies) return "no such rule";
  std::string out = fmt::format("{} [{}]", rule.sentence, to_string(rule.severity));
  if (!rule.parameter.empty()) out += fmt::format(" ({})", rule.parameter);
  if (!rule.attested_by.empty()) out += fmt::format(", attested by {}", rule.attested_by);
  return out;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parameters(const Instrument& text) {
  std::vector<std::pair<std::string, std::string>> out;
  out.emplace_back("status", to_string(text.status));
  std::string windows;
  for (const Window& w : text.windows) {
    windows += fmt::format("{}{} to {}", windows.empty() ? "" : ", ", base::to_string(w.from),
                           base::to_string(w.to));
  }
  out.emplace_back("windows", windows);
  for (const auto& [kind, rule] : text.content) {
    out.emplace_back(fmt::format("content.{}", base::to_string(kind)), to_string(rule));
  }
  out.emplace_back("solicitation", word(text.solicitation));
  out.emplace_back("e2ee", to_string(text.e2ee));
  out.emplace_back("professional_secrecy", to_string(text.professional_secrecy));
  out.emplace_back("number_independent_only", word(text.number_independent_only));
  out.emplace_back("dpia", word(text.dpia));
  out.emplace_back("consultation", word(text.consultation));
  out.emplace_back("in_use_before", word(text.in_use_before));
  out.emplace_back("new_technology_from", word(text.new_technology_from));
  out.emplace_back("review_before_report", to_string(text.review_before_report));
  out.emplace_back("retention_max", word(text.retention_max));
  out.emplace_back("pending_review_max", word(text.pending_review_max));
  out.emplace_back("unconfirmed_storage", word(text.unconfirmed_storage));
  out.emplace_back("storage_purposes", fmt::format("{}", fmt::join(text.storage_purposes, ", ")));
  out.emplace_back("public_register", word(text.public_register));
  out.emplace_back("user_information", word(text.user_information));
  out.emplace_back("redress", word(text.redress));
  out.emplace_back("gdpr_ground", word(text.gdpr_ground));
  out.emplace_back("oversight", word(text.oversight));
  return out;
}

std::vector<Difference> diff(const Instrument& a, const Instrument& b) {
  std::vector<Difference> out;
  const auto left = parameters(a);
  const auto right = parameters(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].second != right[i].second)
      out.push_back({left[i].first, left[i].second, right[i].second});
  }
  for (const Rule& rule : a.rules) {
    const std::string mine = words_of(rule);
    const std::string other = words_of(b.rule(rule.id));
    if (mine != other) out.push_back({rule.id, mine, other});
  }
  return out;
}

}  // namespace proviso::law
