// Writes what the check of the lists found: as JSON, as a table and as a ledger entry.
#include <fmt/format.h>

#include "index/quality.h"

namespace proviso::index {
namespace {

// An id is text of the list's maker, so control characters must not reach the terminal.
std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out;
}

}  // namespace

json::OrderedJson to_json(const QualityReport& report) {
  json::OrderedJson out;
  out["checked_at"] = base::to_string(report.at);
  out["lists"] = json::OrderedJson::array();
  for (const ListQuality& list : report.lists) {
    json::OrderedJson one{{"name", list.name}, {"purpose", list.purpose}, {"read", list.read}};
    if (list.read) {
      one["sha256"] = list.sha256;
      one["records"] = list.report.records;
      one["entries"] = list.report.entries;
      one["rejected"] = list.report.rejected;
      one["deleted"] = list.report.deleted;
      one["superseded"] = list.report.superseded;
      one["suspended"] = list.report.suspended;
      one["hashes"] = list.hashes;
      one["unmatchable"] = list.report.unmatchable;
      one["other_category"] = list.report.other_category;
    }
    out["lists"].push_back(std::move(one));
  }
  out["findings"] = json::OrderedJson::array();
  for (const QualityFinding& finding : report.findings) {
    json::OrderedJson one{
        {"list", finding.list}, {"check", finding.check}, {"count", finding.count}};
    if (!finding.detail.empty()) one["detail"] = finding.detail;
    if (!finding.examples.empty()) one["examples"] = finding.examples;
    out["findings"].push_back(std::move(one));
  }
  return out;
}

std::string to_text(const QualityReport& report) {
  std::string out;
  for (const ListQuality& list : report.lists) {
    out += fmt::format("{} ({}): ", list.name, list.purpose);
    if (!list.read) {
      out += "not read\n";
      continue;
    }
    out += fmt::format("{} records, {} entries, {} rejected", list.report.records,
                       list.report.entries, list.report.rejected);
    for (const auto& [type, count] : list.hashes) out += fmt::format(", {} {}", type, count);
    out += "\n";
  }
  if (report.findings.empty()) return out + "no findings\n";
  std::size_t list_width = 4, check_width = 5;
  for (const QualityFinding& finding : report.findings) {
    list_width = std::max(list_width, finding.list.size());
    check_width = std::max(check_width, finding.check.size());
  }
  out += fmt::format("\n{:<{}}  {:<{}}  {:>10}  {}\n", "list", list_width, "check", check_width,
                     "count", "what");
  for (const QualityFinding& finding : report.findings) {
    std::string what = shown(finding.detail);
    for (std::size_t i = 0; i < finding.examples.size(); ++i) {
      what += (i > 0          ? ", "
               : what.empty() ? "such as "
                              : "; such as ") +
              shown(finding.examples[i]);
    }
    out += fmt::format("{:<{}}  {:<{}}  {:>10}  {}\n", finding.list, list_width, finding.check,
                       check_width, finding.count, what);
  }
  return out;
}

ledger::IndexChecked checked_fact(const QualityReport& report) {
  ledger::IndexChecked checked;
  checked.lists = report.lists.size();
  for (const ListQuality& list : report.lists) {
    checked.entries += list.report.entries;
    checked.unread += list.read ? 0u : 1u;
  }
  for (const QualityFinding& finding : report.findings)
    checked.findings[finding.check] += finding.count;
  return checked;
}

}  // namespace proviso::index
