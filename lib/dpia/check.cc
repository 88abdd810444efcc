// Checks a DPIA for one technology on one day.
#include <fmt/core.h>

#include <algorithm>

#include "dpia/dpia.h"
#include "dpia/questions.h"
#include "json/json.h"
#include "policy/drift.h"
#include "policy/periods.h"

namespace proviso::dpia {
namespace {

constexpr base::Period kReviewYearly{1, 0, 0, 0};  // older: a warning (WP248, Art. 35(11) GDPR)
constexpr base::Period kExtensionNotice{0, 1, 0,
                                        0};  // Art. 36(2) GDPR: within one month of receipt
constexpr std::size_t kFewestWords = 3;

std::size_t words_in(std::string_view text) {
  std::size_t count = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space && !inside) ++count;
    inside = !space;
  }
  return count;
}

bool is_new(const policy::Technology& technology, const law::Instrument& text) {
  if (!text.new_technology_from) return false;
  if (technology.purpose == policy::Purpose::solicitation) return true;
  return !technology.first_used_by_any ||
         *technology.first_used_by_any >= *text.new_technology_from;
}

// Lists of words are sets: their order does not matter.
json::Json without_order(json::Json value) {
  if (value.is_array()) std::sort(value.begin(), value.end());
  return value;
}

// True for methods whose thresholds decide what people look at: an assessment must state them.
bool must_state_parameters(const policy::Method& method) {
  return std::holds_alternative<policy::Vpdq>(method) || policy::needs_parameters(method);
}

class Checker {
 public:
  Checker(const Document& document, const policy::Policy& policy,
          const policy::Technology& technology, const law::Resolved& law, base::Date today)
      : doc_(document), policy_(policy), technology_(technology), law_(law), today_(today) {}

  std::vector<Finding> run() {
    if (doc_.file.empty()) {
      add("D1", Level::error, "dpia", "DP-01", "GDPR Art. 35(1)",
          fmt::format("technology {} names no DPIA", technology_.name),
          "technologies[].dpia in the policy, and that file");
      return finish();
    }
    found_ = doc_.reading;
    if (doc_.example && !policy_.rehearsal) {
      add("D1", Level::error, "example", "DP-01", "GDPR Art. 35(7)",
          "this is the example, which assesses nothing",
          "an assessment of your own; start from 'proviso dpia-check --init'");
    }
    check_identity();
    check_answers();
    check_dates();
    check_decision();
    check_parties();
    check_values();
    if (law_.consultation_required()) check_consultation();
    return finish();
  }

 private:
  void add(std::string_view check, Level level, std::string_view key, std::string_view rule,
           std::string_view citation, std::string what, std::string write) {
    Finding finding;
    finding.check = check;
    finding.level = level;
    finding.file = doc_.file.string();
    // The place of the key, or of the closest section above it that is present.
    for (std::string_view at = key;;) {
      const auto place = doc_.places.find(std::string(at));
      if (place != doc_.places.end()) {
        finding.line = place->second.line;
        finding.column = place->second.column;
        break;
      }
      const std::size_t dot = at.rfind('.');
      if (dot == std::string_view::npos) break;
      at = at.substr(0, dot);
    }
    if (finding.line == 0 && !doc_.file.empty()) finding.line = finding.column = 1;
    finding.rule = rule;
    finding.citation = citation;
    finding.what = std::move(what);
    finding.write = std::move(write);
    found_.push_back(std::move(finding));
  }

  std::vector<Finding> finish() {
    // If the text does not ask for a DPIA, what is missing in one is not an error.
    if (!law_.dpia_required()) {
      for (Finding& each : found_) each.level = Level::note;
    }
    return std::move(found_);
  }

  void check_identity() {
    if (doc_.technology != technology_.name) {
      add("D1", Level::error, "technology.name", "DP-01", "Art. 3(1)(c)",
          fmt::format("it assesses technology '{}', not {}", doc_.technology, technology_.name),
          "one DPIA for each technology");
    }
    if (doc_.version != technology_.version) {
      add("D1", Level::error, "technology.version", "DP-01", "Art. 3(1)(c)",
          fmt::format("it assesses version '{}', in use is {}", doc_.version, technology_.version),
          "assess the version in use");
    }
    const std::string digest = policy::drift_digest(policy_, technology_);
    if (doc_.drift_digest != digest) {
      add("drift", Level::error, "technology.drift_digest", "DP-06", "GDPR Art. 35(11)",
          "the technology was changed since it was assessed (its configuration digest differs)",
          fmt::format("assess the change, then drift_digest: {}", digest));
    }
    check_parameters();
  }

  // The document must state the same parameters as the policy.
  void check_parameters() {
    const auto error = [&](const std::string& key, std::string what, std::string write) {
      add("drift", Level::error, key, "DP-06", "GDPR Art. 35(11)", std::move(what),
          std::move(write));
    };
    const json::Json in_policy = policy::parameters_json(technology_.method);
    if (!doc_.parameters) {
      if (must_state_parameters(technology_.method)) {
        error("technology.parameters",
              fmt::format("it does not state the parameters of method {}",
                          policy::to_string(technology_.method)),
              "technology.parameters as in the policy: " + in_policy.dump());
      }
      return;
    }
    const json::Json stated = json::Json::parse(*doc_.parameters);
    for (const auto& [name, value] : in_policy.items()) {
      const auto here = stated.find(name);
      if (here != stated.end() && without_order(*here) == without_order(value)) continue;
      error("technology.parameters." + name,
            fmt::format("parameter {} is {} here and {} in the policy", name,
                        here == stated.end()
                            ? "absent"
                            : here->dump(-1, ' ', false, json::Json::error_handler_t::replace),
                        value.dump()),
            "assess the value of the policy, or set that one to what was assessed");
    }
    for (const auto& [name, value] : stated.items()) {
      if (!in_policy.contains(name)) {
        error("technology.parameters." + name,
              fmt::format("parameter {} is not in the policy", name),
              "the parameters of the policy alone");
      }
    }
  }

  void check_answers() {
    for (const Question& each : questions()) {
      const Level level = each.warning ? Level::warning : Level::error;
      const std::string* text = doc_.section(each.key);
      if (text == nullptr || text->empty()) {
        add(each.check, level, each.key, each.rule, each.citation,
            fmt::format("{} is missing", each.key), std::string(each.write));
      } else if (is_placeholder(*text)) {
        // An error even if a missing answer is a warning: someone meant to write something.
        add(each.check, Level::error, each.key, each.rule, each.citation,
            fmt::format("{} still holds a placeholder", each.key), std::string(each.write));
      } else if (words_in(*text) < kFewestWords) {
        add(each.check, Level::warning, each.key, each.rule, each.citation,
            fmt::format("{} is too short to say it", each.key), std::string(each.write));
      }
    }
  }

  void check_dates() {
    const auto dated = [&](std::string_view check, std::string_view key,
                           const std::optional<base::Date>& day, std::string_view citation,
                           std::string_view what) {
      if (!day) {
        add(check, Level::error, key, "DP-01", citation, fmt::format("{} has no date", what),
            fmt::format("the day, YYYY-MM-DD ({})", key));
      } else if (today_ < *day) {
        add(check, Level::error, key, "DP-01", citation,
            fmt::format("{} is dated {}, after today", what, base::to_string(*day)),
            "the day on which it was done");
      }
    };
    dated("D2", "dates.completed", doc_.completed, "GDPR Art. 35(1)", "completion");
    dated("D2", "dates.approved", doc_.approved, "GDPR Art. 35(1)", "approval");
    if (doc_.completed && doc_.approved && *doc_.approved < *doc_.completed) {
      add("D2", Level::error, "dates.approved", "DP-01", "GDPR Art. 35(1)",
          "it was approved before it was completed", "the day of approval");
    }
    if (technology_.first_used) {
      for (const auto& [day, name] :
           {std::pair{doc_.completed, "completed"}, std::pair{doc_.approved, "approved"}}) {
        if (day && *technology_.first_used <= *day) {
          add("D2", Level::error, fmt::format("dates.{}", name), "DP-01", "Art. 3(1)(c)",
              fmt::format("it was {} on {}, but the technology was first used on {}", name,
                          base::to_string(*day), base::to_string(*technology_.first_used)),
              "a DPIA comes before first use; stop the technology and assess it");
        }
      }
    }
    if (!doc_.review_by) {
      add("review", Level::error, "dates.review_by", "DP-06", "GDPR Art. 35(11)",
          "no day of review is set", "the day by which it is reviewed, at most a year ahead");
    } else if (*doc_.review_by < today_) {
      add("review", Level::error, "dates.review_by", "DP-06", "GDPR Art. 35(11)",
          fmt::format("its review was due by {}", base::to_string(*doc_.review_by)),
          "review it, then set the next day");
    }
    if (doc_.completed && base::add(*doc_.completed, kReviewYearly) < today_) {
      add("review", Level::warning, "dates.completed", "DP-06", "GDPR Art. 35(11)",
          "it is older than twelve months", "review it and write the day of completion anew");
    }
  }

  void check_decision() {
    const std::string* conditions = doc_.section("decision.conditions");
    if (doc_.decision == "conditionally-approve") {
      if (conditions == nullptr || conditions->empty() || is_placeholder(*conditions)) {
        add("6", Level::error, "decision.conditions", "DP-01", "GDPR Art. 35(1)",
            "approved on conditions that are not named", "the conditions, and how each was met");
      }
    } else if (doc_.decision != "approve") {
      const bool unknown = doc_.decision != "reject" && doc_.decision != "refer";
      add("6", Level::error, "decision.outcome", "DP-01", "GDPR Art. 35(1)",
          unknown ? std::string("no decision was taken")
                  : fmt::format("the decision is '{}'", doc_.decision),
          "approve, conditionally-approve, reject or refer");
    }
    const std::string* risk = doc_.section("action_plan.residual_risk");
    const std::string level = risk == nullptr ? "" : *risk;
    if (level != "low" && level != "medium" && level != "high") {
      add("4", Level::error, "action_plan.residual_risk", "DP-01", "GDPR Art. 35(7)(d)",
          "no residual risk is stated", "low, medium or high");
    } else if (level == "high" && !doc_.consultation.sent) {
      add("W16", Level::error, "action_plan.residual_risk", "DP-02", "GDPR Art. 36(1)",
          "a high risk is left and nobody was consulted",
          "send the consultation, or lower the risk");
    }
  }

  void check_parties() {
    if (!doc_.dpo_advice) {
      add("W23", Level::error, "interested_parties.dpo_advice_date", "DP-01", "GDPR Art. 35(2)",
          "the advice of the data protection officer has no date", "the day of the advice");
    } else if (doc_.approved && *doc_.approved < *doc_.dpo_advice) {
      add("W23", Level::error, "interested_parties.dpo_advice_date", "DP-01", "GDPR Art. 35(2)",
          "the advice came after the approval", "advice first, then approval");
    }
  }

  void check_values() {
    if (!doc_.error_rate_target) {
      add("D8", Level::error, "derogation.error_rate_target", "TE-07", "Art. 3(1)(e)",
          "no target of the error rate is set",
          "the largest share of wrong flags that you accept, such as 0.01; above it the gate "
          "closes");
    }
    if (!doc_.rectify_within) {
      add("D9", Level::error, "derogation.rectify_within", "TE-08", "Art. 3(1)(e)",
          "no time is set in which errors are rectified", "an ISO 8601 duration such as P1D");
    } else if (policy::may_outlast(policy_.redress_rectify_within, *doc_.rectify_within)) {
      add("D9", Level::error, "derogation.rectify_within", "TE-08", "Art. 3(1)(e)",
          fmt::format("it promises {}, the policy allows {}", base::to_string(*doc_.rectify_within),
                      base::to_string(policy_.redress_rectify_within)),
          "the time of redress.rectify_within, or shorten that one");
    }
    check_known_within();
    check_period("derogation.retention.confirmed", doc_.retention_confirmed,
                 policy_.retention_confirmed);
    check_period("derogation.retention.suspected", doc_.retention_suspected,
                 policy_.retention_suspected);
  }

  void check_known_within() {
    if (technology_.as<policy::Pdq>() == nullptr) return;
    if (doc_.places.count("derogation.known_within") == 0) {
      add("D11", Level::error, "derogation.known_within", "HU-03", "Art. 3(1)(g)(iii)",
          "it does not say within which distance a match counts as previously identified",
          "none, or the number of bits of match.known_within");
    } else if (doc_.known_within != policy_.known_within) {
      const auto word = [](const std::optional<int>& v) {
        return v ? std::to_string(*v) : std::string("none");
      };
      add("D11", policy_.known_within ? Level::error : Level::warning, "derogation.known_within",
          "HU-03", "Art. 3(1)(g)(iii)",
          fmt::format("known_within is {} here and {} in the policy", word(doc_.known_within),
                      word(policy_.known_within)),
          "the same in both");
    }
  }

  void check_period(std::string_view key, const std::optional<base::Period>& here,
                    const base::Period& in_policy) {
    const auto ceiling = law_.retention_max();
    if (!here) {
      add("D13", Level::error, key, "ST-02", "Art. 3(1)(i)", fmt::format("{} is missing", key),
          "the longest time of storage, an ISO 8601 duration");
      return;
    }
    if (ceiling && policy::may_outlast(*here, *ceiling)) {
      add("D13", Level::error, key, "ST-02", law_.refusal("ST-02", "").citation,
          fmt::format("{} is longer than the {} that the law allows", base::to_string(*here),
                      base::to_string(*ceiling)),
          fmt::format("{} or less", base::to_string(*ceiling)));
    }
    // Ceilings of `also` shorten the policy's period too, so a document may state the shorter one.
    const bool cut = ceiling && policy::may_outlast(in_policy, *ceiling);
    const base::Period lived = cut ? *ceiling : in_policy;
    if (policy::may_outlast(lived, *here)) {
      add("D13", Level::error, key, "ST-02", "Art. 3(1)(i)",
          fmt::format("the policy keeps data for {}, longer than the {} assessed",
                      base::to_string(lived), base::to_string(*here)),
          "the policy's period, or shorten that one");
    }
  }

  void check_consultation() {
    const Consultation& c = doc_.consultation;
    const auto error = [&](std::string_view check, std::string_view key, std::string_view rule,
                           std::string_view citation, std::string what, std::string write) {
      add(check, Level::error, fmt::format("consultation.{}", key), rule, citation, std::move(what),
          std::move(write));
    };
    for (const auto& [key, text] :
         {std::pair{"authority", c.authority}, std::pair{"reference", c.reference}}) {
      if (text.empty() || is_placeholder(text)) {
        error("W16", key, "DP-02", "GDPR Art. 36(3)",
              fmt::format("consultation.{} is missing", key),
              "the authority that was consulted, and its reference");
      }
    }
    for (const auto& [key, day] :
         {std::pair{"sent", c.sent}, std::pair{"received", c.received},
          std::pair{"advice", c.advice}, std::pair{"advice_answered", c.advice_answered},
          std::pair{"report_back", c.report_back},
          std::pair{"extended_notice", c.extended_notice}}) {
      if (day && today_ < *day)
        error("D3", key, "DP-02", "GDPR Art. 36",
              fmt::format("consultation.{} lies after today", key), "the day on which it happened");
    }
    if (!c.sent) {
      error("D3", "sent", "DP-02", "GDPR Art. 36(1)", "the supervisory authority was not consulted",
            "send it, then the day on which it was sent");
      return;
    }
    if (doc_.completed && *c.sent < *doc_.completed) {
      error("D3", "sent", "DP-02", "GDPR Art. 36(3)(e)",
            "it was sent before the DPIA was completed, which is part of it",
            "complete the DPIA, then send it");
    }
    if (c.received && *c.received < *c.sent)
      error("D3", "received", "DP-02", "GDPR Art. 36(2)", "it was received before it was sent",
            "the day of the receipt");
    if (technology_.first_used && *technology_.first_used <= *c.sent) {
      error("D3", "sent", "DP-02", "Art. 3(1)(c)",
            fmt::format("it was sent on {}, not before first use on {}", base::to_string(*c.sent),
                        base::to_string(*technology_.first_used)),
            "prior means before first use; stop the technology until the period is over");
    }
    if (c.extended && c.received &&
        (!c.extended_notice || base::add(*c.received, kExtensionNotice) < *c.extended_notice)) {
      add("D3", Level::warning, "consultation.extended_notice", "DP-02", "GDPR Art. 36(2)",
          "the extension was not notified within one month; its six weeks are counted all the same",
          "the day of the notice");
    }
    if (c.advice)
      check_advice();
    else
      check_period_of_consultation();
  }

  void check_advice() {
    const Consultation& c = doc_.consultation;
    if (*c.advice < *c.sent) {
      add("D4", Level::error, "consultation.advice", "DP-02", "GDPR Art. 36(2)",
          "the advice is dated before the request", "the day of the advice");
    }
    if (!c.advice_answered || *c.advice_answered < *c.advice) {
      add("D4", Level::error, "consultation.advice_answered", "DP-02", "GDPR Art. 36(2)",
          "the written advice is not answered", "what was done, and the day of the answer");
    }
    for (const law::Instrument* text : law_.all()) {
      if (!is_new(technology_, *text) || (c.report_back && *c.advice <= *c.report_back)) continue;
      add("D4", Level::error, "consultation.report_back", "DP-04", text->rule("DP-04").citation,
          "new technology: the measures that answer the advice were not reported back",
          "report back, then the day");
      break;
    }
  }

  void check_period_of_consultation() {
    const Consultation& c = doc_.consultation;
    if (!c.received) {
      add("D3", Level::error, "consultation.received", "DP-02", "GDPR Art. 36(2)",
          "the period of eight weeks runs from receipt, which has no date",
          "the day on which the authority received it");
      return;
    }
    const auto ends = c.period_ends();
    if (!ends) {
      add("D3", Level::error, "consultation.suspensions", "DP-02", "GDPR Art. 36(2)",
          "the period is suspended",
          "answer the authority's questions, then the last day of the suspension");
    } else if (today_ <= *ends) {
      add("D3", Level::error, "consultation.received", "DP-02", "GDPR Art. 36(2)",
          fmt::format("the period runs until {}", base::to_string(*ends)),
          "wait for its end or for the advice");
    } else if (technology_.first_used && *technology_.first_used <= *ends) {
      add("D3", Level::error, "consultation.received", "DP-02", "GDPR Art. 36(2)",
          fmt::format("the technology was used from {}, before the period ended on {}",
                      base::to_string(*technology_.first_used), base::to_string(*ends)),
          "use begins after the period or the advice");
    }
  }

  const Document& doc_;
  const policy::Policy& policy_;
  const policy::Technology& technology_;
  const law::Resolved& law_;
  base::Date today_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> check(const Document& document, const policy::Policy& policy,
                           const policy::Technology& technology, const law::Resolved& law,
                           base::Date today) {
  return Checker(document, policy, technology, law, today).run();
}

std::optional<Finding> review_due(const Document& document, base::Date today, int days) {
  if (!document.review_by || *document.review_by < today)
    return std::nullopt;  // check() reports it
  if (base::days_between(today, *document.review_by) >= days) return std::nullopt;
  Finding finding;
  finding.check = "review";
  finding.file = document.file.string();
  const auto place = document.places.find("dates.review_by");
  if (place != document.places.end()) {
    finding.line = place->second.line;
    finding.column = place->second.column;
  }
  finding.rule = "DP-06";
  finding.citation = "GDPR Art. 35(11)";
  finding.what = fmt::format("its review is due on {}, in less than {} days",
                             base::to_string(*document.review_by), days);
  finding.write = "review it, then set the next day";
  return finding;
}

}  // namespace proviso::dpia
