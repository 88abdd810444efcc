#include "gate/gate_documents.h"

#include <doctest/doctest.h>

#include "json/json.h"
#include "workplace.h"

using namespace proviso;
using gate_test::under;
using gate_test::Workplace;

namespace {

// "kind name: bytes", of the policy without its bytes.
std::vector<std::string> lines(const std::vector<gate::InputDocument>& documents) {
  std::vector<std::string> out;
  for (const gate::InputDocument& each : documents) {
    const bool is_policy = each.kind == ledger::DocumentKind::policy;
    out.push_back(std::string(to_string(each.kind)) + " " + each.name + ": " +
                  (is_policy ? "" : each.bytes));
  }
  return out;
}

}  // namespace

TEST_CASE("the documents of a run: the policy, each text of law, each DPIA and each notice") {
  Workplace w;
  const auto law = under("reg-2026-1881", {"libe-2020"});
  const std::string texts[] = {"instrument reg-2026-1881: " + law.base().text,
                               "instrument libe-2020: " + law.also()[0].text};
  {
    // Neither a DPIA nor a notice: the gate is closed, and nothing stands for them.
    const gate::Gate gate(w.policy, law, nullptr);
    CHECK(lines(gate.documents({})) == std::vector<std::string>{"policy : ", texts[0], texts[1]});
  }
  const auto notice = w.directory / "notice.md", assessment = w.directory / "dpia.yaml";
  base::write_new_file(notice, "a notice");
  base::write_new_file(assessment, "proviso-dpia: 1\n");
  w.policy.technologies[0].dpia = assessment;
  w.policy.technologies.push_back(w.policy.technologies[0]);
  w.policy.technologies[1].name = "other";
  w.policy.services[0].notice.file = notice;
  const gate::Gate gate(w.policy, law, nullptr);
  base::write_file_atomically(assessment, "another");  // the gate decides by the one that it read
  CHECK(lines(gate.documents({})) ==
        std::vector<std::string>{"policy : ", texts[0], texts[1],
                                 "dpia known-digests: proviso-dpia: 1\n",
                                 "dpia other: proviso-dpia: 1\n", "notice chat: a notice"});
  std::filesystem::remove(notice);
  CHECK_THROWS_AS(gate.documents({}), base::Error);
}

TEST_CASE("the gate's digest is of its inputs, of no document beside them") {
  Workplace w;
  const auto notice = w.directory / "notice.md";
  base::write_new_file(notice, "a notice");
  w.policy.services[0].notice.file = notice;
  const auto law = under("reg-2026-1881");
  const gate::Gate gate(w.policy, law, nullptr);
  const std::string policy = gate.documents({}).front().bytes;
  const json::Json inputs = json::parse(gate.inputs(), "inputs");
  CHECK(gate.digest() == crypto::sha256_hex(json::canonical(inputs)));
  base::write_file_atomically(notice, "another");
  w.policy.provider.name = "Another Messenger";
  const gate::Gate second(w.policy, law, nullptr);
  CHECK(second.digest() == gate.digest());
  CHECK(second.documents({}).front().bytes != policy);
}

TEST_CASE("of protected accounts the kept policy has the digest of the register that was read") {
  Workplace w;
  crypto::SipKey key{};
  base::write_new_file(w.directory / "key", base::as_text(key));
  const std::string token = gate::ProtectedAccounts::token("lawyer", key);
  base::write_new_file(w.directory / "accounts", token + "\n");
  const gate::ProtectedAccounts accounts(w.directory / "accounts", (w.directory / "key").string());
  CHECK(accounts.sha256() == crypto::sha256_hex(token + "\n"));
  CHECK(gate::ProtectedAccounts().sha256().empty());
  const auto law = under("reg-2026-1881");
  const gate::Gate gate(w.policy, law, nullptr);
  const std::string kept = gate.documents(accounts).front().bytes;
  CHECK(json::parse(kept, "policy").at("registers") ==
        json::Json{{"protected_accounts", accounts.sha256()}});
  CHECK(kept.find(token) == std::string::npos);
}
