// The template that --init writes, and the example that rehearsals use.
#include <fmt/core.h>

#include <algorithm>

#include "dpia/dpia.h"
#include "dpia/questions.h"
#include "json/json.h"
#include "policy/drift.h"
#include "policy/periods.h"

namespace proviso::dpia {
namespace {

constexpr std::size_t kWidth = 110;

std::string yaml_string(std::string_view text) { return json::Json(std::string(text)).dump(); }

// Wraps `text` into lines that begin with `indent`.
std::string wrap(std::string_view text, std::string_view indent) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find(' ', at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view word = text.substr(at, end - at);
    if (column == 0 || column + 1 + word.size() > kWidth) {
      if (column != 0) out += '\n';
      out += indent;
      column = indent.size();
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    at = end + 1;
  }
  return out + "\n";
}

// A value in YAML's flow form.
std::string flow(const json::Json& value) {
  std::string out;
  if (value.is_object()) {
    for (const auto& [name, each] : value.items())
      out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", name, flow(each));
    return "{" + out + "}";
  }
  if (value.is_array()) {
    for (const json::Json& each : value) out += (out.empty() ? "" : ", ") + flow(each);
    return "[" + out + "]";
  }
  return value.dump();
}

base::Period shorter(base::Period a, const std::optional<base::Period>& ceiling) {
  return ceiling && policy::may_outlast(a, *ceiling) ? *ceiling : a;
}

class Writer {
 public:
  Writer(const policy::Policy& policy, const policy::Technology& technology,
         const law::Resolved& law, std::optional<base::Date> example)
      : policy_(policy), technology_(technology), example_(example) {
    confirmed_ = base::to_string(shorter(policy.retention_confirmed, law.retention_max()));
    suspected_ = base::to_string(
        shorter(policy.retention_suspected,
                law.unconfirmed_storage() ? law.retention_max() : law.pending_review_max()));
  }

  std::string write() {
    head();
    for (const Section& section : sections()) {
      if (section.name == "decision") consultation();
      out_ += fmt::format("\n# {}\n{}:\n", section.title, section.name);
      if (section.name == "risks") {
        risks();
        continue;
      }
      for (const Question& each : questions()) {
        if (each.key.substr(0, each.key.find('.')) == section.name)
          answer(each, each.key.substr(section.name.size() + 1), "  ");
      }
      values(section.name);
    }
    return std::move(out_);
  }

 private:
  // The template has what the policy says; a person writes the rest.
  void head() {
    out_ += fmt::format("# Data protection impact assessment of {}. Form: proviso-dpia(5).\n",
                        technology_.name);
    if (example_) {
      out_ +=
          "# EXAMPLE: made-up text for rehearsals. It assesses nothing, and is refused in "
          "production.\n";
    } else {
      out_ += fmt::format(
          "# Put your own words in place of each '{}'; the comment above it says what belongs "
          "there.\n"
          "# Check it with 'proviso dpia-check {}'. Sections follow the EDPB template of March "
          "2026.\n",
          kPlaceholder, technology_.name);
    }
    out_ += "proviso-dpia: 1\n";
    if (example_) out_ += "example: true\n";
    out_ +=
        "\n# D1: this very technology. The digest is of its configuration; when that changes, "
        "assess it again.\ntechnology:\n";
    out_ += fmt::format("  name: {}\n  version: {}\n  drift_digest: {}\n",
                        yaml_string(technology_.name), yaml_string(technology_.version),
                        yaml_string(policy::drift_digest(policy_, technology_)));
    out_ += "  parameters:          # as in the policy: what a match is\n";
    const json::Json parameters = policy::parameters_json(technology_.method);
    for (const auto& [name, value] : parameters.items())
      out_ += fmt::format("    {}: {}\n", name, flow(value));
    out_ +=
        "\n# D2, Art. 35(1) and (11) GDPR: days as YYYY-MM-DD, all of them before first use but "
        "the last.\ndates:\n";
    out_ += fmt::format("  completed: {}\n  approved: {}\n  review_by: {}\n",
                        day(base::Period{0, 4, 0, 0}), day(base::Period{0, 3, 20, 0}), ahead());
  }

  void consultation() {
    out_ +=
        "\n# W16, D3, D4: prior consultation, Art. 36 GDPR. Eight weeks from receipt, six more "
        "when extended, suspensions added.\nconsultation:\n";
    out_ += fmt::format("  authority: {}\n", yaml_string(policy_.provider.supervisory_authority));
    out_ += fmt::format("  reference: {}\n",
                        example_ ? "\"EXAMPLE-2026-001\""
                                 : fmt::format("{}   # the authority's, or yours", kPlaceholder));
    out_ += fmt::format("  sent: {}\n  received: {}\n", day(base::Period{0, 3, 10, 0}),
                        day(base::Period{0, 3, 8, 0}));
    out_ +=
        "  extended: false\n"
        "  extended_notice:     # the day on which the authority told you of an extension\n"
        "  suspensions: []      # {from: YYYY-MM-DD, to: YYYY-MM-DD}; without 'to' it lasts\n"
        "  advice:              # the day of written advice, if there was any\n"
        "  advice_answered:     # the day on which you answered it\n"
        "  report_back:         # new technology: the day on which you reported the measures (Art. "
        "3(1)(d))\n";
  }

  std::string day(base::Period before) const {
    if (!example_) return std::string(kPlaceholder);
    base::Date date = *example_;
    // Subtracts whole months, then days; the day is clamped to one that every month has.
    int months = date.year * 12 + (date.month - 1) - before.months;
    date = base::Date{months / 12, months % 12 + 1, std::min(date.day, 28)};
    const std::int64_t seconds = base::start_of(date).seconds - std::int64_t{86400} * before.days;
    return base::to_string(base::date_of(base::Instant{seconds}));
  }
  std::string ahead() const {
    return example_ ? base::to_string(base::add(*example_, base::Period{0, 6, 0, 0}))
                    : std::string(kPlaceholder);
  }

  void answer(const Question& question, std::string_view key, std::string_view indent) {
    const std::string inner = std::string(indent) + "  ";
    if (example_) {
      out_ += fmt::format("{}{}: >-\n{}", indent, key,
                          wrap("EXAMPLE: " + filled(example_of(question)), inner));
      return;
    }
    out_ += wrap(fmt::format("{} ({}): {}", question.check, question.citation, question.write),
                 std::string(indent) + "# ");
    out_ += fmt::format("{}{}: {}\n", indent, key, known(question.key));
  }

  std::string example_of(const Question& question) const {
    const auto* const indicators = technology_.as<policy::Indicators>();
    if (question.key != "derogation.indicators" || indicators == nullptr)
      return std::string(question.example);
    std::string factors;
    for (const auto& [name, threshold] : indicators->thresholds)
      factors += fmt::format("{}{} from {}", factors.empty() ? "" : ", ", name, threshold);
    return fmt::format(
        "Risk factors, derived by the provider without the text: {}; {} of them together, an "
        "objective one among them, are looked at by a person.",
        factors, indicators->minimum);
  }

  std::string known(std::string_view key) const {
    if (key == "identification.controller") {
      return yaml_string(fmt::format("{}, {}; contact {}", policy_.provider.name,
                                     policy_.provider.establishment, policy_.provider.contact));
    }
    return std::string(kPlaceholder);
  }

  void risks() {
    std::string_view event;
    for (const Question& each : questions()) {
      if (each.key.substr(0, 6) != "risks.") continue;
      const std::string_view rest = each.key.substr(6);
      const std::size_t dot = rest.find('.');
      if (rest.substr(0, dot) != event) {
        event = rest.substr(0, dot);
        out_ += fmt::format("  {}:\n", event);
      }
      answer(each, rest.substr(dot + 1), "    ");
    }
  }

  void values(std::string_view section) {
    const auto value = [&](std::string_view comment, std::string_view key,
                           std::string_view example) {
      if (!example_) out_ += fmt::format("  # {}\n", comment);
      out_ += fmt::format("  {}: {}\n", key, example_ ? example : kPlaceholder);
    };
    if (section == "action_plan")
      value("Art. 35(7)(d) GDPR: low, medium or high; high needs consultation in any case",
            "residual_risk", "low");
    if (section == "interested_parties")
      value("the day of the advice, before approval", "dpo_advice_date",
            day(base::Period{0, 3, 25, 0}));
    if (section == "decision") {
      value("approve, conditionally-approve, reject or refer (to the supervisory authority)",
            "outcome", "approve");
      out_ += "  conditions:          # when approved on conditions: which, and how each was met\n";
    }
    if (section != "derogation") return;
    value(
        "D8: the largest share of wrong flags that you accept, 0 to 1; a measured rate above it "
        "closes the gate",
        "error_rate_target", "0.05");
    value(
        "D9: the time in which errors are put right, such as P1D; the policy's "
        "redress.rectify_within is not longer",
        "rectify_within", base::to_string(policy_.redress_rectify_within));
    out_ +=
        "  # D11: the PDQ distance within which a match counts as previously identified, as "
        "match.known_within of the policy; or none\n";
    out_ += fmt::format("  known_within: {}\n",
                        policy_.known_within ? std::to_string(*policy_.known_within) : "none");
    out_ +=
        "  # D13: the longest time of storage; never above the law's ceiling, never below what the "
        "policy does\n  retention:\n";
    out_ += fmt::format("    suspected: {}\n    confirmed: {}\n", suspected_, confirmed_);
  }

  std::string filled(std::string_view text) const {
    std::string services;
    for (const std::string& each : technology_.services)
      services += (services.empty() ? "" : ", ") + each;
    std::string out(text);
    for (const auto& [name, value] :
         {std::pair<std::string_view, std::string>{"{provider}", policy_.provider.name},
          {"{technology}", technology_.name},
          {"{services}", services},
          {"{authority}", policy_.provider.supervisory_authority},
          {"{confirmed}", confirmed_},
          {"{contact}",
           policy_.redress_contact.empty() ? policy_.provider.contact : policy_.redress_contact}}) {
      for (std::size_t at = out.find(name); at != std::string::npos;
           at = out.find(name, at + value.size())) {
        out.replace(at, name.size(), value);
      }
    }
    return out;
  }

  const policy::Policy& policy_;
  const policy::Technology& technology_;
  std::optional<base::Date> example_;
  std::string confirmed_, suspected_, out_;
};

}  // namespace

std::string make_template(const policy::Policy& policy, const policy::Technology& technology) {
  return Writer(policy, technology, policy::resolve_law(policy), std::nullopt).write();
}

std::string make_example(const policy::Policy& policy, const policy::Technology& technology,
                         const law::Resolved& law, base::Date today) {
  if (!policy.rehearsal) {
    throw base::Error(base::ExitCode::config, "the example is for mode rehearsal alone",
                      policy.file.string(), "leave out --example and fill in the template");
  }
  return Writer(policy, technology, law, today).write();
}

}  // namespace proviso::dpia
