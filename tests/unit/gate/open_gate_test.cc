#include <doctest/doctest.h>

#include "workplace.h"

using namespace proviso;
using gate_test::at;
using gate_test::under;
using gate_test::Workplace;

namespace {

// Everything that the law in force asks for: impact assessment, consultation, attestations,
// oversight.
struct Complete {
  Workplace w;
  law::Resolved law = under("reg-2026-1881");
  crypto::PrivateKey dpo_key = crypto::PrivateKey::generate_p256();

  Complete() {
    w.add_person("dpo-1", policy::Role::dpo, dpo_key);
    policy::Policy& policy = w.policy;
    policy.provider.supervisory_authority = "an authority";
    policy.retention_suspected = *base::parse_period("P14D");
    policy.retention_confirmed = *base::parse_period("P12M");
    policy.retention_unscanned = *base::parse_period("PT1H");
    policy.redress_answer_within = *base::parse_period("P14D");
    policy.redress_rectify_within = *base::parse_period("P1D");
    policy.lists[0].verified_by = "a body";
    policy.technologies[0].first_used_evidence = "a report";
    policy.technologies[0].dpia = w.directory / "dpia.yaml";
    base::write_new_file(
        policy.technologies[0].dpia,
        dpia::make_example(policy, policy.technologies[0], law, base::date_of(w.now)));
    base::write_new_file(w.directory / "evidence.txt", "made up");
    for (const law::Rule* rule : law.attested_rules()) {
      policy::Attestation attestation;
      attestation.rule = rule->id;
      attestation.person = "dpo-1";
      attestation.role = policy::Role::dpo;
      attestation.date = base::Date{2026, 11, 1};
      attestation.expires = base::Date{2026, 12, 31};
      attestation.evidence = w.directory / "evidence.txt";
      attestation.evidence_sha256 = crypto::sha256_hex("made up");
      attestation.signature =
          crypto::base64(dpo_key.sign(policy::attestation_statement(attestation)));
      policy.attestations.push_back(std::move(attestation));
    }
    w.sign(ledger::OversightAct::oversee);
  }

  // The rules missing at an instant, each once, joined.
  std::string missing(base::Instant instant) {
    gate::Gate gate(w.policy, law, w.ledger.get());
    std::string out;
    for (const law::Refusal& each : gate.evaluate(instant).pairs.at(0).missing) {
      if (out.find(each.rule) == std::string::npos) out += (out.empty() ? "" : " ") + each.rule;
    }
    return out;
  }
};

}  // namespace

TEST_CASE("with every condition of the law in force met, the gate is open") {
  Complete c;
  CHECK(c.missing(c.w.now) == "");
  gate::Gate gate(c.w.policy, c.law, c.w.ledger.get());
  CHECK(gate.require_any_open(c.w.now).any_open());
}

TEST_CASE("a technology that is no longer the one assessed is closed") {
  Complete c;
  c.w.policy.technologies[0].method = policy::Exact{{policy::HashType::md5}};
  CHECK_FALSE(c.missing(c.w.now).empty());
}

TEST_CASE("an attestation closes its rule the day after it expires, or when its evidence changes") {
  Complete c;
  c.w.policy.oversight_every = *base::parse_period("P1Y");
  CHECK(c.missing(at("2026-12-31T23:59:59Z")) == "");
  CHECK(c.missing(at("2027-01-01T00:00:00Z")) == "TE-01 TE-02 HU-04 PL-01");
  base::write_file_atomically(c.w.directory / "evidence.txt", "something else");
  CHECK(c.missing(c.w.now) == "TE-01 TE-02 HU-04 PL-01");
}

TEST_CASE("an impact assessment without its file closes the technology before anything is read") {
  Complete c;
  c.w.policy.technologies[0].dpia.clear();
  CHECK(c.missing(c.w.now).rfind("DP-01", 0) == 0);
}

TEST_CASE(
    "TE-07: a measured error rate above the target of the assessment closes the technology, one at "
    "the target does not") {
  Complete c;
  const auto target = dpia::read(c.w.policy.technologies[0].dpia).error_rate_target;
  REQUIRE(target);
  const int decisions = 1'000;
  const int allowed = static_cast<int>(*target * decisions);
  const auto decide = [&](int from, int to, ledger::Verdict verdict) {
    std::vector<ledger::Entry> entries;
    for (int i = from; i < to; ++i) {
      ledger::CaseDecided fact;
      fact.id.value = std::to_string(i);
      fact.technology = "known-digests";
      fact.verdict = verdict;
      entries.push_back(to_entry(fact, "review"));
    }
    c.w.ledger->append(entries);
  };
  decide(0, allowed, ledger::Verdict::reject);
  decide(allowed, decisions, ledger::Verdict::confirm);
  CHECK(c.missing(c.w.now) == "");
  decide(decisions, decisions + 2, ledger::Verdict::reject);
  CHECK(c.missing(c.w.now) == "TE-07");
}
