#include "law/words.h"

#include <array>

#include "base/words.h"

namespace proviso::law {
namespace {

template <class T, std::size_t N>
using Words = std::array<base::Word<T>, N>;

constexpr Words<Severity, 3> kSeverities{{{Severity::error, "error"},
                                          {Severity::warning, "warning"},
                                          {Severity::information, "information"}}};
constexpr Words<Status, 2> kStatuses{
    {{Status::in_force, "in_force"}, {Status::never_adopted, "never_adopted"}}};
constexpr Words<ContentRule, 3> kContentRules{
    {{ContentRule::allowed, "allowed"},
     {ContentRule::forbidden, "forbidden"},
     {ContentRule::derived_indicators_only, "derived_indicators_only"}}};
constexpr Words<ReviewScope, 3> kReviewScopes{
    {{ReviewScope::none, "none"},
     {ReviewScope::new_and_solicitation, "new_and_solicitation"},
     {ReviewScope::all, "all"}}};
constexpr Words<Binding, 3> kBindings{
    {{Binding::none, "none"}, {Binding::recital, "recital"}, {Binding::article, "article"}}};

}  // namespace

std::string_view to_string(Severity v) { return base::word_of(kSeverities, v); }
std::string_view to_string(Status v) { return base::word_of(kStatuses, v); }
std::string_view to_string(ContentRule v) { return base::word_of(kContentRules, v); }
std::string_view to_string(ReviewScope v) { return base::word_of(kReviewScopes, v); }
std::string_view to_string(Binding v) { return base::word_of(kBindings, v); }

std::optional<Severity> parse_severity(std::string_view t) {
  return base::value_of(kSeverities, t);
}
std::optional<Status> parse_status(std::string_view t) { return base::value_of(kStatuses, t); }
std::optional<ContentRule> parse_content_rule(std::string_view t) {
  return base::value_of(kContentRules, t);
}
std::optional<ReviewScope> parse_review_scope(std::string_view t) {
  return base::value_of(kReviewScopes, t);
}
std::optional<Binding> parse_binding(std::string_view t) { return base::value_of(kBindings, t); }

}  // namespace proviso::law
