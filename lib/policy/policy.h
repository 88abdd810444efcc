// The policy: the provider's whole configuration, one YAML file. It is read strictly; all findings
// are reported at once, each with file:line:column.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "law/instrument.h"
#include "policy/attestations.h"
#include "policy/list.h"
#include "policy/people.h"
#include "policy/registers.h"
#include "policy/service.h"
#include "policy/technology.h"

namespace proviso::policy {

namespace fs = std::filesystem;

struct Provider {
  std::string name, establishment, contact, supervisory_authority, dpo;
};

struct Policy {
  fs::path file, directory;
  std::string text;  // the bytes
  bool rehearsal = false;
  Provider provider;
  std::string instrument;
  std::vector<std::string> also;
  std::vector<Service> services;
  std::vector<Technology> technologies;
  std::vector<List> lists;
  std::vector<Organisation> organisations;  // of both registers
  // By key, of the files that were read for organisations, authorities and attestations: hex.
  std::map<std::string, std::string, std::less<>> register_sha256;
  fs::path protected_accounts;
  std::vector<std::string> secrecy_markers;
  std::map<std::string, std::string> evidence_fields;
  base::Period retention_suspected, retention_confirmed, retention_unscanned, retention_replay;
  std::vector<Person> people;
  bool review_all = false, four_eyes = false;
  base::Period oversight_every;
  std::optional<int> known_within;  // PDQ distance that counts as previously identified; the DPIA
                                    // must state it too
  std::optional<double> max_hit_share;
  std::optional<int> hit_share_window;  // records over which max_hit_share is measured
  std::optional<double> purge_max_share;
  base::Period purge_every;
  bool overdue_escalate = false;
  std::string redress_contact;
  base::Period redress_answer_within, redress_rectify_within;
  std::vector<std::string> gdpr_grounds, transfer_grounds;
  std::vector<Attestation> attestations;
  fs::path attestations_file;                       // empty: they are in the policy itself
  std::map<std::string, std::string> report_texts;  // row id of the standard form -> text
  std::vector<fs::path> seal_certificates;
  std::string ledger_key, stream_key, protected_accounts_key, index_key,
      packages_key;  // URIs; index_key: public key to verify with
  fs::path packages_certificate;
  fs::path spool, vault, ledger, index;

  const Service* service(std::string_view name) const;
  const Technology* technology(std::string_view name) const;
  const List* list(std::string_view name) const;
  const Person* person(std::string_view id) const;
  const Organisation* organisation(std::string_view id) const;
};

struct LoadOptions {
  // For a bare checkout (CI): certificates, keys, lists, vault and registers need not exist.
  bool documents_only = false;
};

// The first of --policy, $PROVISO_POLICY, $XDG_CONFIG_HOME/proviso/policy.yaml and
// /etc/proviso/policy.yaml. Throws Error(config) if there is none.
fs::path find(const std::optional<fs::path>& given);
// Throws Error(config) with all findings; in production also if the clock is set.
Policy load(const fs::path&, const LoadOptions& = {});
law::Resolved resolve_law(const Policy&);

}  // namespace proviso::policy
