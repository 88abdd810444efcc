#include "cli/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "json/json.h"

namespace proviso::cli {

namespace {

// One write a line, so that the lines of a pipeline's stages never mix.
void write_line(std::string line) {
  line += '\n';
  // A failure has nobody to hear of it.
  [[maybe_unused]] const int failure = base::try_write_all(STDERR_FILENO, line);
}

// A message may contain names from the input: no control character reaches the terminal.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) out += (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) ? '?' : c;
  return out;
}

}  // namespace

void Log::line(std::string_view level, std::string_view what, std::string_view where,
               std::string_view code) const {
  if (format == LogFormat::json) {
    json::OrderedJson object{{"tool", tool}, {"level", level}};
    if (!code.empty()) object["code"] = code;
    if (!where.empty()) object["where"] = where;
    object["message"] = what;
    write_line(object.dump(-1, ' ', false, json::OrderedJson::error_handler_t::replace));
    return;
  }
  const std::string name = tool.empty() ? std::string("proviso") : "proviso-" + tool;
  if (where.empty()) {
    write_line(printable(fmt::format("{}: {}: {}", name, level, what)));
  } else {
    write_line(printable(fmt::format("{}: {}: {}: {}", name, level, where, what)));
  }
}

void Log::error(std::string_view what, std::string_view where, std::string_view code) const {
  line("error", what, where, code);
}
void Log::warning(std::string_view what, std::string_view where) const {
  line("warning", what, where, {});
}
void Log::hint(std::string_view what) const { line("hint", what, {}, {}); }
void Log::note(std::string_view what) const {
  if (!quiet) line("note", what, {}, {});
}
void Log::summary(std::string_view what) const {
  if (!quiet) line("note", what, {}, {});
}

}  // namespace proviso::cli
