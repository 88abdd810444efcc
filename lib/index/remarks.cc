#include "index/remarks.h"

#include <fmt/core.h>

#include <cstdint>

namespace proviso::index {

namespace {

// "2 deleted, 1 of category X"; empty when nothing was left out.
std::string left_out_words(const ListReport& report) {
  std::string words;
  const auto add = [&](std::uint64_t number, std::string_view what) {
    if (number != 0) words += fmt::format("{}{} {}", words.empty() ? "" : ", ", number, what);
  };
  add(report.deleted, "deleted");
  add(report.superseded, "superseded");
  for (const auto& [type, number] : report.unmatchable)
    add(number, type + " that nothing here can match");
  for (const auto& [category, number] : report.other_category)
    add(number, "of category " + category);
  return words;
}

}  // namespace

std::vector<Remark> remarks_on(const BuildReport& build) {
  std::vector<Remark> remarks;
  for (const auto& [name, list] : build.lists) {
    if (const std::string words = left_out_words(list); !words.empty())
      remarks.push_back({false, fmt::format("list {}: left out: {}", name, words), {}});
    if (list.withdrawals_unused == 0) continue;
    remarks.push_back(
        {true,
         fmt::format("{} of its withdrawn entries name nothing in it", list.withdrawals_unused),
         "list " + name});
  }
  return remarks;
}

std::vector<Remark> remarks_on(const LeftOut& left_out) {
  std::vector<Remark> remarks;
  const auto add = [&](std::uint64_t number, std::string_view before, std::string_view after) {
    if (number != 0)
      remarks.push_back({true, fmt::format("{}{}{}", before, number, after), "--format"});
  };
  add(left_out.videos, "csv has no videos: ", " were left out; ndjson has them");
  add(left_out.suspended,
      "hex has no suspension: ", " suspended entries were left out; ndjson and csv have them");
  add(left_out.known_good,
      "hex has no purpose: ", " lists of known-good files were left out; --list names one");
  return remarks;
}

std::string summary_of(const BuildReport& report, std::string_view out, std::size_t lists,
                       bool is_signed) {
  return fmt::format(
      "{}: {} entries of {} lists, {} duplicates, {} suspended, {} lines rejected, {}, digest {}",
      out, report.entries, lists, report.duplicates, report.suspended, report.rejected,
      is_signed ? "signed" : "not signed", report.sha256);
}

}  // namespace proviso::index
