#include "dpia/file_check.h"

#include <fmt/core.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "base/error.h"

namespace proviso::dpia {

namespace {

Finding missing_file(const policy::Technology& about, const law::Resolved& law) {
  Finding missing;
  missing.check = "D1";
  missing.file = about.dpia.string();
  missing.rule = "DP-01";
  missing.citation = law.refusal("DP-01", "").citation;
  missing.what = "there is no such file";
  missing.write = fmt::format("'proviso dpia-check --init {} --output {}' writes one to fill in",
                              about.name, about.dpia.string());
  return missing;
}

}  // namespace

Checked check_file(const policy::Policy& policy, const policy::Technology& about,
                   const law::Resolved& law, base::Date today, int min_days) {
  Checked checked{about.name, about.dpia.string(), {}};
  std::error_code error;
  if (!std::filesystem::exists(about.dpia, error)) {
    checked.findings.push_back(missing_file(about, law));
    return checked;
  }
  const Document document = read(about.dpia);
  checked.findings = check(document, policy, about, law, today);
  if (min_days > 0) {
    if (auto due = review_due(document, today, min_days))
      checked.findings.push_back(std::move(*due));
  }
  return checked;
}

std::string make_form(const policy::Policy& policy, const policy::Technology& about, bool example,
                      bool cnil) {
  if (example && !policy.rehearsal) {
    throw base::Error(base::ExitCode::usage,
                      "an example assesses nothing: it is for mode rehearsal only", "--example");
  }
  const std::string text =
      example ? make_example(policy, about, policy::resolve_law(policy), base::date_of(base::now()))
              : make_template(policy, about);
  return cnil ? cnil_skeleton(text, about.name, example) : text;
}

const policy::Technology& technology_named(const policy::Policy& policy, const std::string& name) {
  const policy::Technology* const found = policy.technology(name);
  if (found == nullptr) {
    throw base::Error(base::ExitCode::usage,
                      fmt::format("the technology '{}' is not in the policy", name));
  }
  return *found;
}

}  // namespace proviso::dpia
