#include "cli/tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace proviso::cli {

namespace {

constexpr ToolLine kTools[] = {
    {"init", "Make a workplace: policy, keys, vault, ledger, DPIAs to fill in"},
    {"policy", "Check and show the policy; attest what a person must answer for"},
    {"law", "List, show and compare the instruments; halt, resume and oversee"},
    {"dpia-check", "Check data protection impact assessments against the policy"},
    {"index", "Compile hash lists into one mapped file; verify, query and compare it"},
    {"scope-check", "Let in what may lawfully be scanned; drop and count the rest"},
    {"hash", "Digests and perceptual hashes of items in scope"},
    {"match", "Look hashes up in the index"},
    {"retain", "Store hits as sealed cases, erase non-hits"},
    {"review", "List, look at and decide cases"},
    {"report", "Report a case; the yearly report with each figure's query"},
    {"purge", "Destroy what has come to its end"},
    {"audit", "Verify the ledger, prove entries, balance runs"},
};

// Edit distance where a swap of neighbours counts once.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::span<const ToolLine> tools() { return kTools; }

std::string_view summary_of(std::string_view tool) {
  for (const ToolLine& line : kTools) {
    if (line.name == tool) return line.summary;
  }
  return {};
}

std::optional<std::string_view> nearest_tool(std::string_view word) {
  if (word.size() > 64) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t best_distance = 3;
  for (const ToolLine& line : kTools) {
    std::size_t away = distance(word, line.name);
    if (word.size() >= 3 && line.name.rfind(word, 0) == 0) away = std::min<std::size_t>(away, 1);
    if (away < best_distance) {
      best = line.name;
      best_distance = away;
    }
  }
  return best;
}

std::string version_text(std::string_view program, bool details) {
  std::string text = fmt::format("{} {}\n", program, PROVISO_VERSION);
  if (!details) return text;
#if defined(__clang__)
  text += fmt::format("compiler: clang {}.{}.{}\n", __clang_major__, __clang_minor__,
                      __clang_patchlevel__);
#elif defined(__GNUC__)
  text += fmt::format("compiler: gcc {}.{}.{}\n", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
#ifdef PROVISO_SANITIZED
  text += "sanitizers: yes\n";
#endif
#ifdef NDEBUG
  text += "assertions: no\n";
#else
  text += "assertions: yes\n";
#endif
  return text;
}

}  // namespace proviso::cli
