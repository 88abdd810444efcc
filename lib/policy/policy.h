// Policy: one YAML file is the provider's whole configuration. Strict: every finding has
// file:line:column, all at once.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/content_kind.h"
#include "base/error.h"
#include "base/instant.h"
#include "json/json.h"
#include "law/instrument.h"

namespace proviso::policy {

namespace fs = std::filesystem;

enum class Method { exact, pdq, vpdq, indicators, external };
enum class Purpose { known_csam, new_csam, solicitation };
enum class E2ee { never, is, was, planned };
enum class Role { reviewer, dpo, oversight };
std::string_view to_string(Method);
std::string_view to_string(Purpose);
std::string_view to_string(Role);

struct Provider {
  std::string name, establishment, contact, supervisory_authority, dpo;
};

struct UserNotice {
  std::optional<base::Date> published;
  std::string url;
  fs::path file;
};

struct Service {
  std::string name;
  std::string kind;                  // number-independent | number-based | other
  std::vector<std::string> regions;  // ISO 3166 alpha-2 codes, or EU
  E2ee e2ee = E2ee::never;
  UserNotice notice;
};

struct Technology {
  std::string name, version;
  Purpose purpose = Purpose::known_csam;
  Method method = Method::exact;
  // Defaults written out. exact: {"digests": ["md5","sha1","sha256"]}; pdq: {"distance": 31,
  // "quality_floor": 50, "dihedral": true, "unletterbox": true}, the flags only when set; vpdq:
  // {"distance", "quality_floor", "query_share": 80, "entry_share": 0}; indicators: {"thresholds":
  // {NAME: number}, "objective": [NAME], "minimum": 2}; external: {"threshold", "detector",
  // "detector_version"}
  json::Json parameters = json::Json::object();
  std::set<base::ContentKind> content;  // image, video
  std::vector<std::string> services;
  std::optional<base::Date> first_used;  // absent: not yet
  std::optional<base::Date>
      first_used_by_any;  // by any provider in the Union, with evidence; absent: new
  std::string first_used_evidence;
  fs::path dpia;
  std::vector<std::string> lists;

  bool uses_lists() const {
    return method == Method::exact || method == Method::pdq || method == Method::vpdq;
  }
  bool takes_digest(std::string_view type) const;  // exact: is it one of its digests?
  int distance() const;                            // pdq and vpdq, default 31
  int quality_floor() const;                       // pdq and vpdq, default 50
  bool dihedral() const;     // pdq: turned and mirrored pictures are looked up too
  bool unletterbox() const;  // pdq: so are pictures without their flat borders
  int query_share()
      const;  // vpdq: percent of the item's frames that must match, default 80; 0: any
  int entry_share()
      const;  // vpdq: percent of the entry's frames that must be matched, default 0: any
  std::map<std::string, double> factor_thresholds()
      const;  // indicators: at or over it a factor is there
  std::vector<std::string> objective_factors()
      const;                       // indicators: one of them at least must be there
  int minimum_factors() const;     // indicators: and so many in all, default 2
  double score_threshold() const;  // external: a score at or over it is a flag
};

// What List::format may say, and the keys of List::columns.
constexpr std::array<std::string_view, 11> kListFormats{
    "hex",   "digests",        "hashdeep",
    "csv",   "ndjson",         "vics",
    "ncmec", "threatexchange", "threatexchange-lines",
    "nsrl",  "nsrl-sqlite"};
constexpr std::array<std::string_view, 9> kListColumns{
    "hash", "type", "md5", "sha1", "sha256", "pdq", "id", "label", "suspended"};

struct List {
  std::string name, source, purpose,
      verified_by;  // purpose: known-csam, known-good, or what else it was made for; verified_by
                    // empty: not verified
  fs::path path;
  std::string licence{};             // under which terms it was given
  std::optional<base::Date> date{};  // of this edition
  std::string label{};               // of entries that carry none of their own
  std::string format{};              // empty: by the file's name
  std::string type{};  // hash type of a format that names none; empty: by the file's name
  std::map<std::string, std::string>
      columns{};  // CSV: what (hash, md5, id, label, ...) -> the header's own name
  std::vector<std::string> categories{};  // taken; empty: all, where the format allows that
  fs::path withdrawn{};  // entries that give no hit: one "TYPE HEX" or "id ID" a line
  std::optional<base::Period> max_age{};  // older editions are stale
};

struct Person {
  std::string id;
  std::set<Role> roles;
  fs::path certificate;
  std::string training;
  int number = 0;  // its place in the list, from 1: how the ledger names it
};

struct Attestation {
  std::string rule, person;
  Role role = Role::dpo;
  base::Date date, expires;
  fs::path evidence;
  std::string evidence_sha256;
  std::string signature;  // base64, over attestation_statement()
};

struct Organisation {  // of the organisations or authorities register
  std::string id, name, country;
  base::Date from;
  std::optional<base::Date> to;
  fs::path certificate;
  bool public_register = false;
  bool authority = false;
  std::string transfer_ground;  // outside the EEA
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
  fs::path protected_accounts;
  std::vector<std::string> secrecy_markers;
  std::map<std::string, std::string> evidence_fields;
  base::Period retention_suspected, retention_confirmed, retention_unscanned, retention_replay;
  std::vector<Person> people;
  bool review_all = false, four_eyes = false;
  base::Period oversight_every;
  std::optional<int>
      known_within;  // PDQ distance that counts as previously identified, DPIA must name it too
  std::optional<double> max_hit_share;
  std::optional<int> hit_share_window;  // records over which max_hit_share is measured
  std::optional<double> purge_max_share;
  base::Period purge_every;
  bool overdue_escalate = false;
  std::string redress_contact;
  base::Period redress_answer_within, redress_rectify_within;
  std::vector<std::string> gdpr_grounds, transfer_grounds;
  std::vector<Attestation> attestations;
  fs::path attestations_file;                       // empty: they stand in the policy itself
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
  // A bare checkout (CI): certificates, keys, lists, vault and registers need not exist.
  bool documents_only = false;
};

// --policy, $PROVISO_POLICY, $XDG_CONFIG_HOME/proviso/policy.yaml, /etc/proviso/policy.yaml.
// Error(config) when none is there.
fs::path find(const std::optional<fs::path>& given);
// Error(config) with all findings. In production a set clock is Error(config) too.
Policy load(const fs::path&, const LoadOptions& = {});
law::Resolved resolve_law(const Policy&);

// The text that an attestation's signature covers: RFC 8785 of {rule, person, role, date, expires,
// evidence_sha256}.
std::string attestation_statement(const Attestation&);
// Valid on that day: not expired, person has the role, evidence unchanged, signature verifies under
// the person's certificate. Gives the reason when not.
std::optional<std::string> attestation_flaw(const Policy&, const Attestation&, base::Date today);

// Canonical parts that the gate digest and the drift digest are made of (DESIGN 4 and 5).
json::Json technology_description(
    const Policy&, const Technology&);  // name, version, purpose, method, parameters, content,
                                        // services, lists' {name, source, purpose}
std::string drift_digest(const Policy&, const Technology&);  // SHA-256 hex over RFC 8785

}  // namespace proviso::policy
