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

  // Day after which processing may begin without advice: received + 8 weeks (14 when extended) +
  // suspensions; nullopt while suspended.
  std::optional<base::Date> period_ends() const;
};

struct Document {
  std::filesystem::path file;
  std::string sha256;  // hex of the file
  std::string technology, version, drift_digest;
  std::optional<std::string> parameters;  // technology.parameters as JSON: the values that were
                                          // assessed, as in the policy
  std::optional<base::Date> completed, approved, review_by;
  std::string decision;  // approve | conditionally-approve | reject | refer
  Consultation consultation;
  std::optional<double> error_rate_target;  // share of flags, 0..1
  std::optional<int> known_within;
  std::vector<Finding> reading;  // what was wrong with the document itself
  // text of each section by its key ("description.purposes"...), for the checks
  std::vector<std::pair<std::string, std::string>> sections;

  bool example = false;  // made by --example: never enough in production
  std::optional<base::Date> dpo_advice;
  std::optional<base::Period> rectify_within, retention_suspected, retention_confirmed;
  struct Place {
    int line = 0, column = 0;
  };
  std::map<std::string, Place> places;  // of each key that is there, for findings

  const std::string* section(std::string_view key) const;  // nullptr when absent
};

constexpr int kReviewPeriodWeeks = 8;  // Art. 36(2) GDPR
constexpr int kExtensionWeeks = 6;     // Art. 36(2) GDPR

// Reads a DPIA file, by its name: .md or .markdown, Markdown with YAML front matter; .json, an
// export of the CNIL's PIA tool; else YAML of our schema. proviso-dpia(5). Throws
// base::Error(config, data) only when the file cannot be read at all.
Document read(const std::filesystem::path&);
// All findings for one technology on a day: content W1-W24 and D1-D14, dates, consultation, drift.
std::vector<Finding> check(const Document&, const policy::Policy&, const policy::Technology&,
                           const law::Resolved&, base::Date today);
// The template that --init writes, filled with what the policy already says of the technology
// (drift digest included).
std::string make_template(const policy::Policy&, const policy::Technology&);
// The same, filled with text that is marked EXAMPLE and passes the checks on `today` in mode
// rehearsal alone.
std::string make_example(const policy::Policy&, const policy::Technology&, const law::Resolved&,
                         base::Date today);
// A template or example (`form`, YAML) in the form that the CNIL's PIA tool imports, JSON.
std::string cnil_skeleton(std::string_view form, std::string_view technology, bool example);
// A finding when the review falls due within `days`.
std::optional<Finding> review_due(const Document&, base::Date today, int days);

}  // namespace proviso::dpia
