#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <set>

#include "base/file.h"
#include "dpia/dpia.h"
#include "dpia/questions.h"
#include "dpia/render.h"
#include "json/json.h"

using namespace proviso;
using base::Date;

namespace {

const Date kToday{2026, 11, 24};

// A policy in memory and a DPIA file that a case may change: at first the example, which passes.
struct Assessment {
  std::filesystem::path directory;
  policy::Policy policy;
  std::string text;
  law::Resolved law{law::load("reg-2026-1881"), {}, true};

  Assessment() {
    std::string name = (std::filesystem::temp_directory_path() / "dpia-test-XXXXXX").string();
    directory = ::mkdtemp(name.data());
    policy.rehearsal = true;
    policy.instrument = "reg-2026-1881";
    policy.provider = {"Example Messenger", "IE", "abuse@example.org", "the authority",
                       "dpo@example.org"};
    policy.lists = {{"known", "made up", "known-csam", "nobody", "known.ndjson"}};
    policy.retention_suspected = *base::parse_period("P14D");
    policy.retention_confirmed = *base::parse_period("P12M");
    policy.redress_rectify_within = *base::parse_period("P1D");
    policy::Technology t;
    t.name = "known-pdq";
    t.version = "1.0";
    t.method = policy::Pdq{};
    t.content = {base::ContentKind::image};
    t.services = {"chat"};
    t.lists = {"known"};
    t.first_used_by_any = Date{2019, 8, 1};
    policy.technologies = {t};
    text = dpia::make_example(policy, technology(), law, kToday);
  }
  ~Assessment() {
    std::error_code error;
    std::filesystem::remove_all(directory, error);
  }
  Assessment(const Assessment&) = delete;
  Assessment& operator=(const Assessment&) = delete;

  policy::Technology& technology() { return policy.technologies[0]; }
  Assessment& change(std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);  // throws out_of_range when it is not there
    return *this;
  }
  // The rest of the line that begins with `key`.
  Assessment& set(const std::string& key, std::string_view value) {
    const std::size_t start = text.find("  " + key + ":") + key.size() + 3;
    text.replace(start, text.find('\n', start) - start, " " + std::string(value));
    return *this;
  }
  dpia::Document document() const {
    base::write_file_atomically(directory / "dpia.yaml", text);
    return dpia::read(directory / "dpia.yaml");
  }
  std::vector<dpia::Finding> findings(Date today = kToday) {
    return dpia::check(document(), policy, technology(), law, today);
  }
  const dpia::Finding* error(const std::vector<dpia::Finding>& all, std::string_view check) const {
    const auto found = std::find_if(all.begin(), all.end(), [&](const dpia::Finding& f) {
      return f.check == check && f.level == dpia::Level::error;
    });
    return found == all.end() ? nullptr : &*found;
  }
  bool has_error(std::string_view check, Date today = kToday) {
    const auto all = findings(today);
    return error(all, check) != nullptr;
  }
};

}  // namespace

TEST_CASE("the example passes in rehearsal without any finding, and is an error in production") {
  Assessment a;
  CHECK(a.findings().empty());
  a.policy.rehearsal = false;
  CHECK(a.has_error("D1"));
  CHECK_THROWS_AS(dpia::make_example(a.policy, a.technology(), a.law, kToday), base::Error);
}

TEST_CASE("the example passes on any day of the year") {
  for (const Date day : {Date{2026, 7, 31}, Date{2026, 12, 31}, Date{2027, 1, 1}, Date{2027, 3, 31},
                         Date{2028, 2, 29}}) {
    Assessment a;
    a.text = dpia::make_example(a.policy, a.technology(), a.law, day);
    CHECK(a.findings(day).empty());
  }
}

TEST_CASE(
    "an untouched template is an error at each question, with place, article and what to write") {
  Assessment a;
  a.text = dpia::make_template(a.policy, a.technology());
  const auto all = a.findings();
  std::set<std::string> checks;
  for (const dpia::Finding& each : all) {
    if (each.level == dpia::Level::error) checks.insert(each.check);
    CHECK(each.line > 0);
    CHECK_FALSE(each.rule.empty());
    CHECK_FALSE(each.citation.empty());
    CHECK_FALSE(each.write.empty());
  }
  for (int i = 1; i <= 24; ++i) CHECK_MESSAGE(checks.count("W" + std::to_string(i)) == 1, "W", i);
  for (const char* check : {"D2", "D3", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "D12", "D13",
                            "D14", "review", "6"}) {
    CHECK_MESSAGE(checks.count(check) == 1, check);
  }
}

TEST_CASE("each question that is taken away is found") {
  for (const dpia::Question& question : dpia::questions()) {
    Assessment a;
    dpia::Document document = a.document();
    document.sections.erase(
        std::remove_if(document.sections.begin(), document.sections.end(),
                       [&](const auto& section) { return section.first == question.key; }),
        document.sections.end());
    const auto all = dpia::check(document, a.policy, a.technology(), a.law, kToday);
    REQUIRE_MESSAGE(all.size() == 1, question.key);
    CHECK(all[0].check == question.check);
    CHECK((all[0].level == dpia::Level::warning) == question.warning);
  }
}

TEST_CASE("placeholders are found wherever they stand; words that hold them are not") {
  for (const char* text : {"FILL IN", "To do: TODO", "tbd", "and so on ...", "the <name> of it",
                           "---", "\xE2\x80\xA6"})
    CHECK(dpia::is_placeholder(text));
  for (const char* text :
       {"a method of filling in forms", "mastodon messages", "Art. 6(1)(f) GDPR"})
    CHECK_FALSE(dpia::is_placeholder(text));
  Assessment a;
  CHECK(a.change("No approved code of conduct under Art. 40 exists for this processing.", "TODO")
            .has_error("W5"));
}

TEST_CASE("drift: a technology changed after its assessment is an error under DP-06") {
  Assessment a;
  a.technology().method = policy::Pdq{.distance = 30};
  const auto all = a.findings();
  REQUIRE(a.error(all, "drift") != nullptr);
  CHECK(a.error(all, "drift")->rule == "DP-06");
  CHECK(a.error(all, "drift")->line == 10);
}

TEST_CASE("one assessment for each technology and version") {
  Assessment a;
  a.technology().version = "1.1";
  CHECK(a.has_error("D1"));
}

TEST_CASE("completed, approved and reviewed on days that fit") {
  CHECK(Assessment().set("completed", "").has_error("D2"));
  CHECK(Assessment().set("completed", "2026-11-25").has_error("D2"));
  CHECK(Assessment().set("approved", "2026-07-01").has_error("D2"));
  CHECK(Assessment().set("review_by", "2026-11-23").has_error("review"));
  CHECK_FALSE(Assessment().set("review_by", "2026-11-24").has_error("review"));
  CHECK(Assessment().set("completed", "2026-02-30").has_error("form"));
  Assessment used;
  used.technology().first_used =
      Date{2026, 7, 24};  // the day of completion is not before first use
  CHECK(used.has_error("D2"));
}

TEST_CASE("older than a year is a warning") {
  Assessment a;
  a.set("completed", "2025-11-23");
  const auto all = a.findings();
  REQUIRE(all.size() == 1);
  CHECK(all[0].level == dpia::Level::warning);
}

TEST_CASE("a rejected or referred assessment opens nothing; conditions must be named") {
  CHECK(Assessment().set("outcome", "reject").has_error("6"));
  CHECK(Assessment().set("outcome", "refer").has_error("6"));
  CHECK(Assessment().set("outcome", "conditionally-approve").has_error("6"));
  CHECK_FALSE(Assessment()
                  .set("outcome", "conditionally-approve")
                  .set("conditions", "monthly oversight, which is in place")
                  .has_error("6"));
}

TEST_CASE(
    "the advice of the data protection officer comes before approval; views of data subjects or a "
    "reason are a warning") {
  CHECK(Assessment().set("dpo_advice_date", "2026-08-05").has_error("W23"));
  Assessment a;
  const std::size_t start = a.text.find("  data_subjects:");
  a.text.erase(start, a.text.find("  dpo_advice_date:") - start);
  const auto all = a.findings();
  REQUIRE(all.size() == 1);
  CHECK(all[0].check == "W24");
  CHECK(all[0].level == dpia::Level::warning);
}

TEST_CASE("consultation: sent before use and its period over, or advice answered") {
  CHECK(Assessment().set("sent", "").has_error("D3"));
  CHECK(Assessment().set("received", "").has_error("D3"));
  CHECK(Assessment().set("reference", "").has_error("W16"));
  Assessment fresh;
  fresh.set("completed", "2026-09-01")
      .set("sent", "2026-09-29")
      .set("received", "2026-09-29")
      .set("approved", "2026-09-02")
      .set("dpo_advice_date", "2026-09-01");
  CHECK(fresh.has_error("D3", Date{2026, 11, 24}));  // eight weeks end on that very day
  CHECK_FALSE(fresh.has_error("D3", Date{2026, 11, 25}));
  CHECK(fresh.set("extended", "true").has_error("D3", Date{2026, 11, 25}));
  CHECK(fresh.set("suspensions", "[{from: 2026-10-01}]").has_error("D3", Date{2027, 11, 25}));
  CHECK(Assessment().set("advice", "2026-09-01").has_error("D4"));
  CHECK_FALSE(Assessment()
                  .set("advice", "2026-09-01")
                  .set("advice_answered", "2026-09-10")
                  .has_error("D4"));
  Assessment used;
  used.technology().first_used =
      Date{2026, 8, 20};  // after sending, before the eight weeks were over
  CHECK(used.has_error("D3"));
}

TEST_CASE("DP-04: new technology reports back on the advice") {
  Assessment a;
  a.set("advice", "2026-09-01").set("advice_answered", "2026-09-10");
  a.technology().first_used_by_any.reset();
  auto all = a.findings();
  REQUIRE(a.error(all, "D4") != nullptr);
  CHECK(a.error(all, "D4")->rule == "DP-04");
  CHECK_FALSE(a.set("report_back", "2026-09-12").has_error("D4"));
}

TEST_CASE("D13: storage above the law's ceiling, or below what the policy does, is an error") {
  CHECK(Assessment().change("confirmed: P12M", "confirmed: P13M").has_error("D13"));
  CHECK(Assessment().change("confirmed: P12M", "confirmed: P6M").has_error("D13"));
  Assessment also;
  also.law = law::Resolved(law::load("reg-2026-1881"), {law::load("libe-2020")}, true);
  CHECK(also.has_error("D13"));  // P12M against three months
  CHECK_FALSE(also.change("confirmed: P12M", "confirmed: P3M").has_error("D13"));
}

TEST_CASE(
    "known_within, the error target and the time of rectification must agree with the policy") {
  Assessment known;
  known.policy.known_within = 8;
  CHECK(known.has_error("D11"));
  CHECK_FALSE(known.set("known_within", "8").has_error("D11"));
  CHECK(Assessment().set("error_rate_target", "1.5").has_error("D8"));
  CHECK(Assessment().set("error_rate_target", "").has_error("D8"));
  CHECK(Assessment().set("rectify_within", "PT12H").has_error("D9"));
}

TEST_CASE(
    "a high residual risk without consultation is an error even where the text asks for none") {
  Assessment a;
  a.law = law::Resolved(law::load("com-2020-568"), {}, true);
  a.set("residual_risk", "high").set("sent", "");
  for (const dpia::Finding& each : a.findings())
    CHECK(each.level == dpia::Level::note);  // asks for no DPIA at all
  a.law = law::Resolved(law::load("reg-2026-1881"), {}, true);
  CHECK(a.has_error("W16"));
}

TEST_CASE("unknown keys are findings with a place; a file that is not there ends the run") {
  Assessment a;
  a.text += "surprise: yes\n";
  const auto all = a.findings();
  REQUIRE(a.error(all, "form") != nullptr);
  CHECK(a.error(all, "form")->line == std::count(a.text.begin(), a.text.end(), '\n'));
  CHECK_THROWS_AS(dpia::read(a.directory / "none.yaml"), base::Error);
}

TEST_CASE("a technology without a DPIA has one finding that says so") {
  Assessment a;
  const auto all = dpia::check(dpia::Document{}, a.policy, a.technology(), a.law, kToday);
  REQUIRE(all.size() == 1);
  CHECK(all[0].rule == "DP-01");
}

TEST_CASE("a review that falls due soon is found before it is overdue") {
  Assessment a;
  a.set("review_by", "2026-12-23");
  const dpia::Document document = a.document();
  CHECK(dpia::review_due(document, kToday, 30));
  CHECK_FALSE(dpia::review_due(document, kToday, 29));
}

TEST_CASE("a finding is one line of text, or one JSON object") {
  Assessment a;
  const auto all = a.set("sent", "").findings();
  REQUIRE_FALSE(all.empty());
  const std::string line = dpia::text_line(all[0], "known-pdq");
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  CHECK(line.find(": error: D3: ") != std::string::npos);
  CHECK(line.find("GDPR Art. 36(1)") != std::string::npos);
  const json::Json object = json::parse(dpia::ndjson_line(all[0], "known-pdq"), "finding");
  CHECK(object["technology"] == "known-pdq");
  CHECK(object["rule"] == "DP-02");
  CHECK(object["line"].get<int>() > 0);
}

TEST_CASE("what could end an attribute, a command or a line is escaped in every form") {
  dpia::Finding finding;
  finding.check = "W6";
  finding.file = "dpia/a b%.yaml";
  finding.line = 3;
  finding.column = 2;
  finding.rule = "DP-01";
  finding.citation = "GDPR Art. 35";
  finding.what = "x <&\"\n::error::y # z\x01";
  const std::vector<dpia::Checked> checked{{"known-pdq", finding.file, {finding}}};
  const std::string github = dpia::render(checked, dpia::Format::github, false);
  CHECK(std::count(github.begin(), github.end(), '\n') == 1);
  CHECK(github.find("file=dpia/a b%25.yaml,line=3,col=2,title=W6 DP-01::") != std::string::npos);
  const std::string junit = dpia::render(checked, dpia::Format::junit, false);
  CHECK(junit.find("x &lt;&amp;&quot;&#10;::error::y # z?") != std::string::npos);
  CHECK(junit.find("failures=\"1\"") != std::string::npos);
  const std::string sarif = dpia::render(checked, dpia::Format::sarif, false);
  CHECK(sarif.find("\"uri\": \"dpia/a%20b%25.yaml\"") != std::string::npos);
  const std::string tap = dpia::render(checked, dpia::Format::tap, false);
  CHECK(tap.find("not ok ") != std::string::npos);
  CHECK(tap.find("\nx ") == std::string::npos);
}

TEST_CASE("a warning fails a run under strict alone, in every form that has an outcome") {
  dpia::Finding finding;
  finding.check = "W5";
  finding.level = dpia::Level::warning;
  const std::vector<dpia::Checked> checked{{"known-pdq", "", {finding}}};
  CHECK(dpia::summarize(checked, false).met);
  CHECK_FALSE(dpia::summarize(checked, true).met);
  CHECK(dpia::render(checked, dpia::Format::tap, false).find("not ok") == std::string::npos);
  CHECK(dpia::render(checked, dpia::Format::tap, true).find("not ok") != std::string::npos);
  CHECK(dpia::render(checked, dpia::Format::junit, false).find("failures=\"0\"") !=
        std::string::npos);
  CHECK(dpia::render(checked, dpia::Format::junit, true).find("failures=\"1\"") !=
        std::string::npos);
}

TEST_CASE("drift: the document states the policy's parameters, each by itself") {
  Assessment a;
  CHECK_FALSE(a.has_error("drift"));
  a.change("    distance: 31", "    distance: 20");
  const auto all = a.findings();
  const dpia::Finding* found = a.error(all, "drift");
  REQUIRE(found != nullptr);
  CHECK(found->what == "parameter distance is 20 here and 31 in the policy");
  CHECK(found->line > 1);
  Assessment more;
  CHECK(more.change("    distance: 31", "    distance: 31\n    radius: 4").has_error("drift"));
  Assessment fewer;
  CHECK(fewer.change("    distance: 31\n", "").has_error("drift"));
}

TEST_CASE(
    "drift: where thresholds decide what people look at, the document must state them; elsewhere "
    "it may") {
  const policy::Method methods[] = {
      policy::Vpdq{},
      policy::Indicators{.thresholds = {{"age_difference", 10.0}, {"child_likely", 1.0}},
                         .objective = {"age_difference"}},
      policy::External{.threshold = 0.9, .detector = "a detector", .detector_version = "1.0"},
      policy::Pdq{}};
  for (const policy::Method& method : methods) {
    CAPTURE(policy::to_string(method));
    const bool indicators = std::holds_alternative<policy::Indicators>(method);
    Assessment a;
    a.technology().method = method;
    if (indicators) a.technology().purpose = policy::Purpose::solicitation;
    a.text = dpia::make_example(a.policy, a.technology(), a.law, kToday);
    CHECK_FALSE(a.has_error("drift"));
    CHECK_FALSE(a.has_error("form"));
    if (indicators) CHECK(a.text.find("age_difference from 10") != std::string::npos);
    const std::size_t from = a.text.find("  parameters:"), to = a.text.find("\n# D2");
    a.text.erase(from, to - from);
    CHECK(a.has_error("drift") == !std::holds_alternative<policy::Pdq>(method));
  }
}
