#include <doctest/doctest.h>

#include <random>

#include "workplace.h"

using namespace proviso;
using base::ContentKind;
using gate_test::at;
using gate_test::under;
using gate_test::Workplace;

namespace {

struct Item {
  Workplace w;
  gate::ProtectedAccounts accounts;
  ndjson::Parser parser;
  gate::State state = gate_test::open_state(w.policy, w.now);

  gate::Verdict judge(const std::string& line, const law::Resolved& law) {
    auto record = ndjson::Record::parse(parser, line);
    REQUIRE(record);
    return gate::judge(*record, state, w.policy, law, accounts);
  }
  // "in", the rule of the refusal, or the code of the error.
  std::string outcome(const std::string& line, const law::Resolved& law = under("reg-2026-1881")) {
    const gate::Verdict verdict = judge(line, law);
    CHECK(static_cast<int>(verdict.admitted.has_value()) +
              static_cast<int>(verdict.refused.has_value()) +
              static_cast<int>(verdict.error.has_value()) ==
          1);
    if (verdict.refused) {
      CHECK_FALSE(verdict.refused->citation.empty());
      return verdict.refused->rule;
    }
    if (verdict.error) return verdict.error->code;
    return "in";
  }
};

std::string item(const std::string& kind = "image", const std::string& more = "",
                 const std::string& region = "DE",
                 const std::string& content = R"(,"path":"a.jpg")") {
  return R"({"id":"m","service":"chat","account":"a","region":")" + region +
         R"(","content":{"kind":")" + kind + "\"" + content + "}" + more + "}";
}

}  // namespace

TEST_CASE("an image in scope is admitted for the technologies that take images") {
  Item i;
  const gate::Verdict verdict = i.judge(item(), under("reg-2026-1881"));
  REQUIRE(verdict.admitted);
  CHECK(verdict.admitted->technologies == std::vector<std::string>{"known-digests"});
  CHECK(verdict.admitted->content == std::set<ContentKind>{ContentKind::image});
  CHECK(verdict.admitted->eu);
  CHECK(verdict.service == "chat");
  CHECK(verdict.region == "DE");
  CHECK(verdict.kind == "image");
}

TEST_CASE("kinds of content: audio SC-06, text SC-05, kinds that no technology takes SC-10") {
  Item i;
  CHECK(i.outcome(item("audio")) == "SC-06");
  CHECK(i.outcome(item("text", "", "DE", "")) == "SC-05");
  CHECK(i.outcome(item("video")) == "SC-10");
  CHECK(i.outcome(item("archive")) == "in");
  CHECK(i.outcome(item("mail")) == "in");
  CHECK(i.outcome(item("file")) == "in");
  const auto libe = under("reg-2026-1881", {"libe-2020"});
  const std::string none = R"(,"secrecy":"none")";
  CHECK(i.outcome(item("image", none), libe) == "in");
  CHECK(i.outcome(item("archive", none), libe) == "SC-04");
  CHECK(i.outcome(item("mail", none), libe) == "SC-04");
  CHECK(i.outcome(item("file", none), libe) == "SC-04");
}

TEST_CASE(
    "no text travels: a path, an unknown member or a sentence refuses a record with indicators") {
  Item i;
  policy::Technology grooming = i.w.policy.technologies[0];
  grooming.name = "grooming";
  grooming.method = policy::Indicators{};
  grooming.purpose = policy::Purpose::solicitation;
  grooming.content = {ContentKind::text};
  i.w.policy.technologies.push_back(grooming);
  i.state = gate_test::open_state(i.w.policy, i.w.now);
  const std::string factors =
      R"(,"indicators":{"age_difference":20,"child_likely":true,"pattern":"p-7"})";
  CHECK(i.outcome(item("text", factors, "DE", "")) == "in");
  CHECK(i.judge(item("text", factors, "DE", ""), under("reg-2026-1881")).admitted->technologies ==
        std::vector<std::string>{"grooming"});
  CHECK(i.outcome(item("text", factors)) == "SC-05");
  CHECK(i.outcome(item("text", factors + R"(,"body":"hello")", "DE", "")) == "SC-05");
  CHECK(i.outcome(item("text", R"(,"indicators":{"quote":"come and see me"})", "DE", "")) ==
        "TE-04");
  CHECK(i.outcome(item("text", R"(,"indicators":{"deep":{"a":1}})", "DE", "")) == "TE-04");
  CHECK(i.outcome(item("text", R"(,"indicators":{})", "DE", "")) == "SC-05");
  i.w.policy.evidence_fields["ticket"] = "to find the message again";
  CHECK(i.outcome(item("text", factors + R"(,"ticket":"t-1")", "DE", "")) == "in");
  CHECK(i.outcome(item("text", factors + R"(,"secrecy":"none")", "DE", ""),
                  under("reg-2026-1881", {"libe-2020"})) == "SC-05");
}

TEST_CASE("SC-01: regions of the service, and EU stands for the 27") {
  Item i;
  for (const std::string region : {"EU", "DE", "GR", "SK", "HR"})
    CHECK(i.outcome(item("image", "", region)) == "in");
  for (const std::string region : {"US", "GB", "CH", "NO", "EL"})
    CHECK(i.outcome(item("image", "", region)) == "SC-01");
  i.w.policy.services[0].regions = {"EU", "US"};
  const gate::Verdict abroad = i.judge(item("image", "", "US"), under("reg-2026-1881"));
  REQUIRE(abroad.admitted);
  CHECK_FALSE(abroad.admitted->eu);
  i.w.policy.services[0].regions = {"DE"};
  CHECK(i.outcome(item("image", "", "FR")) == "SC-01");
  CHECK(i.outcome(item("image", "", "EU")) == "SC-01");
  for (const std::string region : {"de", "DEU", "", "D1"})
    CHECK(i.outcome(item("image", "", region)) == "bad_record");
}

TEST_CASE("SC-07: either the item or the service can say that a communication is encrypted") {
  Item i;
  CHECK(i.outcome(item("image", R"(,"e2ee":true)")) == "SC-07");
  CHECK(i.outcome(item("image", R"(,"e2ee":false)")) == "in");
  CHECK(i.outcome(item("image", R"(,"e2ee":true)"), under("reg-2021-1232-am2024")) == "in");
  i.w.policy.services[0].e2ee = policy::E2ee::was;
  CHECK(i.outcome(item("image", R"(,"e2ee":false)")) == "SC-07");
}

TEST_CASE(
    "HU-05: any protected party refuses the item, by its own word, a marker or the register") {
  Item i;
  CHECK(i.outcome(item("image", R"(,"secrecy":"protected")")) == "HU-05");
  CHECK(i.outcome(
            item("image",
                 R"(,"secrecy":"none","counterparts":[{"account":"b","secrecy":"protected"}])")) ==
        "HU-05");
  CHECK(i.outcome(item("image", R"(,"secrecy":"perhaps")")) == "bad_record");
  i.w.policy.secrecy_markers = {"legal-advice"};
  CHECK(i.outcome(item("image", R"(,"labels":["x","legal-advice"])")) == "HU-05");
  CHECK(i.outcome(item("image", R"(,"labels":["x"])")) == "in");

  crypto::SipKey key{};
  key[0] = std::byte{7};
  base::write_new_file(i.w.directory / "protected.key", base::as_text(key));
  base::write_new_file(i.w.directory / "protected.txt",
                       "# made up\n" + gate::ProtectedAccounts::token("lawyer", key) + "\n");
  i.accounts = {i.w.directory / "protected.txt",
                "file:" + (i.w.directory / "protected.key").string()};
  CHECK(i.accounts.present());
  CHECK(i.accounts.contains("lawyer"));
  CHECK_FALSE(i.accounts.contains("a"));
  CHECK(i.outcome(item("image", R"(,"counterparts":[{"account":"lawyer"}])")) == "HU-05");
  CHECK(i.outcome(item("image", R"(,"counterparts":[{"account":"b"}])"), under("libe-2020")) ==
        "in");
  CHECK(i.outcome(item("image", R"(,"counterparts":[{"region":"FR"}])"), under("libe-2020")) ==
        "HU-05");

  base::write_new_file(i.w.directory / "damaged.txt", "not a token\n");
  CHECK_THROWS_AS(gate::ProtectedAccounts(i.w.directory / "damaged.txt",
                                          (i.w.directory / "protected.key").string()),
                  base::Error);
}

TEST_CASE("HU-05: undetermined secrecy is refused only where the text makes it a condition") {
  Item i;
  const auto libe = under("reg-2026-1881", {"libe-2020"});
  CHECK(i.outcome(item()) == "in");
  CHECK(i.outcome(item(), libe) == "HU-05");
  CHECK(i.outcome(item("image", R"(,"secrecy":"none")"), libe) == "in");
  CHECK(i.outcome(item("image", R"(,"secrecy":"none","counterparts":[{"account":"b"}])"), libe) ==
        "HU-05");
  CHECK(i.outcome(
            item("image", R"(,"secrecy":"none","counterparts":[{"account":"b","secrecy":"none"}])"),
            libe) == "in");
}

TEST_CASE("SC-09: an undeclared service is refused and its name is not counted") {
  Item i;
  const gate::Verdict verdict = i.judge(
      R"({"id":"m","service":"forum","account":"a","region":"DE","content":{"kind":"image"}})",
      under("reg-2026-1881"));
  REQUIRE(verdict.refused);
  CHECK(verdict.refused->rule == "SC-09");
  CHECK(verdict.service.empty());
}

TEST_CASE("a record that carries a stage's member, or lacks or mistypes its own, is bad_record") {
  Item i;
  for (const std::string stage : {"scope", "hash", "match", "retain", "error"}) {
    CHECK(i.outcome(item("image", ",\"" + stage + "\":{}")) == "bad_record");
  }
  for (
      const std::string line :
      {R"({"id":"m","service":"chat","region":"DE","content":{"kind":"image","path":"a"}})",
       R"({"id":"m","service":"chat","account":"a","content":{"kind":"image","path":"a"}})",
       R"({"id":"m","account":"a","region":"DE","content":{"kind":"image","path":"a"}})",
       R"({"id":"m","service":"chat","account":"a","region":5,"content":{"kind":"image","path":"a"}})",
       R"({"id":"m","service":"chat","account":"a","region":"DE","content":{"kind":"sculpture","path":"a"}})",
       R"({"id":"m","service":"chat","account":"a","region":"DE","content":{"path":"a"}})",
       R"({"id":"m","service":"chat","account":"a","region":"DE","content":{"kind":"image"}})",
       R"({"id":"m","service":"chat","account":"a","region":"DE"})"}) {
    CAPTURE(line);
    CHECK(i.outcome(line) == "bad_record");
  }
  CHECK(i.outcome(item("image", R"(,"e2ee":"no")")) == "bad_record");
  CHECK(i.outcome(item("image", R"(,"sent_at":"yesterday")")) == "bad_record");
  CHECK(i.outcome(item("image", R"(,"counterparts":{})")) == "bad_record");
  CHECK(i.outcome(item("image", R"(,"counterparts":["b"])")) == "bad_record");
  CHECK(i.outcome(item("image", R"(,"labels":"x")")) == "bad_record");
  CHECK(i.outcome(item("image", R"(,"scores":[1])")) == "bad_record");
}

TEST_CASE("an item for which only closed technologies remain is refused for what closed them") {
  Item i;
  i.state.pairs[0].missing.push_back(under("reg-2026-1881").refusal("HU-01", "halted"));
  CHECK(i.outcome(item()) == "HU-01");
}

TEST_CASE(
    "leaves: what was admitted passes, forbidden kinds name their rule, containers are decided by "
    "their own leaves") {
  const auto law = under("reg-2026-1881");
  const std::set<ContentKind> images = {ContentKind::image};
  CHECK_FALSE(gate::leaf_refusal(ContentKind::image, images, law));
  CHECK(gate::leaf_refusal(ContentKind::video, images, law)->rule == "SC-10");
  CHECK(gate::leaf_refusal(ContentKind::audio, images, law)->rule == "SC-06");
  CHECK(gate::leaf_refusal(ContentKind::text, images, law)->rule == "SC-05");
  CHECK_FALSE(gate::leaf_refusal(ContentKind::archive, images, law));
  CHECK(gate::leaf_refusal(ContentKind::archive, images, under("libe-2020"))->rule == "SC-04");
}

TEST_CASE(
    "over random records, an additional text never lets through what was refused without it") {
  Item i;
  std::mt19937 random(20'261'124);
  const auto pick = [&](std::vector<std::string> choices) {
    return choices[std::uniform_int_distribution<std::size_t>(0, choices.size() - 1)(random)];
  };
  for (int round = 0; round < 400; ++round) {
    const std::string line =
        item(pick({"image", "video", "text", "audio", "archive", "mail", "file"}),
             pick({"", R"(,"e2ee":true)", R"(,"e2ee":false)"}) +
                 pick({"", R"(,"secrecy":"none")", R"(,"secrecy":"protected")"}) +
                 pick({"", R"(,"indicators":{"a":1})", R"(,"indicators":{"a":"b c"})"}) +
                 pick({"", R"(,"counterparts":[])",
                       R"(,"counterparts":[{"account":"b","secrecy":"none"}])"}),
             pick({"EU", "DE", "US"}), pick({R"(,"path":"a")", ""}));
    const std::string base_id =
        pick({"com-2020-568", "libe-2020", "reg-2021-1232-am2024", "reg-2026-1881"});
    const std::string also_id =
        pick({"com-2020-568", "libe-2020", "reg-2021-1232-am2024", "reg-2026-1881"});
    CAPTURE(line);
    CAPTURE(base_id);
    CAPTURE(also_id);
    const bool alone = i.judge(line, under(base_id)).admitted.has_value();
    const auto more = i.judge(line, under(base_id, {also_id}));
    if (!alone) CHECK_FALSE(more.admitted);
  }
}
