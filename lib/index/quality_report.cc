// Writes what the check of the lists found: as JSON, as a table and as a ledger entry.
#include <fmt/format.h>

#include "index/quality.h"
#include "ledger/events.h"

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

ledger::Entry checked_entry(const QualityReport& report, std::string tool, std::string run) {
  ledger::Entry entry;
  entry.event = ledger::event::kIndexChecked;
  entry.tool = std::move(tool);
  entry.run = std::move(run);
  std::uint64_t entries = 0, unread = 0;
  for (const ListQuality& list : report.lists) {
    entries += list.report.entries;
    unread += list.read ? 0u : 1u;
  }
  json::Json findings = json::Json::object();
  for (const QualityFinding& finding : report.findings) {
    json::Json& count = findings[finding.check];
    count = (count.is_null() ? std::uint64_t{0} : count.get<std::uint64_t>()) + finding.count;
  }
  entry.data = {{"lists", report.lists.size()},
                {"unread", unread},
                {"entries", entries},
                {"findings", std::move(findings)}};
  return entry;
}

}  // namespace proviso::index
