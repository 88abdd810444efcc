#include <doctest/doctest.h>

#include "json/json.h"
#include "policy/drift.h"
#include "policy/periods.h"
#include "policy/schema.h"
#include "policy/show.h"
#include "provider_files.h"

using namespace proviso;
namespace fs = std::filesystem;
using policy_test::any_holds;
using policy_test::ProviderFiles;

TEST_CASE("a whole policy is read, with defaults filled in and paths made absolute") {
  const ProviderFiles files;
  const policy::Policy p = files.load();
  CHECK(p.rehearsal);
  CHECK(p.provider.name == "Example Messenger");
  REQUIRE(p.technologies.size() == 1);
  const policy::Technology& t = p.technologies[0];
  REQUIRE(t.as<policy::Pdq>() != nullptr);
  CHECK(t.as<policy::Pdq>()->distance == 31);
  CHECK(t.as<policy::Pdq>()->quality_floor == 50);
  CHECK(t.content == std::set{base::ContentKind::image});
  CHECK(t.dpia == files.directory / "dpia.yaml");
  CHECK(t.first_used_by_any == base::Date{2019, 8, 1});
  CHECK(base::to_string(p.retention_unscanned) == "PT1H");
  CHECK(base::to_string(p.retention_replay) == "P7D");
  CHECK_FALSE(p.review_all);
  CHECK(p.four_eyes);
  CHECK_FALSE(p.known_within);
  CHECK(p.stream_key == (files.directory / "stream.key").string());
  CHECK(p.person("reviewer-1")->number == 2);
  CHECK(p.organisation("hotline")->public_register);
  CHECK(p.attestations_file == files.directory / "attestations.yaml");
  CHECK(p.service("none") == nullptr);
}

TEST_CASE("all findings come at once, each with its line and column") {
  ProviderFiles files;
  files.change("mode: rehearsal", "mode: practice").change("version: \"1.0\"", "version: [1]");
  files.change("published: 2026-08-01", "published: 2026-02-30")
      .change("suspected: P14D", "suspected: 14 days");
  files.text += "surprise: yes\n";
  const auto found = files.findings();
  CHECK(any_holds(found, "2:7: mode: 'practice'"));
  CHECK(any_holds(found, "version: a single value was expected"));
  CHECK(any_holds(found, "2026-02-30"));
  CHECK(any_holds(found, "14 days"));
  CHECK(any_holds(found, "unknown key 'surprise'"));
  for (const std::string& line : found) CHECK(line.find_first_of("0123456789") == 0);
}

TEST_CASE("a code that no item could match is refused, with the one to write") {
  ProviderFiles files;
  files.change("regions: [EU]", "regions: [UK, EL, GP, FR, GB, de]");
  files.put("organisations.yaml",
            "- {id: a, name: A, country: EL, from: 2026-01-01, certificate: dpo.crt}\n");
  const auto found = files.findings();
  for (const std::string part :
       {"7:53: region 'UK' is not the ISO 3166 code of that state, write GB",
        "7:53: region 'EL' is not the ISO 3166 code of that state, write GR",
        "7:53: region 'de' is not an ISO 3166 code of two capitals, or EU",
        "organisations.yaml:1:29: country 'EL' is not the ISO 3166 code of that state, write GR"}) {
    CAPTURE(part);
    CHECK(any_holds(found, part));
  }
  CHECK_FALSE(any_holds(found, "'FR'"));
  CHECK_FALSE(any_holds(found, "'GP'"));
  CHECK_FALSE(any_holds(found, "'GB'"));
}

TEST_CASE("a list says its format, columns, categories, withdrawals and age") {
  ProviderFiles files;
  files.put("withdrawn.txt", "");
  files.change("verified_by: \"nobody\"}",
               "verified_by: \"nobody\", licence: terms, date: 2026-11-01, label: A1, format: csv, "
               "type: sha256, columns: {hash: Digest, id: Ref}, "
               "categories: [A1, \"2\"], withdrawn: withdrawn.txt, max_age: P30D}");
  const policy::Policy p = files.load();
  const policy::List& list = p.lists.at(0);
  CHECK(list.licence == "terms");
  CHECK(list.date == base::Date{2026, 11, 1});
  CHECK(list.label == "A1");
  CHECK(list.format == policy::ListFormat::csv);
  CHECK(list.type == policy::HashType::sha256);
  CHECK(list.columns == std::map<policy::ListColumn, std::string>{
                            {policy::ListColumn::hash, "Digest"}, {policy::ListColumn::id, "Ref"}});
  CHECK(list.categories == std::vector<std::string>{"A1", "2"});
  CHECK(list.withdrawn == files.directory / "withdrawn.txt");
  CHECK(list.max_age == base::parse_period("P30D"));
  const auto shown = policy::resolved_json(p, policy::resolve_law(p))["lists"][0];
  CHECK(shown["format"] == "csv");
  CHECK(shown["max_age"] == "P30D");
  // How a list is read is no part of what was assessed.
  const ProviderFiles plain;
  const policy::Policy before = plain.load();
  CHECK(policy::drift_digest(p, p.technologies[0]) ==
        policy::drift_digest(before, before.technologies[0]));
}

TEST_CASE("words of a list that nobody knows are findings with their place") {
  ProviderFiles files;
  files.change("verified_by: \"nobody\"}",
               "format: guess, type: vpdq, columns: {hsah: x, md5: \"\"}, max_age: P1D, date: "
               "2027-01-01, withdrawn: gone.txt}");
  const auto found = files.findings();
  CHECK(any_holds(found, "format: 'guess' is not one of hex, digests"));
  CHECK(any_holds(found, "type: 'vpdq' is not one of md5, sha1, sha256, pdq"));
  CHECK(any_holds(found, "columns: 'hsah' is not one of hash, type"));
  CHECK(any_holds(found, "columns: md5: the name of a column was expected"));
  CHECK(any_holds(found, "date: a day to come"));
  CHECK(any_holds(found, "withdrawn: "));
  for (const std::string& line : found) CHECK(line.find_first_of("0123456789") == 0);
  ProviderFiles vics;
  vics.change("verified_by: \"nobody\"}", "format: vics, max_age: P1D, columns: {md5: MD5}}");
  CHECK(any_holds(vics.findings(), "categories: format vics needs those"));
  CHECK(any_holds(vics.findings(), "max_age: the age of a list without a date"));
  CHECK(any_holds(vics.findings(), "columns: format vics has none"));
}

TEST_CASE("references to what is not there are findings") {
  ProviderFiles files;
  files.change("services: [chat]", "services: [forum]").change("lists: [known]", "lists: [other]");
  auto found = files.findings();
  CHECK(any_holds(found, "service forum is not in services"));
  CHECK(any_holds(found, "list other is not in lists"));
}

TEST_CASE("what a method cannot do is refused") {
  ProviderFiles video;
  CHECK(any_holds(video.change("content: [image]", "content: [text]").findings(),
                  "method pdq is of images"));
  ProviderFiles container;
  CHECK(any_holds(container.change("content: [image]", "content: [archive]").findings(),
                  "container"));
  ProviderFiles solicitation;
  CHECK(any_holds(solicitation.change("purpose: known-csam", "purpose: solicitation").findings(),
                  "solicitation"));
}

TEST_CASE("the policy may ask for more review than the law, not for less") {
  ProviderFiles less;
  CHECK(any_holds(less.change("{four_eyes: true}", "{required: none}").findings(),
                  "required: 'none'"));
  ProviderFiles more;
  CHECK(more.change("{four_eyes: true}", "{required: all}").load().review_all);
}

TEST_CASE(
    "a period above the law's ceiling is a finding with rule and citation, a shorter one is not") {
  ProviderFiles longer;
  const auto found = longer.change("confirmed: P12M", "confirmed: P13M").findings();
  REQUIRE(found.size() == 1);
  CHECK(any_holds(found, "ST-02"));
  CHECK(any_holds(found, "2026/1881"));
  ProviderFiles days;
  CHECK(any_holds(days.change("confirmed: P12M", "confirmed: P366D").findings(), "ST-02"));
  ProviderFiles shorter;
  CHECK(shorter.change("confirmed: P12M", "confirmed: P365D").findings().empty());
  ProviderFiles also;  // its three months bind each case by itself
  CHECK(also.change("also: []", "also: [libe-2020]").findings().empty());
}

TEST_CASE(
    "twelve months may outlast 365 days in a leap year, and 366 days twelve months in another") {
  const auto period = [](std::string_view text) { return base::parse_period(text).value(); };
  CHECK(policy::may_outlast(period("P12M"), period("P365D")));
  CHECK(policy::may_outlast(period("P366D"), period("P12M")));
  CHECK_FALSE(policy::may_outlast(period("P365D"), period("P12M")));
  CHECK_FALSE(policy::may_outlast(period("P1Y"), period("P12M")));
  CHECK(policy::may_outlast(period("P12MT1S"), period("P12M")));
}

TEST_CASE("in production a set clock and a text that never became law are refused") {
  ProviderFiles clock;
  clock.change("mode: rehearsal", "mode: production");
  CHECK(any_holds(clock.findings(), "2:7: the clock is set"));
  base::set_clock(std::nullopt);
  CHECK(clock.findings().empty());
  clock.change("instrument: reg-2026-1881", "instrument: libe-2020")
      .change("confirmed: P12M", "confirmed: P3M");
  CHECK(any_holds(clock.findings(), "never became law"));
  clock.change("mode: production", "mode: rehearsal");
  CHECK(clock.findings().empty());
}

TEST_CASE("files that are missing or are no certificate are findings, except in a bare checkout") {
  ProviderFiles files;
  files.put("dpo.crt", "no certificate");
  fs::remove(files.directory / "stream.key");
  fs::remove(files.directory / "organisations.yaml");
  fs::remove_all(files.directory / "vault");
  const auto found = files.findings();
  CHECK(any_holds(found, "stream: "));
  CHECK(any_holds(found, "organisations: "));
  CHECK(any_holds(found, "vault: "));
  CHECK(any_holds(found, "certificate: "));
  policy::LoadOptions bare;
  bare.documents_only = true;
  CHECK(files.findings(bare).empty());
}

TEST_CASE("registers have places of their own, and a body outside the EEA needs a ground") {
  ProviderFiles files;
  files.put("organisations.yaml",
            "- {id: a, name: A, country: ie, from: 2026-01-01, certificate: dpo.crt}\n");
  CHECK(any_holds(files.findings(), "organisations.yaml:1:29: country 'ie'"));
  files.put("organisations.yaml",
            "- {id: a, name: A, country: US, from: 2026-01-01, certificate: dpo.crt}\n");
  CHECK(any_holds(files.findings(), "no transfer_ground"));
  files.put("organisations.yaml",
            "- {id: a, name: A, country: US, from: 2026-01-01, certificate: dpo.crt, "
            "transfer_ground: \"Art. 49(1)(d)\"}\n");
  CHECK(files.findings().empty());
}

TEST_CASE("a missing policy is a finding about the configuration") {
  const ProviderFiles files;
  CHECK_THROWS_AS(policy::load(files.directory / "none.yaml"), base::Error);
  try {
    policy::find(files.directory / "none.yaml");
    FAIL("found what is not there");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::config);
  }
}

TEST_CASE("the resolved policy shows the ceilings of all texts, and no PIN") {
  ProviderFiles files;
  files.change("also: []", "also: [libe-2020]")
      .change("ledger: ledger.pem", "ledger: \"pkcs11:object=ledger?pin-value=1234\"");
  const policy::Policy p = files.load();
  const auto shown = policy::resolved_json(p, policy::resolve_law(p));
  CHECK(shown["law"]["retention_max"] == "P3M");
  CHECK(shown["law"]["unconfirmed_storage"] == false);
  CHECK(shown["technologies"][0]["parameters"]["distance"] == 31);
  CHECK(shown.dump().find("1234") == std::string::npos);
}

TEST_CASE("the schema is JSON and names every key of the policy") {
  const json::Json schema = json::parse(policy::schema(), "schema");
  for (const char* key :
       {"proviso", "mode", "technologies", "attestations", "match", "keys", "paths"}) {
    CHECK(schema["properties"].contains(key));
  }
}
