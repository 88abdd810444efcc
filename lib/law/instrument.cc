#include "law/instrument.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "law/built_in_texts.h"

namespace proviso::law {

const Rule& Instrument::rule(std::string_view wanted) const {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& r) { return r.id == wanted; });
  if (found == rules.end()) {
    throw base::Error(base::ExitCode::software,
                      fmt::format("instrument {} has no rule {}", id, wanted));
  }
  return *found;
}

bool Instrument::in_window(base::Date day) const {
  return std::any_of(windows.begin(), windows.end(),
                     [&](const Window& w) { return w.from <= day && day <= w.to; });
}

const std::vector<std::string_view>& built_in_ids() {
  // In order of time.
  static const std::vector<std::string_view> ids = {"com-2020-568", "libe-2020", "reg-2021-1232",
                                                    "reg-2021-1232-am2024", "reg-2026-1881"};
  return ids;
}

Instrument load(std::string_view id_or_path) {
  for (const BuiltInText& each : built_in_texts()) {
    if (each.id == id_or_path) return parse(each.text, fmt::format("{}.yaml", each.id));
  }
  const std::filesystem::path path(id_or_path);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw base::Error(base::ExitCode::config,
                      fmt::format("no such instrument: neither a built-in id ({}) nor a file",
                                  fmt::join(built_in_ids(), ", ")),
                      std::string(id_or_path));
  }
  return parse(base::read_file(path), path.string());
}

}  // namespace proviso::law
