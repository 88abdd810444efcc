// Data protection impact assessments: documents and their checks (GDPR Art. 35 and 36, WP248 rev.01
// Annex 2).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "law/instrument.h"
#include "policy/policy.h"

namespace proviso::dpia {

enum class Level { error, warning, note };

// One result of a check.
struct Finding {
  std::string check;  // "W6", "D3", "drift", ...
  Level level = Level::error;
  std::string file;
  int line = 0, column = 0;
  std::string rule, citation;
  std::string what;   // what is wrong
  std::string write;  // what to write there
};

struct Consultation {  // GDPR Art. 36
  std::string authority, reference;
  std::optional<base::Date> sent, received, advice, advice_answered, report_back, extended_notice;
  bool extended = false;  // 36(2): 6 more weeks
  struct Suspension {
    base::Date from;
    std::optional<base::Date> to;
  };
  std::vector<Suspension> suspensions;

  // The day after which processing may begin without advice: received plus 8 weeks (14 if extended)
  // plus suspensions; nullopt while suspended.
  std::optional<base::Date> period_ends() const;
};

struct Document {
  std::filesystem::path file;
  std::string bytes;   // of the file
  std::string sha256;  // theirs, hex
  std::string technology, version, drift_digest;
  std::optional<std::string>
      parameters;  // technology.parameters as JSON: the values that were assessed
  std::optional<base::Date> completed, approved, review_by;
  std::string decision;  // approve | conditionally-approve | reject | refer
  Consultation consultation;
  std::optional<double> error_rate_target;  // share of flags, 0..1
  std::optional<int> known_within;
  std::vector<Finding> reading;  // findings about the document itself
  // The text of each section by its key ("description.purposes", ...).
  std::vector<std::pair<std::string, std::string>> sections;

  bool example = false;  // made by --example; refused in production
  std::optional<base::Date> dpo_advice;
  std::optional<base::Period> rectify_within, retention_suspected, retention_confirmed;
  struct Place {
    int line = 0, column = 0;
  };
  std::map<std::string, Place> places;  // of each key that is present, for findings

  const std::string* section(std::string_view key) const;  // nullptr when absent
};

constexpr int kReviewPeriodWeeks = 8;  // Art. 36(2) GDPR
constexpr int kExtensionWeeks = 6;     // Art. 36(2) GDPR

// Reads a DPIA file (proviso-dpia(5)): .md and .markdown as Markdown with YAML front matter, .json
// as an export of the CNIL's PIA tool, all others as YAML. Throws base::Error(config, data) only if
// the file cannot be read at all.
Document read(const std::filesystem::path&);
// All findings for one technology on a day: content W1-W24 and D1-D14, dates, consultation, drift.
std::vector<Finding> check(const Document&, const policy::Policy&, const policy::Technology&,
                           const law::Resolved&, base::Date today);
// The template that --init writes, filled with what the policy says of the technology, its drift
// digest included.
std::string make_template(const policy::Policy&, const policy::Technology&);
// The same, filled with text that is marked EXAMPLE. It passes the checks on `today`, in mode
// rehearsal only.
std::string make_example(const policy::Policy&, const policy::Technology&, const law::Resolved&,
                         base::Date today);
// Converts a template or example (`form`, YAML) to JSON that the CNIL's PIA tool imports.
std::string cnil_skeleton(std::string_view form, std::string_view technology, bool example);
// A finding if the review is due within `days`.
std::optional<Finding> review_due(const Document&, base::Date today, int days);

}  // namespace proviso::dpia
