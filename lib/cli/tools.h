// The tools of Proviso, by name: the one table that help, suggestions and completions come from.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace proviso::cli {

struct ToolLine {
  std::string_view name, summary;
};

std::span<const ToolLine> tools();                   // in the order of the road an item takes
std::string_view summary_of(std::string_view tool);  // empty for a tool that is not in the table
// The tool that was meant: at most two letters away, or one that begins so.
std::optional<std::string_view> nearest_tool(std::string_view word);
// "proviso 0.1.0", and with details what it was built with.
std::string version_text(std::string_view program, bool details);

}  // namespace proviso::cli
