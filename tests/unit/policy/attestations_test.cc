#include <doctest/doctest.h>

#include "policy/attestations.h"
#include "provider_files.h"

using namespace proviso;
using policy_test::any_holds;
using policy_test::at;
using policy_test::ProviderFiles;

namespace {

const base::Date kToday{2026, 11, 24};
const base::Date kExpires{2027, 11, 24};

struct Attested : ProviderFiles {
  Attested() {
    put("evidence.md", "procedures against abuse");
    base::write_new_file(directory / "dpo.key", base::as_text(dpo_key.to_pem().span()), 0600);
  }
  policy::Attestation attest(std::string_view rule, std::string_view person = "dpo-1",
                             base::Date expires = kExpires) const {
    const policy::Policy p = load();
    return policy::attest(p, policy::resolve_law(p), rule, person, (directory / "dpo.key").string(),
                          directory / "evidence.md", expires);
  }
  base::ExitCode refusal(std::string_view rule, std::string_view person,
                         base::Date expires = kExpires) const {
    try {
      attest(rule, person, expires);
    } catch (const base::Error& error) {
      return error.code();
    }
    return base::ExitCode::ok;
  }
};

}  // namespace

TEST_CASE("an attestation holds from its day to its last, and not a day longer") {
  const Attested files;
  const policy::Attestation a = files.attest("HU-04");
  const policy::Policy p = files.load();
  CHECK_FALSE(policy::attestation_flaw(p, a, kToday));
  CHECK_FALSE(policy::attestation_flaw(p, a, kExpires));
  CHECK(policy::attestation_flaw(p, a, base::next_day(kExpires)));
  CHECK(policy::attestation_flaw(p, a, base::Date{2026, 11, 23}));
}

TEST_CASE("changed words, evidence, person or signature end an attestation") {
  const Attested files;
  const policy::Attestation a = files.attest("HU-04");
  const policy::Policy p = files.load();
  auto changed = a;
  changed.expires = base::Date{2030, 1, 1};
  CHECK(policy::attestation_flaw(p, changed, kToday));
  changed = a;
  changed.rule = "TE-01";
  CHECK(policy::attestation_flaw(p, changed, kToday));
  changed = a;
  changed.person = "reviewer-1";  // has no role dpo
  CHECK(policy::attestation_flaw(p, changed, kToday));
  changed = a;
  changed.signature[5] = changed.signature[5] == 'A' ? 'B' : 'A';
  CHECK(policy::attestation_flaw(p, changed, kToday));
  files.put("evidence.md", "other procedures");
  CHECK(policy::attestation_flaw(p, a, kToday));
}

TEST_CASE("the statement is canonical JSON of what is attested") {
  policy::Attestation a;
  a.rule = "HU-04";
  a.person = "dpo-1";
  a.date = kToday;
  a.expires = kExpires;
  a.evidence_sha256 = "00";
  CHECK(
      policy::attestation_statement(a) ==
      R"({"date":"2026-11-24","evidence_sha256":"00","expires":"2027-11-24","person":"dpo-1","role":"dpo","rule":"HU-04"})");
}

TEST_CASE("only those with the role, the key and a rule to attest can attest") {
  const Attested files;
  CHECK(files.refusal("SC-12", "dpo-1") == base::ExitCode::usage);  // a machine checks that one
  CHECK(files.refusal("XX-99", "dpo-1") == base::ExitCode::usage);
  CHECK(files.refusal("HU-04", "nobody") == base::ExitCode::usage);
  CHECK(files.refusal("HU-04", "reviewer-1") == base::ExitCode::usage);
  CHECK(files.refusal("HU-04", "dpo-1", base::Date{2026, 11, 23}) == base::ExitCode::usage);
  base::write_file_atomically(files.directory / "dpo.key",
                              base::as_text(crypto::PrivateKey::generate_p256().to_pem().span()));
  CHECK(files.refusal("HU-04", "dpo-1") == base::ExitCode::usage);
  base::set_clock(at("2031-01-01T00:00:00Z"));
  CHECK(files.refusal("HU-04", "dpo-1", base::Date{2032, 1, 1}) == base::ExitCode::no_permission);
}

TEST_CASE(
    "written to the file, attestations read back; a new one takes the place of its forerunner") {
  const Attested files;
  policy::write_attestation(files.load(), files.attest("HU-04"));
  policy::write_attestation(files.load(), files.attest("TE-01"));
  policy::write_attestation(files.load(), files.attest("HU-04", "dpo-1", base::Date{2028, 1, 31}));
  const policy::Policy p = files.load();
  REQUIRE(p.attestations.size() == 2);
  CHECK(p.attestations[0].rule == "TE-01");
  CHECK(p.attestations[1].expires == base::Date{2028, 1, 31});
  CHECK(p.attestations[1].evidence == files.directory / "evidence.md");
  for (const policy::Attestation& each : p.attestations)
    CHECK_FALSE(policy::attestation_flaw(p, each, kToday));
}

TEST_CASE("attestations that stand inline are read, and not written to") {
  Attested files;
  const policy::Attestation a = files.attest("HU-04");
  const std::string item =
      "[{rule: HU-04, person: dpo-1, role: dpo, date: 2026-11-24, expires: 2027-11-24, evidence: "
      "evidence.md, evidence_sha256: \"" +
      a.evidence_sha256 + "\", signature: \"" + a.signature + "\"}]";
  files.change("attestations: attestations.yaml", "attestations: " + item);
  const policy::Policy p = files.load();
  REQUIRE(p.attestations.size() == 1);
  CHECK_FALSE(policy::attestation_flaw(p, p.attestations[0], kToday));
  CHECK_THROWS_AS(policy::write_attestation(p, a), base::Error);
}

TEST_CASE("an attestation for an unknown rule or person is a finding") {
  Attested files;
  files.put("attestations.yaml",
            "- {rule: XX-99, person: nobody, role: dpo, date: 2026-11-24, expires: 2026-11-23, "
            "evidence: e, evidence_sha256: \"zz\", signature: \"AA==\"}\n");
  const auto found = files.findings();
  CHECK(any_holds(found, "rule XX-99"));
  CHECK(any_holds(found, "person nobody"));
  CHECK(any_holds(found, "expires lies before date"));
  CHECK(any_holds(found, "64 hex digits"));
}
