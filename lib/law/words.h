// The words of enumerations in instrument files, to values and back.
#pragma once

#include <optional>
#include <string_view>

#include "law/instrument.h"

namespace proviso::law {

std::string_view to_string(Severity);
std::string_view to_string(Status);
std::string_view to_string(ContentRule);
std::string_view to_string(ReviewScope);
std::string_view to_string(Binding);

std::optional<Severity> parse_severity(std::string_view);
std::optional<Status> parse_status(std::string_view);
std::optional<ContentRule> parse_content_rule(std::string_view);
std::optional<ReviewScope> parse_review_scope(std::string_view);
std::optional<Binding> parse_binding(std::string_view);

}  // namespace proviso::law
