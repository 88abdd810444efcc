#include "policy/words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace proviso::policy {
namespace {

template <class Value, std::size_t N>
using Words = std::array<std::pair<Value, std::string_view>, N>;

constexpr Words<Method, 5> kMethods = {{{Method::exact, "exact"},
                                        {Method::pdq, "pdq"},
                                        {Method::vpdq, "vpdq"},
                                        {Method::indicators, "indicators"},
                                        {Method::external, "external"}}};
constexpr Words<Purpose, 3> kPurposes = {{{Purpose::known_csam, "known-csam"},
                                          {Purpose::new_csam, "new-csam"},
                                          {Purpose::solicitation, "solicitation"}}};
constexpr Words<E2ee, 4> kE2ee = {
    {{E2ee::never, "never"}, {E2ee::is, "is"}, {E2ee::was, "was"}, {E2ee::planned, "planned"}}};
constexpr Words<Role, 3> kRoles = {
    {{Role::reviewer, "reviewer"}, {Role::dpo, "dpo"}, {Role::oversight, "oversight"}}};

template <class Value, std::size_t N>
std::string_view word_of(const Words<Value, N>& words, Value value) {
  for (const auto& [each, word] : words) {
    if (each == value) return word;
  }
  return "?";
}

template <class Value, std::size_t N>
std::optional<Value> value_of(const Words<Value, N>& words, std::string_view text) {
  for (const auto& [each, word] : words) {
    if (word == text) return each;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Method value) { return word_of(kMethods, value); }
std::string_view to_string(Purpose value) { return word_of(kPurposes, value); }
std::string_view to_string(E2ee value) { return word_of(kE2ee, value); }
std::string_view to_string(Role value) { return word_of(kRoles, value); }
std::optional<Method> parse_method(std::string_view text) { return value_of(kMethods, text); }
std::optional<Purpose> parse_purpose(std::string_view text) { return value_of(kPurposes, text); }
std::optional<E2ee> parse_e2ee(std::string_view text) { return value_of(kE2ee, text); }
std::optional<Role> parse_role(std::string_view text) { return value_of(kRoles, text); }

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

}  // namespace proviso::policy
