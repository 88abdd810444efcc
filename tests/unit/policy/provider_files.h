// A provider's files in a directory of their own, and its policy as text that a case may change.
// Removed with the object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/instant.h"
#include "crypto/keys.h"
#include "policy/policy.h"

namespace proviso::policy_test {

namespace fs = std::filesystem;

inline base::Instant at(std::string_view text) { return base::parse_instant(text).value(); }

struct ProviderFiles {
  fs::path directory;
  crypto::PrivateKey dpo_key = crypto::PrivateKey::generate_p256();
  std::string text = R"yaml(proviso: 1
mode: rehearsal
provider: {name: "Example Messenger", establishment: IE, contact: abuse@example.org, supervisory_authority: "the authority"}
instrument: reg-2026-1881
also: []
services:
  - {name: chat, kind: number-independent, regions: [EU], e2ee: never, user_notice: {published: 2026-08-01, file: notice.md}}
technologies:
  - name: known-pdq
    version: "1.0"
    purpose: known-csam
    method: pdq
    content: [image]
    services: [chat]
    lists: [known]
    dpia: dpia.yaml
    first_used_by_any_provider: {date: 2019-08-01, evidence: "published by its makers"}
lists:
  - {name: known, path: known.ndjson, source: "made up", purpose: known-csam, verified_by: "nobody"}
organisations: organisations.yaml
authorities: authorities.yaml
evidence_fields: {account: "the account that the report is about"}
retention: {suspected: P14D, confirmed: P12M}
people:
  - {id: dpo-1, roles: [dpo], certificate: dpo.crt}
  - {id: reviewer-1, roles: [reviewer, oversight], certificate: dpo.crt}
review: {four_eyes: true}
match: {known_within: none}
redress: {contact: redress@example.org}
grounds: {gdpr: ["Article 6(1)(f)"]}
attestations: attestations.yaml
keys: {seal: [dpo.crt], ledger: ledger.pem, stream: "file:stream.key", index: index.pub}
paths: {spool: spool, vault: vault, ledger: ledger, index: index.pvx}
)yaml";

  ProviderFiles() {
    std::string name = (fs::temp_directory_path() / "policy-test-XXXXXX").string();
    directory = ::mkdtemp(name.data());
    base::set_clock(at("2026-11-24T10:00:00Z"));
    for (const char* part : {"spool", "vault", "ledger"}) fs::create_directory(directory / part);
    const crypto::PrivateKey ledger_key = crypto::PrivateKey::generate_ed25519();
    put("ledger.pem", "not read by a load");
    put("stream.key", "0123456789abcdef");
    put("index.pub", ledger_key.public_pem());
    put("dpo.crt", crypto::Certificate::self_signed(dpo_key, "dpo-1", at("2020-01-01T00:00:00Z"),
                                                    at("2030-01-01T00:00:00Z"))
                       .pem());
    put("notice.md", "we look for known material");
    put("known.ndjson", "");
    put("organisations.yaml",
        "- {id: hotline, name: Hotline, country: IE, from: 2026-01-01, certificate: dpo.crt, "
        "public_register: true}\n");
    put("authorities.yaml", "[]\n");
    put("attestations.yaml", "[]\n");
  }
  ~ProviderFiles() {
    base::set_clock(std::nullopt);
    std::error_code error;
    fs::remove_all(directory, error);
  }
  ProviderFiles(const ProviderFiles&) = delete;
  ProviderFiles& operator=(const ProviderFiles&) = delete;

  void put(const std::string& name, std::string_view content) const {
    base::write_file_atomically(directory / name, content);
  }

  // Replaces the first `from` of the policy's text, which must be there.
  ProviderFiles& change(std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);  // throws out_of_range when it is not there
    return *this;
  }

  policy::Policy load(const policy::LoadOptions& options = {}) const {
    put("policy.yaml", text);
    return policy::load(directory / "policy.yaml", options);
  }
  // What is wrong with it: "LINE:COLUMN: what", or the other file's name before.
  std::vector<std::string> findings(const policy::LoadOptions& options = {}) const {
    std::vector<std::string> out;
    try {
      load(options);
    } catch (const base::Error& error) {
      if (error.code() != base::ExitCode::config) throw;
      for (const base::Finding& each : error.findings()) {
        std::string line = each.where + ": " + each.what;
        const std::string prefix = (directory / "policy.yaml").string() + ":";
        if (line.rfind(prefix, 0) == 0) line.erase(0, prefix.size());
        out.push_back(std::move(line));
      }
    }
    return out;
  }
};

inline bool any_holds(const std::vector<std::string>& lines, std::string_view part) {
  for (const std::string& line : lines) {
    if (line.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace proviso::policy_test
