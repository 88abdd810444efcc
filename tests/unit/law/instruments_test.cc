#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "json/json.h"
#include "law/instrument.h"
#include "law/listing.h"
#include "law/rule_ids.h"
#include "law/schema.h"
#include "law/storage_purpose.h"

using namespace proviso;

namespace {

std::string built_in_text(std::string_view id) {
  const std::filesystem::path path = std::filesystem::path(PROVISO_TEST_DATA) /
                                     "../../lib/law/instruments" / (std::string(id) + ".yaml");
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string refusal_of(const std::string& text) {
  try {
    law::parse(text, "test.yaml");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::config);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE(
    "there are five texts and each answers for all rules, in order, with sentence and citation") {
  REQUIRE(law::built_in_ids().size() == 5);
  for (const std::string_view id : law::built_in_ids()) {
    CAPTURE(id);
    const law::Instrument text = law::load(id);
    CHECK(text.id == id);
    REQUIRE(text.rules.size() == law::kRuleIds.size());
    for (std::size_t i = 0; i < text.rules.size(); ++i) {
      const law::Rule& rule = text.rules[i];
      CAPTURE(rule.id);
      CHECK(rule.id == law::kRuleIds[i]);
      CHECK_FALSE(rule.sentence.empty());
      CHECK(rule.sentence.back() != '.');
      CHECK_FALSE(rule.citation.empty());
    }
  }
}

TEST_CASE("citations name their own text, another act only where that act is the source") {
  const std::map<std::string, std::string> prefixes = {
      {"com-2020-568", "COM(2020) 568"},
      {"libe-2020", "Report A9-0258/2020"},
      {"reg-2021-1232", "Regulation (EU) 2021/1232"},
      {"reg-2021-1232-am2024", "Regulation (EU) 2021/1232 as amended"},
      {"reg-2026-1881", "Regulation (EU) 2026/1881"}};
  for (const auto& [id, prefix] : prefixes) {
    for (const law::Rule& rule : law::load(id).rules) {
      CAPTURE(rule.citation);
      const bool own = rule.citation.rfind(prefix, 0) == 0;
      const bool gdpr =
          rule.id == "DP-06" && rule.citation == "Regulation (EU) 2016/679 Art. 35(11)";
      const bool form = rule.citation.rfind("Implementing Regulation (EU) 2024/2916", 0) == 0;
      CHECK((own || gdpr || form));
    }
  }
  CHECK(law::load("reg-2026-1881").rule("SC-06").citation == "Regulation (EU) 2026/1881 Art. 1(2)");
}

TEST_CASE(
    "what comes from secondary sources or memory is not verified, and memory is never an error") {
  for (const law::Rule& rule : law::load("reg-2026-1881").rules) CHECK_FALSE(rule.verified);
  const law::Instrument libe = law::load("libe-2020");
  for (const std::string_view id : {"SC-11", "SC-13", "HU-04", "US-01", "AR-02", "TE-03"}) {
    CAPTURE(id);
    CHECK_FALSE(libe.rule(id).verified);
    CHECK(libe.rule(id).severity != law::Severity::error);
  }
  for (const std::string_view id :
       {"SC-03", "SC-04", "SC-05", "SC-06", "DP-01", "DP-02", "HU-01", "HU-02", "HU-05", "US-03",
        "US-04", "GO-04", "ST-01", "ST-02", "ST-04", "ST-05", "PL-03", "CR-02", "SC-12"}) {
    CAPTURE(id);
    CHECK(libe.rule(id).applies);
    CHECK(libe.rule(id).verified);
  }
  const law::Instrument amended = law::load("reg-2021-1232-am2024");
  CHECK(amended.rule("DP-01").verified);
  CHECK_FALSE(amended.rule("HU-05").verified);  // a recital that was not read
}

TEST_CASE("few rules wait for an attestation") {
  const auto ids = [](const law::Resolved& resolved) {
    std::set<std::string> out;
    for (const law::Rule* rule : resolved.attested_rules()) {
      CHECK(rule->attested_by == "dpo");
      out.insert(rule->id);
    }
    return out;
  };
  const std::set<std::string> four = {"HU-04", "TE-01", "TE-02", "PL-01"};
  CHECK(ids({law::load("reg-2026-1881"), {}, false}) == four);
  CHECK(ids({law::load("reg-2026-1881"), {law::load("libe-2020")}, false}) == four);
  CHECK(ids({law::load("com-2020-568"), {}, true}) == std::set<std::string>{"TE-01", "TE-02"});
  CHECK(law::Resolved(law::load("reg-2026-1881"), {law::load("libe-2020")}, false)
            .attested_rules()
            .size() == 4);
}

TEST_CASE("every rule id in the source of a room is one of the list") {
  const std::filesystem::path lib = std::filesystem::path(PROVISO_TEST_DATA) / "../../lib";
  const std::set<std::string> groups = {"SC", "TE", "DP", "HU", "US", "ST",
                                        "CR", "AR", "PL", "MS", "GO"};
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(lib)) {
    if (entry.path().extension() != ".cc") continue;
    std::ifstream in(entry.path());
    std::stringstream buffer;
    buffer << in.rdbuf();
    const std::string text = buffer.str();
    // "XX-NN" as a whole string literal is how a refusal names its rule.
    for (std::size_t i = 0; i + 7 <= text.size(); ++i) {
      if (text[i] != '"' || text[i + 6] != '"' || text[i + 3] != '-') continue;
      if (!std::isdigit(static_cast<unsigned char>(text[i + 4])) ||
          !std::isdigit(static_cast<unsigned char>(text[i + 5]))) {
        continue;
      }
      if (groups.count(text.substr(i + 1, 2)) == 0) continue;
      const std::string id = text.substr(i + 1, 5);
      CAPTURE(entry.path().string());
      CAPTURE(id);
      CHECK(std::find(law::kRuleIds.begin(), law::kRuleIds.end(), id) != law::kRuleIds.end());
      ++seen;
    }
  }
  CHECK(seen > 20);
}

TEST_CASE("an instrument can be read from a file, and its digest is that of its bytes") {
  const std::string text = built_in_text("libe-2020");
  const law::Instrument one = law::parse(text, "libe-2020.yaml");
  CHECK(one.digest == law::load("libe-2020").digest);
  CHECK(one.digest.size() == 64);
  CHECK(law::parse(text + "# changed\n", "x").digest != one.digest);
  const std::filesystem::path path =
      std::filesystem::path(PROVISO_TEST_DATA) / "../../lib/law/instruments/libe-2020.yaml";
  CHECK(law::load(path.string()).digest == one.digest);
}

TEST_CASE("a damaged instrument is refused with the place of each finding") {
  const std::string text = built_in_text("reg-2026-1881");
  CHECK(refusal_of(replaced(text, "id: SC-02", "id: SC-03")).find("where SC-02 is expected") !=
        std::string::npos);
  CHECK(refusal_of(text.substr(0, text.rfind("  - id: GO-04"))).find("end before GO-04") !=
        std::string::npos);
  CHECK(refusal_of(replaced(text, "audio: forbidden", "audio: perhaps"))
            .find("audio is not one of") != std::string::npos);
  CHECK(refusal_of(replaced(text, "retention_max: P12M", "retention_max: a year"))
            .find("retention_max") != std::string::npos);
  CHECK(refusal_of(replaced(text, "to: 2028-04-03", "to: 2025-04-03"))
            .find("ends before it begins") != std::string::npos);
  CHECK_FALSE(refusal_of(replaced(text, "dpia: true", "dpia: true\nfavour: true")).empty());
  CHECK(refusal_of(replaced(text, "[reporting, blocking", "[marketing, blocking"))
            .find("marketing") != std::string::npos);
  const std::string two = replaced(replaced(text, "audio: forbidden", "audio: perhaps"),
                                   "e2ee: article", "e2ee: maybe");
  CHECK(refusal_of(two).find("audio") != std::string::npos);
  CHECK(refusal_of(two).find("e2ee") != std::string::npos);
}

TEST_CASE("an unknown id names the built-in ones, an unknown rule is our own mistake") {
  CHECK_THROWS_AS(law::load("reg-2099-1"), base::Error);
  const law::Instrument text = law::load("libe-2020");
  try {
    text.rule("ZZ-99");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::software);
  }
}

TEST_CASE("the parameters are those of the table") {
  using base::ContentKind;
  using law::ContentRule;
  const law::Instrument libe = law::load("libe-2020");
  CHECK(libe.content.at(ContentKind::image) == ContentRule::allowed);
  CHECK(libe.content.at(ContentKind::video) == ContentRule::allowed);
  for (const ContentKind kind :
       {ContentKind::text, ContentKind::audio, ContentKind::archive, ContentKind::mail}) {
    CHECK(libe.content.at(kind) == ContentRule::forbidden);
  }
  CHECK(libe.retention_max == base::Period{0, 3, 0, 0});
  CHECK(libe.pending_review_max == base::Period{0, 0, 14, 0});
  CHECK(libe.review_before_report == law::ReviewScope::all);
  CHECK(libe.professional_secrecy == law::Binding::article);
  CHECK(libe.public_register);
  CHECK_FALSE(libe.solicitation);
  CHECK(libe.storage_purposes == std::vector<std::string>{"reporting"});

  const law::Instrument proposal = law::load("com-2020-568");
  CHECK_FALSE(proposal.retention_max);
  CHECK_FALSE(proposal.dpia);
  CHECK(proposal.in_use_before == base::Date{2020, 12, 21});
  CHECK(proposal.storage_purposes.size() == 3);
  CHECK(proposal.content.at(ContentKind::audio) == ContentRule::allowed);

  for (const std::string_view id : {"reg-2021-1232", "reg-2021-1232-am2024", "reg-2026-1881"}) {
    const law::Instrument text = law::load(id);
    CHECK(text.retention_max == base::Period{0, 12, 0, 0});
    CHECK(text.storage_purposes.size() == 5);
    CHECK(text.content.at(ContentKind::text) == ContentRule::derived_indicators_only);
    CHECK(text.content.at(ContentKind::audio) == ContentRule::forbidden);
    CHECK(text.e2ee == (id == "reg-2026-1881" ? law::Binding::article : law::Binding::recital));
    CHECK(text.new_technology_from == base::Date{2021, 8, 2});
  }
}

TEST_CASE("the schema has the storage purposes of the table, in its order") {
  const json::Json schema = json::parse(law::schema(), "instrument.json");
  const json::Json& words = schema.at("properties").at("storage_purposes").at("items").at("enum");
  std::string joined;
  for (const json::Json& word : words)
    joined += (joined.empty() ? "" : ", ") + word.get<std::string>();
  CHECK(joined == base::words_of(law::kStoragePurposes));
}

TEST_CASE("listings name each text and each rule") {
  const law::Instrument text = law::load("reg-2026-1881");
  const std::string shown = law::show_table(text);
  for (const std::string_view id : law::kRuleIds) CHECK(shown.find(id) != std::string::npos);
  CHECK(law::to_json(text)["rules"].size() == law::kRuleIds.size());
  CHECK(law::list_table({text}).find("2026-07-31 to 2028-04-03") != std::string::npos);
}
