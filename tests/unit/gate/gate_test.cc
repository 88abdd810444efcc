#include <doctest/doctest.h>

#include <algorithm>

#include "gate/ledger_view.h"
#include "workplace.h"

using namespace proviso;
using gate_test::at;
using gate_test::under;
using gate_test::Workplace;

namespace {

// The messages of one rule that are missing for the only pair.
std::vector<std::string> missing(const gate::State& state, std::string_view rule) {
  REQUIRE(state.pairs.size() == 1);
  std::vector<std::string> out;
  for (const law::Refusal& each : state.pairs.front().missing) {
    CHECK_FALSE(each.citation.empty());
    if (each.rule == rule) out.push_back(each.message);
  }
  return out;
}

bool lacks(Workplace& w, const law::Resolved& law, std::string_view rule) {
  gate::Gate gate(w.policy, law, w.ledger.get());
  return !missing(gate.evaluate(w.now), rule).empty();
}

}  // namespace

TEST_CASE(
    "under the proposal, whose conditions are few, the gate opens and each condition closes it "
    "alone") {
  Workplace w;
  w.set_time(at("2025-06-01T00:00:00Z"));
  const auto law = under("com-2020-568");
  gate::Gate gate(w.policy, law, w.ledger.get());
  const gate::State& state = gate.evaluate(w.now);
  // Only the two rules that a person attests are missing in this workplace.
  for (const law::Refusal& each : state.pairs.at(0).missing)
    CHECK((each.rule == "TE-01" || each.rule == "TE-02"));
  CHECK(state.pairs.at(0).missing.size() == 2);
  CHECK(missing(gate.evaluate(at("2026-01-01T00:00:00Z")), "SC-12").size() == 1);
}

TEST_CASE("SC-12: closed at each boundary second outside the window of the law") {
  Workplace w;
  const auto law = under("reg-2026-1881", {}, false);
  gate::Gate gate(w.policy, law, w.ledger.get());
  for (const std::string_view shut :
       {"2026-04-04T00:00:00Z", "2026-07-30T23:59:59Z", "2028-04-04T00:00:00Z"}) {
    CHECK(missing(gate.evaluate(at(shut)), "SC-12").size() == 1);
  }
  for (const std::string_view open : {"2026-07-31T00:00:00Z", "2028-04-03T23:59:59Z"}) {
    CHECK(missing(gate.evaluate(at(open)), "SC-12").empty());
  }
}

TEST_CASE("SC-01: another kind of service, or one outside the Union, is not covered") {
  Workplace w;
  const auto law = under("reg-2026-1881");
  CHECK_FALSE(lacks(w, law, "SC-01"));
  w.policy.services[0].kind = "number-based";
  CHECK(lacks(w, law, "SC-01"));
  w.policy.services[0].kind = "number-independent";
  w.policy.services[0].regions = {"US", "JP"};
  CHECK(lacks(w, law, "SC-01"));
}

TEST_CASE(
    "SC-07: encryption that is, was or will be applied closes the pair where an article says so") {
  Workplace w;
  for (const auto e2ee : {policy::E2ee::is, policy::E2ee::was, policy::E2ee::planned}) {
    w.policy.services[0].e2ee = e2ee;
    CHECK(lacks(w, under("reg-2026-1881"), "SC-07"));
    CHECK_FALSE(lacks(w, under("reg-2021-1232-am2024"), "SC-07"));
  }
  w.policy.services[0].e2ee = policy::E2ee::never;
  CHECK_FALSE(lacks(w, under("reg-2026-1881"), "SC-07"));
}

TEST_CASE(
    "DP-01, DP-02: without an impact assessment and consultation the pair is closed, where the "
    "text asks for them") {
  Workplace w;
  CHECK(lacks(w, under("reg-2026-1881"), "DP-01"));
  CHECK(lacks(w, under("reg-2026-1881"), "DP-02"));
  CHECK(lacks(w, under("com-2020-568", {"libe-2020"}), "DP-02"));
  CHECK_FALSE(lacks(w, under("com-2020-568"), "DP-01"));
  CHECK_FALSE(lacks(w, under("com-2020-568"), "DP-02"));
}

TEST_CASE("US-01: users must have been told, not later than the day of processing") {
  Workplace w;
  const auto law = under("reg-2026-1881");
  w.policy.services[0].notice.published = base::Date{2026, 11, 24};
  CHECK_FALSE(lacks(w, law, "US-01"));
  w.policy.services[0].notice.published = base::Date{2026, 11, 25};
  CHECK(lacks(w, law, "US-01"));
  w.policy.services[0].notice.published.reset();
  CHECK(lacks(w, law, "US-01"));
  CHECK_FALSE(lacks(w, under("libe-2020"), "US-01"));
}

TEST_CASE("US-03 and SC-13: a redress contact and a GDPR ground must be named") {
  Workplace w;
  const auto law = under("reg-2026-1881");
  CHECK_FALSE(lacks(w, law, "US-03"));
  CHECK_FALSE(lacks(w, law, "SC-13"));
  w.policy.redress_contact.clear();
  w.policy.gdpr_grounds.clear();
  CHECK(lacks(w, law, "US-03"));
  CHECK(lacks(w, law, "SC-13"));
}

TEST_CASE("HU-01: a reviewer with a valid certificate is needed") {
  Workplace w;
  w.sign(ledger::OversightAct::oversee);
  const auto law = under("reg-2026-1881");
  CHECK_FALSE(lacks(w, law, "HU-01"));
  std::filesystem::remove(w.policy.people[0].certificate);
  CHECK(lacks(w, law, "HU-01"));
}

TEST_CASE("HU-01: oversight counts for its period to the second, for this version only") {
  Workplace w;
  const auto law = under("reg-2026-1881");
  gate::Gate gate(w.policy, law, w.ledger.get());
  CHECK(missing(gate.evaluate(w.now), "HU-01").size() == 1);
  w.sign(ledger::OversightAct::oversee);
  // The same gate sees it at once, in the same second.
  CHECK(missing(gate.evaluate(w.now), "HU-01").empty());
  CHECK(missing(gate.evaluate(at("2026-12-24T10:00:00Z")), "HU-01").empty());
  CHECK(missing(gate.evaluate(at("2026-12-24T10:00:01Z")), "HU-01").size() == 1);
  CHECK(missing(gate.evaluate(at("2026-11-24T09:59:59Z")), "HU-01").size() == 1);
  w.policy.technologies[0].version = "1.1";
  gate::Gate newer(w.policy, law, w.ledger.get());
  CHECK(missing(newer.evaluate(w.now), "HU-01").size() == 1);
}

TEST_CASE(
    "HU-01: a signature that does not verify, a stranger's, or one of the other mode signs nothing "
    "off") {
  Workplace w;
  const auto law = under("reg-2026-1881");
  ledger::Overseen forged = w.act(ledger::OversightAct::oversee);
  forged.at = at("2026-11-24T09:00:00Z");
  w.enter(forged);
  CHECK(lacks(w, law, "HU-01"));
  ledger::Overseen stranger = w.act(ledger::OversightAct::oversee);
  stranger.person = 1;  // the reviewer
  w.enter(stranger);
  CHECK(lacks(w, law, "HU-01"));
  w.policy.rehearsal = false;
  ledger::Overseen production = w.act(ledger::OversightAct::oversee);
  w.policy.rehearsal = true;
  w.enter(production);
  CHECK(lacks(w, law, "HU-01"));
  gate::Gate blind(w.policy, law, nullptr);
  CHECK(missing(blind.evaluate(w.now), "HU-01").size() == 1);
}

TEST_CASE("a halt closes at once whatever its signature, and only a signed resume opens again") {
  Workplace w;
  w.sign(ledger::OversightAct::oversee);
  const auto law = under("reg-2026-1881");
  gate::Gate gate(w.policy, law, w.ledger.get());
  CHECK(missing(gate.evaluate(w.now), "HU-01").empty());
  ledger::Overseen halt = w.act(ledger::OversightAct::halt, "too many false hits");
  halt.signature = "AAAA";
  w.enter(halt);
  const auto why = missing(gate.evaluate(w.now), "HU-01");
  REQUIRE(why.size() == 1);
  CHECK(why[0].find("too many false hits") != std::string::npos);
  ledger::Overseen resume = w.act(ledger::OversightAct::resume);
  ledger::Overseen forged = resume;
  forged.signature = "AAAA";
  w.enter(forged);
  CHECK(missing(gate.evaluate(w.now), "HU-01").size() == 1);
  w.enter(resume);
  CHECK(missing(gate.evaluate(w.now), "HU-01").empty());
}

TEST_CASE(
    "only a person with the oversight role and their own key can sign, and a halt needs a reason") {
  Workplace w;
  gate::OversightStatement s;
  s.technology = "known-digests";
  s.person = "reviewer-1";
  s.at = w.now;
  CHECK_THROWS_AS(gate::sign(s, w.policy, w.reviewer_key), base::Error);
  s.person = "oversight-1";
  CHECK_THROWS_AS(gate::sign(s, w.policy, w.reviewer_key), base::Error);
  s.technology = "unknown";
  CHECK_THROWS_AS(gate::sign(s, w.policy, w.oversight_key), base::Error);
  s.technology = "known-digests";
  CHECK_NOTHROW(gate::sign(s, w.policy, w.oversight_key));
  s.act = ledger::OversightAct::halt;
  CHECK_THROWS_AS(gate::sign(s, w.policy, w.oversight_key), base::Error);
}

TEST_CASE("SC-08: a list that is not declared, or was made for another purpose, closes the pair") {
  Workplace w;
  const auto law = under("reg-2026-1881");
  CHECK_FALSE(lacks(w, law, "SC-08"));
  w.policy.lists[0].purpose = "intimate-images";
  CHECK(lacks(w, law, "SC-08"));
  w.policy.lists.clear();
  CHECK(lacks(w, law, "SC-08"));
}

TEST_CASE("SC-11: the proposal takes only what was in use before 21 December 2020") {
  Workplace w;
  const auto law = under("com-2020-568");
  w.policy.technologies[0].first_used_by_any = base::Date{2020, 12, 20};
  CHECK_FALSE(lacks(w, law, "SC-11"));
  w.policy.technologies[0].first_used_by_any = base::Date{2020, 12, 21};
  CHECK(lacks(w, law, "SC-11"));
  w.policy.technologies[0].first_used_by_any.reset();
  CHECK(lacks(w, law, "SC-11"));
  CHECK_FALSE(lacks(w, under("reg-2026-1881"), "SC-11"));
}

TEST_CASE("a technology declared for what a text forbids is closed under that text") {
  Workplace w;
  w.policy.technologies[0].content = {base::ContentKind::image, base::ContentKind::audio};
  CHECK(lacks(w, under("reg-2026-1881"), "SC-06"));
  w.policy.technologies[0].content = {base::ContentKind::image};
  CHECK_FALSE(lacks(w, under("reg-2026-1881"), "SC-06"));
  w.policy.technologies[0].purpose = policy::Purpose::solicitation;
  CHECK(lacks(w, under("libe-2020"), "SC-03"));
  CHECK_FALSE(lacks(w, under("reg-2026-1881"), "SC-03"));
}

TEST_CASE("attested rules are missing until someone attests them") {
  Workplace w;
  for (const std::string_view rule : {"HU-04", "TE-01", "TE-02", "PL-01"}) {
    CHECK(lacks(w, under("reg-2026-1881"), rule));
  }
  CHECK_FALSE(lacks(w, under("com-2020-568"), "HU-04"));
}

TEST_CASE(
    "TE-07: the error rate counts from 100 decisions on, each case by its last, and a resume "
    "starts anew") {
  Workplace w;
  w.sign(ledger::OversightAct::oversee);
  const auto law = under("com-2020-568");
  gate::Gate gate(w.policy, law, w.ledger.get());
  const auto decide = [&](int number, ledger::Verdict verdict) {
    ledger::CaseDecided fact;
    fact.id.value = std::to_string(number);
    fact.technology = "known-digests";
    fact.verdict = verdict;
    return to_entry(fact, "review");
  };
  std::vector<ledger::Entry> entries;
  for (int i = 0; i < 99; ++i)
    entries.push_back(decide(i, i < 10 ? ledger::Verdict::reject : ledger::Verdict::confirm));
  w.ledger->append(entries);
  CHECK(missing(gate.evaluate(w.now), "TE-07").empty());
  CHECK_FALSE(gate.evaluate(w.now).pairs[0].notes.empty());
  w.ledger->append({decide(0, ledger::Verdict::confirm),
                    decide(0, ledger::Verdict::reject)});  // no further case
  CHECK(missing(gate.evaluate(w.now), "TE-07").empty());
  w.ledger->append(decide(99, ledger::Verdict::confirm));
  // This workplace has no impact assessment, so no target is met by a measured rate.
  CHECK(missing(gate.evaluate(w.now), "TE-07").size() == 1);
  CHECK(missing(gate.evaluate(at("2027-02-22T23:59:59Z")), "TE-07").size() == 1);
  CHECK(missing(gate.evaluate(at("2027-02-23T00:00:00Z")), "TE-07").empty());  // over 90 days later
  w.sign(ledger::OversightAct::resume);
  CHECK(missing(gate.evaluate(w.now), "TE-07").empty());
}

TEST_CASE("a gate that runs judges acts as a new one does, once the clock was set right") {
  Workplace w;
  w.sign(ledger::OversightAct::oversee);
  w.sign(ledger::OversightAct::halt, "stop");
  // Signed and entered by a clock that is two years ahead.
  const base::Instant right = w.now;
  const base::Instant wrong = at("2028-11-24T10:00:00Z");
  w.set_time(wrong);
  w.sign(ledger::OversightAct::resume);
  gate::LedgerView running(w.policy, w.ledger.get());
  running.refresh();
  CHECK_FALSE(running.halted("known-digests"));
  w.set_time(right);
  w.ledger->append(to_entry(ledger::ClockCorrected{wrong, right}, "purge"));
  running.refresh();
  gate::LedgerView fresh(w.policy, w.ledger.get());
  fresh.refresh();
  CHECK(fresh.halted("known-digests") == "stop");  // a statement from later than its entry
  CHECK(running.halted("known-digests") == fresh.halted("known-digests"));
}

TEST_CASE("no open pair is exit 69 with every missing condition, each once") {
  Workplace w;
  w.policy.redress_contact.clear();
  const auto law = under("reg-2026-1881");
  gate::Gate gate(w.policy, law, w.ledger.get());
  try {
    gate.require_any_open(at("2026-05-01T00:00:00Z"));
    FAIL("the gate was open");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::unavailable);
    const std::string text = error.what();
    for (const std::string_view rule : {"SC-12", "US-03", "HU-01", "DP-01", "TE-01"}) {
      CHECK(text.find(std::string("chat/known-digests: ") + std::string(rule)) !=
            std::string::npos);
    }
  }
}

TEST_CASE("the gate digest changes with what decides, and not with paths and keys") {
  Workplace w;
  const auto law = under("reg-2026-1881");
  const auto digest = [&](const law::Resolved& with) {
    return gate::Gate(w.policy, with, nullptr).digest();
  };
  const std::string one = digest(law);
  CHECK(one.size() == 64);
  w.policy.spool = "/elsewhere";
  w.policy.stream_key = "file:/elsewhere";
  w.policy.lists[0].path = "/elsewhere";
  CHECK(digest(law) == one);
  CHECK(digest(under("reg-2026-1881", {"libe-2020"})) != one);
  w.policy.lists[0].source = "somebody else";
  CHECK(digest(law) != one);
  w.policy.lists[0].source = "made up";
  w.policy.gdpr_grounds.push_back("6(1)(c)");
  CHECK(digest(law) != one);
  w.policy.gdpr_grounds.pop_back();
  CHECK(digest(law) == one);
  w.policy.technologies[0].version = "2.0";
  CHECK(digest(law) != one);
}

TEST_CASE("an additional text never opens a pair that was closed without it") {
  Workplace w;
  w.sign(ledger::OversightAct::oversee);
  for (const std::string_view base_id : law::built_in_ids()) {
    for (const std::string_view also_id : law::built_in_ids()) {
      const auto alone = under(base_id);
      const auto more = under(base_id, {also_id});
      gate::Gate first(w.policy, alone, w.ledger.get());
      gate::Gate second(w.policy, more, w.ledger.get());
      for (const std::string_view instant :
           {"2021-06-01T00:00:00Z", "2025-06-01T00:00:00Z", "2026-11-24T10:00:00Z"}) {
        const auto& a = first.evaluate(at(instant)).pairs.at(0);
        const auto& b = second.evaluate(at(instant)).pairs.at(0);
        for (const law::Refusal& each : a.missing) {
          CAPTURE(each.rule);
          CHECK(std::any_of(b.missing.begin(), b.missing.end(),
                            [&](const law::Refusal& r) { return r.rule == each.rule; }));
        }
      }
    }
  }
}
