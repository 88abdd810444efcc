#include <doctest/doctest.h>

#include <map>

#include "law/calendar.h"
#include "law/diff.h"
#include "law/instrument.h"

using namespace proviso;
using base::ContentKind;
using base::MaterialClass;

namespace {

base::Instant at(std::string_view text) {
  const auto instant = base::parse_instant(text);
  REQUIRE(instant);
  return *instant;
}

// Each text is parsed once a program: cases ask for them hundreds of times.
const law::Instrument& text_of(std::string_view id) {
  static std::map<std::string, law::Instrument, std::less<>> texts;
  const auto found = texts.find(id);
  return found != texts.end() ? found->second
                              : texts.emplace(std::string(id), law::load(id)).first->second;
}

law::Resolved under(std::string_view id, std::vector<std::string_view> also = {},
                    bool rehearsal = false) {
  std::vector<law::Instrument> texts;
  for (const std::string_view each : also) texts.push_back(text_of(each));
  return {text_of(id), std::move(texts), rehearsal};
}

std::string rule_of(const std::optional<law::Refusal>& refusal) {
  return refusal ? refusal->rule : "none";
}

// The text of the span of the calendar that has that day; empty: none was law.
std::string in_force_on(base::Date day) {
  for (const law::Span& span : law::calendar()) {
    if (span.from <= day && (!span.to || day <= *span.to)) return span.instrument;
  }
  return "no span";
}

}  // namespace

TEST_CASE(
    "each window opens with its first second and closes after its last, and the gap of 2026 is "
    "shut") {
  struct Boundary {
    std::string_view id, before, first, last, after;
  };
  const Boundary boundaries[] = {
      {"com-2020-568", "2020-12-20T23:59:59Z", "2020-12-21T00:00:00Z", "2025-12-31T23:59:59Z",
       "2026-01-01T00:00:00Z"},
      {"libe-2020", "2020-12-20T23:59:59Z", "2020-12-21T00:00:00Z", "2022-12-31T23:59:59Z",
       "2023-01-01T00:00:00Z"},
      {"reg-2021-1232", "2021-08-01T23:59:59Z", "2021-08-02T00:00:00Z", "2024-05-14T23:59:59Z",
       "2024-05-15T00:00:00Z"},
      {"reg-2021-1232-am2024", "2024-05-14T23:59:59Z", "2024-05-15T00:00:00Z",
       "2026-04-03T23:59:59Z", "2026-04-04T00:00:00Z"},
      {"reg-2026-1881", "2026-07-30T23:59:59Z", "2026-07-31T00:00:00Z", "2028-04-03T23:59:59Z",
       "2028-04-04T00:00:00Z"}};
  for (const Boundary& each : boundaries) {
    CAPTURE(each.id);
    const law::Resolved rehearsed = under(each.id, {}, true);
    CHECK(rule_of(rehearsed.date_refusal(at(each.before))) == "SC-12");
    CHECK(rule_of(rehearsed.date_refusal(at(each.first))) == "none");
    CHECK(rule_of(rehearsed.date_refusal(at(each.last))) == "none");
    CHECK(rule_of(rehearsed.date_refusal(at(each.after))) == "SC-12");
  }
  // No adopted text opens the gate on any day of the gap.
  for (const std::string_view id : {"reg-2021-1232", "reg-2021-1232-am2024", "reg-2026-1881"}) {
    const law::Resolved adopted = under(id);
    for (base::Date day{2026, 4, 4}; day <= base::Date{2026, 7, 30}; day = base::next_day(day)) {
      CHECK(adopted.date_refusal(base::start_of(day)));
    }
  }
  CHECK(in_force_on({2026, 4, 4}).empty());
  CHECK(in_force_on({2026, 7, 30}).empty());
}

TEST_CASE(
    "a text that never became law opens the gate in rehearsal only, and never as an additional "
    "text") {
  const auto day = at("2021-06-01T00:00:00Z");
  CHECK(rule_of(under("libe-2020").date_refusal(day)) == "SC-12");
  CHECK(rule_of(under("libe-2020", {}, true).date_refusal(day)) == "none");
  CHECK(rule_of(under("reg-2021-1232", {"libe-2020"}, true).date_refusal(day)) == "SC-12");
  CHECK(rule_of(under("reg-2026-1881", {"libe-2020"}).date_refusal(at("2026-11-24T10:00:00Z"))) ==
        "none");
}

TEST_CASE("the calendar has no holes and shows 118 days without a derogation in 2026") {
  const auto spans = law::calendar();
  REQUIRE(spans.size() == 6);
  CHECK(spans.front().from == law::kConfidentialitySince);
  CHECK_FALSE(spans.back().to);
  CHECK(spans.back().instrument.empty());
  for (std::size_t i = 0; i + 1 < spans.size(); ++i)
    CHECK(base::next_day(*spans[i].to) == spans[i + 1].from);
  const law::Span& gap = spans[3];
  CHECK(gap.instrument.empty());
  CHECK(base::to_string(gap.from) == "2026-04-04");
  CHECK(base::to_string(*gap.to) == "2026-07-30");
  CHECK(base::days_between(gap.from, *gap.to) + 1 == 118);
  CHECK(in_force_on({2024, 5, 14}) == "reg-2021-1232");
  CHECK(in_force_on({2024, 5, 15}) == "reg-2021-1232-am2024");
  CHECK(in_force_on({2021, 8, 1}).empty());
}

TEST_CASE("content is refused under the rule of the text that forbids it") {
  const auto law26 = under("reg-2026-1881");
  CHECK(rule_of(law26.content_refusal(ContentKind::audio, false)) == "SC-06");
  CHECK(rule_of(law26.content_refusal(ContentKind::text, false)) == "SC-05");
  CHECK(rule_of(law26.content_refusal(ContentKind::text, true)) == "none");
  CHECK(rule_of(law26.content_refusal(ContentKind::archive, false)) == "none");
  const auto both = under("reg-2026-1881", {"libe-2020"});
  CHECK(rule_of(both.content_refusal(ContentKind::text, true)) == "SC-05");
  CHECK(rule_of(both.content_refusal(ContentKind::archive, false)) == "SC-04");
  CHECK(both.content_refusal(ContentKind::archive, false)->instrument == "libe-2020");
  CHECK(rule_of(both.content_refusal(ContentKind::video, false)) == "none");
  // The proposal does not name audio.
  CHECK(rule_of(under("com-2020-568").content_refusal(ContentKind::audio, false)) == "none");
}

TEST_CASE("solicitation, encryption, secrecy and kind of service are judged by each text") {
  CHECK(rule_of(under("reg-2026-1881").class_refusal(MaterialClass::solicitation)) == "none");
  CHECK(rule_of(under("reg-2026-1881", {"libe-2020"}).class_refusal(MaterialClass::solicitation)) ==
        "SC-03");
  CHECK(rule_of(under("libe-2020").class_refusal(MaterialClass::known)) == "none");
  CHECK(rule_of(under("reg-2026-1881").e2ee_refusal()) == "SC-07");
  CHECK(rule_of(under("reg-2021-1232-am2024").e2ee_refusal()) == "none");
  CHECK(rule_of(under("reg-2026-1881").secrecy_refusal(true, false)) == "HU-05");
  CHECK(rule_of(under("reg-2026-1881").secrecy_refusal(false, true)) == "none");
  CHECK(rule_of(under("reg-2026-1881", {"libe-2020"}).secrecy_refusal(false, true)) == "HU-05");
  CHECK(rule_of(under("libe-2020").secrecy_refusal(false, false)) == "none");
  CHECK(rule_of(under("reg-2026-1881").service_refusal("number-based")) == "SC-01");
  CHECK(rule_of(under("reg-2026-1881").service_refusal("number-independent")) == "none");
}

TEST_CASE(
    "review before reporting: the committee wants it for all, the law for what was not previously "
    "identified") {
  const auto law26 = under("reg-2026-1881");
  CHECK(rule_of(law26.review_refusal(MaterialClass::known, true, false)) == "none");
  CHECK(rule_of(law26.review_refusal(MaterialClass::known, false, false)) == "HU-03");
  CHECK(rule_of(law26.review_refusal(MaterialClass::new_material, true, false)) == "HU-03");
  CHECK(rule_of(law26.review_refusal(MaterialClass::solicitation, false, false)) == "HU-03");
  CHECK(rule_of(law26.review_refusal(MaterialClass::solicitation, false, true)) == "none");
  CHECK(rule_of(under("reg-2026-1881", {"libe-2020"})
                    .review_refusal(MaterialClass::known, true, false)) == "HU-02");
  CHECK(rule_of(under("com-2020-568").review_refusal(MaterialClass::new_material, false, false)) ==
        "none");
}

TEST_CASE("ceilings are the earliest end of all texts, in calendar time") {
  const auto found = at("2026-11-30T12:00:00Z");
  const auto end = [&](const law::Resolved& resolved, bool confirmed) {
    const auto ceiling = resolved.ceiling(found, confirmed);
    return ceiling ? base::to_string(*ceiling) : std::string("none");
  };
  CHECK(end(under("reg-2026-1881"), true) == "2027-11-30T12:00:00Z");
  CHECK(end(under("reg-2026-1881"), false) == "2027-11-30T12:00:00Z");
  CHECK(end(under("reg-2026-1881", {"libe-2020"}), true) == "2027-02-28T12:00:00Z");
  CHECK(end(under("reg-2026-1881", {"libe-2020"}), false) == "2026-12-14T12:00:00Z");
  CHECK(end(under("com-2020-568"), true) == "none");
  CHECK(end(under("com-2020-568"), false) == "2026-12-14T12:00:00Z");
  CHECK(under("reg-2026-1881", {"libe-2020"}).retention_max() == base::Period{0, 3, 0, 0});
  CHECK_FALSE(under("reg-2026-1881", {"libe-2020"}).unconfirmed_storage());
  CHECK(under("reg-2026-1881").unconfirmed_storage());
}

TEST_CASE("an additional text never allows more: content, purposes, ceilings, conditions") {
  for (const std::string_view base_id : law::built_in_ids()) {
    for (const std::string_view also_id : law::built_in_ids()) {
      CAPTURE(base_id);
      CAPTURE(also_id);
      const auto alone = under(base_id, {}, true);
      const auto more = under(base_id, {also_id}, true);
      for (const ContentKind kind :
           {ContentKind::image, ContentKind::video, ContentKind::text, ContentKind::audio,
            ContentKind::archive, ContentKind::mail, ContentKind::file}) {
        for (const bool indicators : {false, true}) {
          if (alone.content_refusal(kind, indicators))
            CHECK(more.content_refusal(kind, indicators));
        }
      }
      if (alone.e2ee_refusal()) CHECK(more.e2ee_refusal());
      if (alone.class_refusal(MaterialClass::solicitation))
        CHECK(more.class_refusal(MaterialClass::solicitation));
      for (const bool is_protected : {false, true}) {
        for (const bool undetermined : {false, true}) {
          if (alone.secrecy_refusal(is_protected, undetermined)) {
            CHECK(more.secrecy_refusal(is_protected, undetermined));
          }
        }
      }
      for (const MaterialClass material :
           {MaterialClass::known, MaterialClass::new_material, MaterialClass::solicitation}) {
        for (const bool known : {false, true}) {
          if (alone.review_refusal(material, known, false))
            CHECK(more.review_refusal(material, known, false));
        }
      }
      CHECK(more.dpia_required() >= alone.dpia_required());
      CHECK(more.consultation_required() >= alone.consultation_required());
      CHECK(more.public_register() >= alone.public_register());
      CHECK(more.unconfirmed_storage() <= alone.unconfirmed_storage());
      CHECK(more.storage_purposes().size() <= alone.storage_purposes().size());
      CHECK(more.attested_rules().size() >= alone.attested_rules().size());
      for (const bool confirmed : {false, true}) {
        const auto start = at("2024-01-31T00:00:00Z");
        if (alone.ceiling(start, confirmed)) {
          REQUIRE(more.ceiling(start, confirmed));
          CHECK(*more.ceiling(start, confirmed) <= *alone.ceiling(start, confirmed));
        }
      }
      for (const std::string_view day :
           {"2021-06-01T00:00:00Z", "2022-06-01T00:00:00Z", "2026-05-01T00:00:00Z"}) {
        CHECK(alone.date_refusal(at(day)).has_value() == more.date_refusal(at(day)).has_value());
      }
    }
  }
}

TEST_CASE(
    "a refusal carries rule, citation, words and text, from the first text that has the rule") {
  const auto both = under("reg-2026-1881", {"libe-2020"});
  const law::Refusal all_reviewed = both.refusal("HU-02", "case 1");
  CHECK(all_reviewed.instrument == "libe-2020");
  CHECK(all_reviewed.citation.rfind("Report A9-0258/2020", 0) == 0);
  CHECK(all_reviewed.message.find("case 1") != std::string::npos);
  CHECK(both.refusal("SC-06", "").instrument == "reg-2026-1881");
  CHECK(under("com-2020-568").refusal("US-02", "x").citation == "COM(2020) 568 (no such rule)");
}

TEST_CASE("diff names what the texts say differently and nothing else") {
  const law::Instrument a = law::load("reg-2021-1232-am2024");
  const law::Instrument b = law::load("reg-2026-1881");
  CHECK(law::diff(a, a).empty());
  std::map<std::string, law::Difference> found;
  for (const law::Difference& each : law::diff(a, b)) found[each.what] = each;
  CHECK(found.at("e2ee").b == "article");
  CHECK(found.count("windows") == 1);
  CHECK(found.count("SC-07") == 1);
  CHECK(found.count("retention_max") == 0);
  CHECK(found.count("SC-06") == 0);
}

TEST_CASE("what rests on secondary sources is said, and only that") {
  const law::Resolved secondary(law::load("reg-2026-1881"), {}, false);
  REQUIRE(secondary.unverified_note());
  CHECK(secondary.unverified_note()->find("reg-2026-1881") != std::string::npos);
  law::Instrument read_in_full = law::load("reg-2021-1232");
  for (law::Rule& rule : read_in_full.rules) rule.verified = true;
  CHECK_FALSE(law::Resolved(read_in_full, {}, false).unverified_note());
}
