#include <doctest/doctest.h>

#include "crypto/random.h"
#include "json/json.h"
#include "policy/drift.h"
#include "policy/show.h"
#include "provider_files.h"

using namespace proviso;
using policy_test::ProviderFiles;

namespace {

constexpr std::string_view kNoRegister;

json::Json kept(const policy::Policy& p, std::string_view protected_accounts = kNoRegister) {
  return policy::without_people(p, policy::resolve_law(p), protected_accounts);
}

std::string digest_of_file(const ProviderFiles& files, const char* name) {
  return crypto::sha256_hex(base::read_file(files.directory / name));
}

}  // namespace

TEST_CASE("the policy without its people has what the gate decides by, defaults filled in") {
  const ProviderFiles files;
  const policy::Policy p = files.load();
  const json::Json out = kept(p);
  CHECK(out.at("mode") == "rehearsal");
  CHECK(out.at("instrument") == "reg-2026-1881");
  CHECK(out.at("services").at(0).at("user_notice") == json::Json{{"published", "2026-08-01"}});
  const json::Json& technology = out.at("technologies").at(0);
  CHECK(technology.at("parameters").at("distance") == 31);
  CHECK(technology.at("drift_digest") == policy::drift_digest(p, p.technologies[0]));
  CHECK(technology.at("first_used_by_any_provider") == "2019-08-01");
  CHECK(technology.at("first_used_evidence") == "published by its makers");
  CHECK(out.at("lists").at(0) == json::Json{{"name", "known"},
                                            {"source", "made up"},
                                            {"purpose", "known-csam"},
                                            {"verified_by", "nobody"},
                                            {"columns", json::Json::object()},
                                            {"categories", json::Json::array()}});
  CHECK(out.at("retention").at("replay") == "P7D");
  CHECK(out.at("review").at("four_eyes") == true);
  CHECK(out.at("redress") ==
        json::Json{{"has_contact", true}, {"answer_within", "P14D"}, {"rectify_within", "P1D"}});
  CHECK(out.at("grounds").at("gdpr") == json::Json{"Article 6(1)(f)"});
}

TEST_CASE("every key of the policy is kept, or left out on purpose") {
  const ProviderFiles files;
  json::Json out = kept(files.load());
  const json::Json shown(policy::resolved_json(files.load(), policy::resolve_law(files.load())));
  // Registers are digests under `registers`, the law is in the instruments, and places are nobody's
  // but the host's.
  for (const char* key : {"organisations", "law", "file", "keys", "paths"}) out[key] = "on purpose";
  for (const auto& [key, value] : shown.items()) {
    CAPTURE(key);
    CHECK(out.contains(key));
  }
}

TEST_CASE("nobody is named, nor the place of a key, a file or a folder, nor a certificate") {
  ProviderFiles files;
  files.change("contact: abuse@example.org",
               "contact: abuse@example.org, dpo: \"Jane Doe, jane@example.org\"");
  files.change("{id: dpo-1,", "{id: \"Jane Doe\",")
      .change("certificate: dpo.crt}", "certificate: dpo.crt, training: \"Jane's course\"}");
  files.put("attestations.yaml",
            "- {rule: HU-04, person: Jane Doe, role: dpo, date: 2026-11-01, expires: 2027-11-01, "
            "evidence: notice.md, evidence_sha256: \"" +
                std::string(64, 'a') + "\", signature: \"c2lnbmVk\"}\n");
  const policy::Policy p = files.load();
  const std::string text = json::canonical(kept(p));
  for (const std::string& secret :
       {std::string("Jane"), std::string("jane"), std::string("reviewer-1"), std::string("Hotline"),
        std::string("hotline"), std::string("@"), std::string("CERTIFICATE"),
        std::string("c2lnbmVk"), std::string(".crt"), std::string(".pem"), std::string(".key"),
        std::string(".pub"), std::string(".yaml"), std::string("notice.md"), std::string("spool"),
        files.directory.string()}) {
    CAPTURE(secret);
    CHECK(text.find(secret) == std::string::npos);
  }
  CHECK(kept(p).at("attestations").at(0) == json::Json{{"rule", "HU-04"},
                                                       {"role", "dpo"},
                                                       {"person", 1},
                                                       {"date", "2026-11-01"},
                                                       {"expires", "2027-11-01"},
                                                       {"evidence_sha256", std::string(64, 'a')}});
}

TEST_CASE(
    "of people there are number, roles and a digest that changes with all that is said of them") {
  ProviderFiles files;
  const json::Json before = kept(files.load()).at("people");
  REQUIRE(before.size() == 2);
  CHECK(before.at(1).at("number") == 2);
  CHECK(before.at(1).at("roles") == json::Json{"reviewer", "oversight"});
  const std::string description =
      json::canonical({{"certificate_sha256", digest_of_file(files, "dpo.crt")},
                       {"id", "reviewer-1"},
                       {"roles", {"reviewer", "oversight"}},
                       {"training", ""}});
  CHECK(before.at(1).at("sha256") == crypto::sha256_hex(description));
  files.change("id: reviewer-1, roles: [reviewer, oversight], certificate: dpo.crt",
               "id: reviewer-1, roles: [reviewer, oversight], certificate: dpo.crt, training: x");
  const json::Json after = kept(files.load()).at("people");
  CHECK(after.at(0) == before.at(0));
  CHECK(after.at(1).at("sha256") != before.at(1).at("sha256"));
}

TEST_CASE("of registers there are the digests of the files that were read") {
  const ProviderFiles files;
  const std::string tokens(64, 'b');
  CHECK(kept(files.load(), tokens).at("registers") ==
        json::Json{{"organisations", digest_of_file(files, "organisations.yaml")},
                   {"authorities", digest_of_file(files, "authorities.yaml")},
                   {"attestations", digest_of_file(files, "attestations.yaml")},
                   {"protected_accounts", tokens}});
}

TEST_CASE("a text that names a person or an address all the same is kept without them") {
  ProviderFiles files;
  files.change("id: dpo-1", "id: jane")
      .change("id: reviewer-1", "id: \"jane doe\"")
      .change("verified_by: \"nobody\"",
              "verified_by: \"jane doe (<jane.doe@example.org>, jane), not janet\"");
  const std::string text = kept(files.load()).at("lists").at(0).at("verified_by");
  CHECK(text == "[person] [address] [person]), not janet");
}
