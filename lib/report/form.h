// Forms of the yearly report as data: forms/*.yaml, compiled in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::report {

// What a row counts. Each kind is computed by figures.cc; text: the policy's report texts alone.
enum class QueryKind {
  text,
  services,           // names of the services with counts in the year
  any_content,        // yes or no: was content processed
  processed,          // sum of n of counts of retain: side out, outcome erased or stored
  processed_bytes,    // the same, sum of bytes
  other_volumes,      // errors, drops, replays, content gone, unaccounted
  reported,           // case.reported in the year
  reported_accounts,  // zero when nothing was reported, else not known to the ledger
  flagged,            // case.stored in the year (A)
  errors,             // of these, decided against upon human review (B)
  reviewed,           // of these, decided by a human (C)
  error_rate,         // B/A in per cent
  review_findings,    // B/C beside it
  list_checks,        // what the last check of the hash lists found
  organisations,      // recipients of case.reported
  policy,             // a member of the policy
};

struct Query {
  QueryKind kind = QueryKind::text;
  std::vector<std::string> kinds;  // content kinds; empty: all
  std::optional<bool> in_union;    // of the user's region; absent: all
  std::string material_class, field;
};

struct FormRow {
  std::string id, label, group;
  bool optional = false;
  Query query;
  std::string reason;    // why the ledger cannot answer
  int category() const;  // the number before the first dot
};

struct Category {
  int number = 0;
  std::string title;
};

struct Form {
  std::string id, title;
  std::vector<Category> categories;
  std::vector<FormRow> rows;
};

// Error(usage) for an unknown name, Error(config) with every finding for a malformed text.
Form load_form(std::string_view id);
Form parse_form(std::string_view text, std::string_view name);
inline constexpr std::string_view kStandardForm = "impl-reg-2024-2916";

}  // namespace proviso::report
